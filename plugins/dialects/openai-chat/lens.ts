import type { Lens } from '../../../src/contract/dialect.ts'
import { failureOf, isObject, listOf, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'
import { fromChatUsage, withTier } from '../../../src/vendors/openai-usage.ts'

/** How answers are read: https://platform.openai.com/docs/api-reference/chat/object and …/chat/streaming */
export const lens: Lens = {
  usage(part) {
    const usage = usageIn(part)
    return usage && withTier(fromChatUsage(usage), part)
  },
  failure(part) {
    const error = errorIn(part)
    return error == null ? undefined : failureOf(error)
  },
  isUsageOnly: event => Array.isArray(event.choices) && event.choices.length === 0 && isObject(event.usage),
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    return MAY_END.test(data) ? endOfEvent(parseObject(data)) : undefined
  },
  finish: finishOf,
  isPreamble: ({ choices, usage, error }) =>
    Array.isArray(choices) && error == null && !isObject(usage) && choices.every(isSilent),
  modelAt: [['model']],
}

/** Worth a closer look; an answer may also talk about these words. Some servers say `""` in every chunk: that is no end. */
const MAY_END = /"finish_reason"\s*:\s*"[^"]|"error"/

function endOfEvent(event: JsonObject): 'answer' | 'stream' | undefined {
  if (errorIn(event) != null) return 'stream'
  return finishOf(event) === undefined ? undefined : 'answer'
}

function finishOf({ choices }: JsonObject): string | undefined {
  for (const choice of listOf(choices)) {
    const { finish_reason: reason } = objectOf(choice)
    if (typeof reason === 'string' && reason !== '') return reason
  }
  return undefined
}

/** Some servers name the error at the top, some within the choice, and some make the whole event one. */
function errorIn(part: JsonObject): unknown {
  if (part.error != null) return part.error
  if (part.object === 'error') return part
  return listOf(part.choices)
    .map(choice => objectOf(choice).error)
    .find(error => error != null)
}

/** A role, and empty texts: nothing that anybody could see. */
function isSilent(choice: unknown): boolean {
  const { delta, finish_reason: reason, message, text } = objectOf(choice)
  const isEnd = reason != null && reason !== ''
  if (isEnd || message !== undefined || text !== undefined || !isObject(delta)) return false
  return Object.entries(delta).every(
    ([key, value]) =>
      key === 'role' || value == null || value === '' || (Array.isArray(value) && value.length === 0),
  )
}

/** At the top, or where Groq and Moonshot have it in streams that were not asked for it. */
function usageIn({ usage, x_groq: groq, choices }: JsonObject): JsonObject | undefined {
  if (isObject(usage)) return usage
  const places = [objectOf(groq).usage, objectOf(listOf(choices)[0]).usage]
  return places.find(isObject)
}
