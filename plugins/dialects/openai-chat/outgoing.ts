import type { Toward } from '../../../src/contract/dialect.ts'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import type { CallIds } from '../../../src/contract/provider.ts'
import { createNamer } from '../../../src/translate/call-ids.ts'
import type { JsonObject } from '../../../src/types.ts'
import { isMarked } from './thoughts.ts'

/**
 * A conversation that moves to a provider of this language. What other makers want back stands in its history because the
 * gateway has put it there, in words that nobody else takes: many refuse a field that they do not know, and thoughts go
 * back to whom they came from. Only messages with such a mark are touched; whatever else a client sends is its own affair.
 */
export function outgoing(body: JsonObject, toward: Toward): JsonObject {
  const { messages } = body
  if (!Array.isArray(messages) || !messages.some(isSpoken)) return body
  const known = withoutMarks(messages, toward)
  const made = toward.callIds?.isOwnForm ? withIds(known, toward.callIds) : known
  return made === messages ? body : { ...body, messages: made }
}

/** Only what a model has said may hold a mark, or the id of a call; most questions are asked for the first time. */
const isSpoken = (message: unknown): boolean => objectOf(message).role === 'assistant'

/** Those who write these marks themselves, and want them back. */
const DETAILS = /^openrouter$/
const EXTRAS = /^https:\/\/[\w.-]+\.googleapis\.com\//

function withoutMarks(messages: readonly unknown[], { type = '', baseUrl = '' }: Toward): readonly unknown[] {
  if (DETAILS.test(type)) return messages
  const keepsExtras = EXTRAS.test(baseUrl)
  const made = messages.map(each =>
    isObject(each) && each.role === 'assistant' ? unmarked(each, keepsExtras) : each,
  )
  return made.some((each, i) => each !== messages[i]) ? made : messages
}

/** The same message where there is nothing of ours. */
function unmarked(message: JsonObject, keepsExtras: boolean): JsonObject {
  const details = listOf(message.reasoning_details)
  // Our words for it are `reasoning_content`: who says `reasoning` has written its details as well.
  const foreign = 'reasoning' in message ? details : details.filter(each => !isMarked(each))
  const calls = listOf(message.tool_calls)
  const bare = keepsExtras ? calls : calls.map(withoutExtra)
  const hasDetails = foreign.length < details.length
  const hasExtras = bare.some((call, i) => call !== calls[i])
  if (!hasDetails && !hasExtras) return message
  const { reasoning_content: _, reasoning_details, ...rest } = message
  const kept = Object.entries(rest).filter(([field, value]) => !isEmptyOfOurs(field, value))
  return {
    ...Object.fromEntries(kept),
    ...(hasExtras && { tool_calls: bare }),
    ...(foreign.length > 0 && { reasoning_details: foreign }),
  }
}

/** What our answers always have, and what says nothing. */
const isEmptyOfOurs = (field: string, value: unknown): boolean =>
  (field === 'refusal' && value === null) ||
  (field === 'annotations' && Array.isArray(value) && value.length === 0)

function withoutExtra(call: unknown): unknown {
  if (!isObject(call)) return call
  const { extra_content: extra, ...rest } = call
  const { google, ...others } = objectOf(extra)
  if (typeof objectOf(google).thought_signature !== 'string') return call
  return Object.keys(others).length === 0 ? rest : { ...rest, extra_content: others }
}

/** The same list where every id fits. */
function withIds(messages: readonly unknown[], ids: CallIds): readonly unknown[] {
  const given = messages.flatMap(each => listOf(objectOf(each).tool_calls)).map(call => objectOf(call).id)
  if (given.every(id => typeof id !== 'string' || ids.fits.test(id))) return messages
  const namer = createNamer(ids)
  return messages.map(each => {
    const { tool_calls: calls, tool_call_id: answered } = objectOf(each)
    if (Array.isArray(calls)) return { ...objectOf(each), tool_calls: calls.map(renamed) }
    return typeof answered === 'string' ? { ...objectOf(each), tool_call_id: namer.answered(answered) } : each
  })

  function renamed(call: unknown): unknown {
    const { id } = objectOf(call)
    return typeof id === 'string' ? { ...objectOf(call), id: namer.called(id) } : call
  }
}
