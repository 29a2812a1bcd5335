import type { Lens } from '../../../src/contract/dialect.ts'
import { failureOf, isObject, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { entryOf } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { fromResponsesUsage, withTier } from '../../../src/vendors/openai-usage.ts'

/** How answers are read: https://platform.openai.com/docs/api-reference/responses-streaming */
export const lens: Lens = {
  usage(part) {
    const answer = isObject(part.response) ? part.response : part
    return isObject(answer.usage) ? withTier(fromResponsesUsage(answer.usage), answer) : undefined
  },
  failure(part) {
    const error = errorOf(part)
    if (error === undefined) return undefined
    const { code, type, status: told, message: words } = objectOf(error)
    const plain = isObject(error) ? { message: words, code: scalar(code), status: scalar(told) } : error
    const { status, message } = failureOf(plain)
    return { status: entryOf(statuses, code) ?? entryOf(statuses, type) ?? status, message }
  },
  // Every event that reports usage says something else too, and clients get usage unasked.
  isUsageOnly: () => false,
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    return MAY_END.test(data) && isEnd(parseObject(data).type) ? 'stream' : undefined
  },
  finish(part) {
    const { status, incomplete_details: details } = typeof part.type === 'string' ? ended(part) : part
    if (typeof status !== 'string') return undefined
    const { reason } = objectOf(details)
    return status === 'incomplete' && typeof reason === 'string' ? reason : status
  },
  isPreamble: event => entryOf(preambles, event.type)?.(event) ?? false,
  modelAt: [['model'], ['response', 'model']],
}

/** Worth a closer look; an answer may also talk about these words. */
const MAY_END = /"(?:response\.(?:completed|incomplete|failed|cancelled)|error)"/

const isEnd = (type: unknown): boolean =>
  type === 'error' ||
  (typeof type === 'string' && /^response\.(?:completed|incomplete|failed|cancelled)$/.test(type))

const ended = (event: JsonObject): JsonObject => (isEnd(event.type) ? objectOf(event.response) : {})

/** The error of an event, or of a whole answer. */
function errorOf({ type, error, response, status, message, code }: JsonObject): unknown {
  if (type === 'error') return error ?? { message, code }
  if (type === 'response.failed') return objectOf(response).error ?? NO_REASON
  if (typeof type === 'string') return undefined
  return error ?? (status === 'failed' ? NO_REASON : undefined)
}

/** An object may be made so that it cannot even be asked for a number. */
const scalar = (value: unknown): unknown => (typeof value === 'object' ? undefined : value)

const NO_REASON = { message: 'the response failed without a reason' }

/** What a status would have been. https://platform.openai.com/docs/guides/error-codes */
const statuses: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  insufficient_quota: 429,
  server_is_overloaded: 503,
  slow_down: 503,
  server_error: 500,
  context_length_exceeded: 400,
  invalid_prompt: 400,
  invalid_request_error: 400,
  invalid_image: 400,
  invalid_image_url: 400,
  image_too_large: 400,
  failed_to_download_image: 400,
}

const always = () => true
const isBlank = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0)

/** Events that a client could not tell from silence. Which tool is called is something to see; an empty text is not. */
const preambles: Readonly<Record<string, (event: JsonObject) => boolean>> = {
  'response.created': always,
  'response.queued': always,
  'response.in_progress': always,
  keepalive: always,
  'response.output_item.added': ({ item }) => {
    const { type, content, summary } = objectOf(item)
    return (type === 'message' || type === 'reasoning') && isBlank(content) && isBlank(summary)
  },
  'response.content_part.added': ({ part }) =>
    isBlank(objectOf(part).text) && isBlank(objectOf(part).refusal),
  'response.reasoning_summary_part.added': ({ part }) => isBlank(objectOf(part).text),
  'response.output_text.delta': ({ delta }) => delta === '',
}
