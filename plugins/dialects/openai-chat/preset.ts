import { objectOf } from '../../../src/contract/loose-json.ts'
import { before, cap, overrule, type Preset, spelled, type Tell } from '../../../src/contract/preset.ts'
import { arrayAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** A body of chat with what an operator has set. */
export function preset(body: JsonObject, set: Preset, tell: Tell): JsonObject {
  const { temperature, top_p, reasoning_effort: effort, max_output_tokens: most, instructions } = set
  return {
    ...(effort === undefined ? body : withEffort(body, effort, tell)),
    ...overrule(body, { temperature, top_p }, tell),
    ...(most !== undefined && limits(body, most, tell)),
    ...(instructions !== undefined && { messages: withInstructions(body.messages, instructions) }),
  }
}

const withEffort = (body: JsonObject, effort: string, tell: Tell): JsonObject => ({
  ...withoutOthers(body, tell),
  ...overrule(body, { reasoning_effort: effort }, tell),
})

/** Some clients say it in the words of other vendors, which would speak beside ours: in members of fields, */
const members: Readonly<Record<string, readonly string[]>> = {
  reasoning: ['effort', 'max_tokens', 'enabled'],
  chat_template_kwargs: ['thinking', 'enable_thinking', 'thinking_budget', 'reasoning_effort'],
}
/** or in fields that say nothing else. */
const fields: readonly string[] = ['thinking', 'enable_thinking', 'thinking_budget']

function withoutOthers(body: JsonObject, tell: Tell): JsonObject {
  const left: Record<string, unknown> = { ...body }
  const leave = (field: string, kept: JsonObject = {}) => {
    if (body[field] != null) tell(field, undefined)
    if (Object.keys(kept).length > 0) left[field] = kept
    else delete left[field]
  }
  for (const [field, own] of Object.entries(members)) {
    const said = objectOf(body[field])
    const kept = Object.entries(spelled(said, () => {})).filter(([member]) => !own.includes(member))
    if (kept.length < Object.keys(said).length) leave(field, Object.fromEntries(kept))
  }
  for (const field of fields) leave(field)
  return left
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
