import { isObject, objectOf, textOf } from '../../../src/contract/loose-json.ts'
import { before, cap, overrule, type Preset, type Tell } from '../../../src/contract/preset.ts'
import { arrayAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A body with what an operator has set; `withInstructions` knows where it has words of the system. */
const presetWith =
  (withInstructions: (body: JsonObject, instructions: string) => JsonObject) =>
  (body: JsonObject, set: Preset, tell: Tell): JsonObject => {
    const { temperature, top_p, max_output_tokens: most, reasoning_effort: effort, instructions } = set
    const options = objectOf(body.options)
    const tellOption: Tell = (option, value) => tell(`options.${option}`, value)
    const steered = {
      ...overrule(options, { temperature, top_p }, tellOption),
      ...(most !== undefined && cap(options, 'num_predict', most, tellOption)),
    }
    return {
      ...body,
      ...(Object.keys(steered).length > 0 && { options: { ...options, ...steered } }),
      ...(effort !== undefined && overrule(body, { think: efforts[effort] }, tell)),
      ...(instructions !== undefined && withInstructions(body, instructions)),
    }
  }

/** This language has three, and none. */
const efforts = {
  none: false,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
} as const

/** One message for both: many models take a single one of the system. */
export const presetOfChat = presetWith(({ messages: said }, instructions) => {
  const messages = arrayAt(said, 'messages')
  const [first, ...rest] = messages
  const isSystem = isObject(first) && first.role === 'system' && typeof first.content === 'string'
  const system = isSystem
    ? { ...first, content: before(instructions, first.content as string) }
    : { role: 'system', content: instructions }
  return { messages: [system, ...(isSystem ? rest : messages)] }
})

export const presetOfGenerate = presetWith(({ system }, instructions) => ({
  system: before(instructions, textOf(system)),
}))
