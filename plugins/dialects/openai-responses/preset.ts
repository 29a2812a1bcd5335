import { objectOf } from '../../../src/contract/loose-json.ts'
import { before, cap, overrule, type Preset, spelled, type Tell } from '../../../src/contract/preset.ts'
import { textAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A body of Responses with what an operator has set. */
export function preset(body: JsonObject, set: Preset, tell: Tell): JsonObject {
  const { temperature, top_p, reasoning_effort: effort, max_output_tokens: most } = set
  const reasoning = effort === undefined ? {} : spelled(objectOf(body.reasoning), tell, 'reasoning.')
  return {
    ...instructed(body, set),
    ...overrule(body, { temperature, top_p }, tell),
    ...(most !== undefined && cap(body, 'max_output_tokens', most, tell)),
    ...(effort !== undefined && {
      reasoning: {
        ...reasoning,
        ...overrule(reasoning, { effort }, (field, value) => tell(`reasoning.${field}`, value)),
      },
    }),
  }
}

/** To make an input short takes no more than words. */
export function instructed(body: JsonObject, { instructions }: Preset): JsonObject {
  if (instructions === undefined) return body
  const said = body.instructions == null ? '' : textAt(body.instructions, 'instructions')
  return { ...body, instructions: before(instructions, said) }
}
