import type { Dialect } from '../../../src/contract/dialect.ts'
import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { plainRefusal } from '../../../src/errors.ts'
import { createWriter, toEvent, toResponse } from './answer.ts'
import type { Clock } from './builder.ts'
import { toCall } from './call.ts'
import { withoutOurs } from './carry.ts'
import { isCommon } from './catalogue.ts'
import { compactOf } from './compact.ts'
import { example } from './example.ts'
import { itemId, ownerOf, responseId } from './ids.ts'
import { lens } from './lens.ts'
import { preset } from './preset.ts'
import { question } from './question.ts'
import { replay } from './replay.ts'
import { lacks } from './tools.ts'

/** OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses */
const createDialect = (now: Clock): Dialect => ({
  ...lens,
  name: 'openai-responses',
  path: '/v1/responses',
  about: "A response, in OpenAI's language",
  example,
  forwardedHeaders: ['openai-beta', 'idempotency-key'],
  isStream: body => body.stream === true,
  isRepeatable: body =>
    body.store === false &&
    body.background !== true &&
    body.previous_response_id == null &&
    body.conversation == null &&
    // Nobody knows what the tools of a remote server change.
    !listOf(body.tools).some(tool => isObject(tool) && tool.type === 'mcp'),
  question,
  preset,
  outgoing: withoutOurs,
  isCommon,
  refusalEvent(refusal, id) {
    const { error } = plainRefusal(refusal)
    const { code, message } = error
    const response = {
      id: responseId(id),
      object: 'response',
      created_at: Math.floor(now() / 1000),
      status: 'failed',
      error: { code, message },
      incomplete_details: null,
      output: [],
      usage: null,
    }
    // Codex reads failed responses and no other errors, OpenAI's own clients raise an `error` at the top of any event.
    return toEvent('response.failed', { sequence_number: 0, response, error })
  },
  translation: {
    kind: 'language',
    toCall,
    lacks,
    fromResult: (result, facts) => toResponse(result, facts, now),
    writer: facts => createWriter(facts, now),
  },
})

/** The language, for whoever keeps its answers. */
export interface ResponsesLanguage {
  readonly dialect: Dialect
  /** Makes what would be sent to the dialect short. */
  readonly compact: Dialect
  /** A stored response as the events that it could have come in, from the one behind `after` on. */
  readonly replay: typeof replay
  readonly responseId: typeof responseId
  readonly itemId: typeof itemId
  readonly ownerOf: typeof ownerOf
}

export default definePlugin({
  name: 'openai-responses',
  about: "Speaks OpenAI's Responses API.",
  setup({ now }) {
    const dialect = createDialect(now)
    const compact = compactOf(dialect, now)
    const exports: ResponsesLanguage = { dialect, compact, replay, responseId, itemId, ownerOf }
    return { dialects: [dialect, compact], exports }
  },
})
