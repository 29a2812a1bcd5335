import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { Dialect } from '../../../src/contract/dialect.ts'
import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { Refusal } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/types.ts'
import { toResponse } from './answer.ts'
import type { Clock } from './builder.ts'
import { toCall } from './call.ts'
import { compactExample } from './example.ts'
import { itemId, responseId } from './ids.ts'
import { instructed } from './preset.ts'

/**
 * A long input made short, to go on with: https://platform.openai.com/docs/api-reference/responses/compact. Elsewhere the
 * model writes a summary, as it does when the same is asked for at the end of an input. It does not say why it ended, and
 * other words have another one.
 */
export const compactOf = ({ finish: _, question: __, ...dialect }: Dialect, now: Clock): Dialect => ({
  ...dialect,
  name: 'openai-responses-compact',
  path: '/v1/responses/compact',
  about: "A long input made short, in OpenAI's language",
  example: compactExample,
  preset: instructed,
  isStream: () => false,
  translation: {
    kind: 'language',
    toCall: (body, destination) => toCall(triggered(body), destination),
    fromResult: (result, facts) => toCompacted(result, facts, now),
    writer: () => ({ write: () => '', end: () => '' }),
  },
})

const toItems = (input: unknown): readonly unknown[] =>
  typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)

/** What says nothing is for the reader of bodies to refuse. */
function triggered(body: JsonObject): JsonObject {
  const items = toItems(body.input)
  return items.length === 0 ? body : { ...body, input: [...items, { type: 'compaction_trigger' }] }
}

/** All that users have said, and one item for the rest. */
function toCompacted(result: LanguageModelV4GenerateResult, facts: AnswerFacts, now: Clock): JsonObject {
  const { body, id, at } = facts
  const { output, status, usage } = toResponse(result, { ...facts, body: triggered(body) }, now)
  if (status === 'failed') throw new Refusal('upstream_invalid', 'The model wrote no summary')
  const said = toItems(body.input).filter(isUsers)
  return {
    id: responseId(id),
    object: 'response.compaction',
    created_at: Math.floor(at / 1000),
    output: [...said, ...listOf(output)].map((item, i) => numbered(item as JsonObject, id, i)),
    usage,
  }
}

const isUsers = (item: unknown): boolean =>
  isObject(item) && item.role === 'user' && (item.type == null || item.type === 'message')

function numbered(item: JsonObject, id: string, index: number): JsonObject {
  if (item.type === 'compaction') return { ...item, id: itemId('cmp', id, index) }
  const content =
    typeof item.content === 'string' ? [{ type: 'input_text', text: item.content }] : item.content
  return { ...item, type: 'message', id: itemId('msg', id, index), status: 'completed', content }
}
