import { objectOf } from '../../../src/lens.ts'
import { before, cap, overrule, type Preset, spelled, type Tell } from '../../../src/preset.ts'
import { arrayAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A body of chat as an operator has set that it be asked. */
export function preset(body: JsonObject, set: Preset, tell: Tell): JsonObject {
  const { temperature, top_p, reasoning_effort: effort, max_output_tokens: most, instructions } = set
  return {
    ...(effort === undefined ? body : withEffort(body, effort, tell)),
    ...overrule(body, { temperature, top_p }, tell),
    ...(most !== undefined && limits(body, most, tell)),
    ...(instructions !== undefined && { messages: withInstructions(body.messages, instructions) }),
  }
}

/** Some clients say it in the words of other vendors, which would speak beside ours. */
function withEffort(body: JsonObject, effort: string, tell: Tell): JsonObject {
  const { reasoning, thinking, ...rest } = body
  const { effort: _, max_tokens, enabled, ...kept } = spelled(objectOf(reasoning), () => {})
  if (Object.keys(kept).length < Object.keys(objectOf(reasoning)).length) tell('reasoning', undefined)
  if (thinking != null) tell('thinking', undefined)
  return {
    ...rest,
    ...(Object.keys(kept).length > 0 && { reasoning: kept }),
    ...overrule(body, { reasoning_effort: effort }, tell),
  }
}

/** In the words of the client. The old name is the one that every vendor is known by: see `Provider.adapt`. */
function limits(body: JsonObject, most: number, tell: Tell): JsonObject {
  const said = ['max_completion_tokens', 'max_tokens'].filter(field => body[field] != null)
  const fields = said.length > 0 ? said : ['max_tokens']
  return Object.assign({}, ...fields.map(field => cap(body, field, most, tell))) as JsonObject
}

/** One message for both: many models take a single one of the system. */
function withInstructions(said: unknown, instructions: string): unknown {
  // Words that stand elsewhere, where some vendor reads them, would go without ours.
  const messages = arrayAt(said, 'messages')
  const [first, ...rest] = messages
  const { role, content } = objectOf(first)
  if (role === 'system' || role === 'developer') {
    if (typeof content === 'string')
      return [{ ...objectOf(first), content: before(instructions, content) }, ...rest]
    if (Array.isArray(content))
      return [
        { ...objectOf(first), content: [{ type: 'text', text: instructions }, ...(content as unknown[])] },
        ...rest,
      ]
  }
  return [{ role: 'system', content: instructions }, ...messages]
}
