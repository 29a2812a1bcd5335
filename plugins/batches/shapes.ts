import type { Aim } from '../../src/contract/passage.ts'
import { splice } from '../../src/request/body.ts'
import type { Answer, JsonObject } from '../../src/types.ts'
import type { FileDesk, Thing } from '../files/model.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Sent as bytes on their way, which are never sent twice: a second try would run a second batch. */
export const once = (text: string): Pick<Aim, 'body' | 'headers'> => ({
  body: new Blob([text]).stream(),
  headers: { 'content-type': 'application/json', 'content-length': String(encoder.encode(text).length) },
})

/** Results are fetched here, with the caller's own key; clients complete the address with that of the gateway. */
export function shown({ language, id, object }: Thing): JsonObject {
  if (language !== 'anthropic' || typeof object.results_url !== 'string') return object
  return { ...object, results_url: resultsOf(id) }
}

const resultsOf = (id: string): string => `/v1/messages/batches/${encodeURIComponent(id)}/results`

export function forClient(answer: Answer, { language, id }: Thing, objectIn: FileDesk['objectIn']): Answer {
  const object = objectIn(answer)
  if (answer.kind !== 'whole' || language !== 'anthropic' || typeof object?.results_url !== 'string')
    return answer
  const text = splice(decoder.decode(answer.body), [{ field: 'results_url', value: resultsOf(id) }])
  return { ...answer, body: encoder.encode(text) }
}
