import type { Bytes } from '../base/bytes.ts'
import type { Arrival } from '../http/arrival.ts'
import { readHead } from '../http/read.ts'

/** Headers that prove who calls. */
const PROOF = /auth|key|token|secret|cookie/i
/** Shorter ones are words that an error may need (characters). */
const SHORTEST = 8
const HIDDEN = '…'
/** Of what a failure says nobody reads more (bytes). */
const LIMIT = 64 * 1024

/**
 * A failed answer, which may repeat what it was asked with. What it says is told to callers and written to logs, and the
 * operator's credentials are for neither. Nothing is read before somebody wants to know.
 */
export function withoutSecrets(arrival: Arrival, sent: RequestInit['headers']): Arrival {
  const { status, statusText, headers, body } = arrival
  const secrets = secretsIn(sent)
  if (secrets.length === 0 || body === undefined) return arrival
  const read = async (): Promise<Bytes> => {
    const { head, rest } = await readHead(arrival, LIMIT)
    rest?.cancel().catch(() => {})
    return hide(head, secrets)
  }
  let isRead = false
  return {
    status,
    statusText,
    headers,
    bytes: read,
    body: {
      async read() {
        if (isRead) return { done: true, value: undefined }
        isRead = true
        return { done: false, value: await read() }
      },
      cancel: reason => body.cancel(reason),
    },
  }
}

/** The longest first: one may be a part of another, as a token is of `Bearer TOKEN`. */
const secretsIn = (headers: RequestInit['headers']): readonly string[] =>
  [...new Headers(headers)]
    .filter(([name]) => PROOF.test(name))
    .flatMap(([, value]) => [value, ...value.split(' ')])
    .filter(({ length }) => length >= SHORTEST)
    .sort((a, b) => b.length - a.length)

function hide(bytes: Bytes, secrets: readonly string[]): Bytes {
  const text = new TextDecoder().decode(bytes)
  const hidden = secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  return hidden === text ? bytes : new TextEncoder().encode(hidden)
}
