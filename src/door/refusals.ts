import { describe } from '../base/describe.ts'
import { plainRefusal, type Refusal, toRefusal } from '../errors.ts'
import { blamed } from '../hooks.ts'
import type { Log } from '../log.ts'
import { refusalHeaders } from '../respond/headers.ts'

/** Whatever was thrown, as an answer; of a bug the log is told more than the caller, under the same id. */
export const createFail =
  (log: Log) =>
  (error: unknown, id: string = crypto.randomUUID()): Response => {
    const refusal = toRefusal(error)
    if (refusal.code === 'internal_error')
      log.error('A request failed because of a bug', {
        id,
        ...blamed(refusal.cause),
        error: describe(refusal.cause),
      })
    return refusalResponse(refusal, { 'x-request-id': id })
  }

/** A refusal where no dialect is spoken. */
export const refusalResponse = (refusal: Refusal, headers: Record<string, string> = {}): Response =>
  Response.json(plainRefusal(refusal), {
    status: refusal.status,
    headers: { 'x-request-id': crypto.randomUUID(), ...refusalHeaders(refusal), ...headers },
  })
