import type { Settled } from '../../src/exchange.ts'
import type { Caller, JsonObject, UserPath } from '../../src/types.ts'
import { assemble } from './assemble.ts'
import type { Capture } from './capture.ts'
import { type Cut, type Redaction, redactHeaders, redactJson, redactText } from './redact.ts'
import type { requestBodies } from './schema.ts'

/** A call that waits to be redacted and written. Holds what somebody wrote: never to be logged. */
export interface Entry {
  readonly id: string
  readonly at: number
  readonly userPath: UserPath
  readonly keyId: string
  readonly request: Request
  readonly status: number
  readonly code: string | undefined
  /** What the refusal told the caller. */
  readonly message: string | undefined
  readonly body: JsonObject | undefined
  readonly capture: Capture | undefined
  /** Characters that it keeps in memory. */
  readonly weight: number
}

export type Row = typeof requestBodies.$inferInsert

/** A call of somebody who is known. */
export type Known = Settled & { readonly caller: Caller; readonly userPath: UserPath }

/** What is kept of a call until there is time for it. */
export function toEntry(
  x: Known,
  { capture, now }: { readonly capture: Capture | undefined; readonly now: number },
): Entry {
  // What the operator does not let through is not kept instead.
  const isBlocked = x.refusal?.code === 'guardrail_blocked'
  return {
    id: x.id,
    at: Math.round(now - (performance.now() - x.startedAt)),
    userPath: x.userPath,
    keyId: x.caller.id,
    request: x.request,
    status: x.status ?? 0,
    code: x.refusal?.code,
    message: x.refusal?.message,
    body: isBlocked ? undefined : x.body?.json,
    capture: isBlocked ? undefined : capture,
    weight: 1024 + (isBlocked ? 0 : (x.body?.text.length ?? 0) + (capture?.kept ?? 0)),
  }
}

/**
 * What a mirror answered to the copy of a call: kept for the caller of that, for what the copy says is what its call said.
 */
export const toCopyEntry = (copy: Settled, of: Known, options: Parameters<typeof toEntry>[1]): Entry => ({
  ...toEntry({ ...copy, caller: of.caller, userPath: of.userPath, body: undefined }, options),
  id: copyId(of.id),
  request: of.request,
})

/** Where the answer to the copy of a call is kept. */
export const copyId = (id: string): string => `${id}:mirror`

export interface RowOptions {
  /** Characters of each body. */
  readonly limit: number
  readonly emails: boolean
}

/** Redacts and cuts: nothing else of the entry is ever written down. */
export function toRow(entry: Entry, { limit, emails }: RowOptions): Row {
  const redaction: Redaction = { exact: credentialsOf(entry.request.headers), emails }
  const headers = redactHeaders(entry.request.headers, redaction)
  const request = entry.body === undefined ? undefined : redactJson(entry.body, limit, redaction)
  const response = responseOf(entry, limit, redaction)
  return {
    id: entry.id,
    at: entry.at,
    userPath: entry.userPath,
    keyId: entry.keyId,
    method: entry.request.method,
    path: redactText(new URL(entry.request.url).pathname.slice(0, PATH), redaction),
    status: entry.status,
    code: entry.code ?? null,
    headers,
    request: request?.text ?? null,
    response: response?.text ?? null,
    isRequestCut: request?.isCut ?? false,
    isResponseCut: (response?.isCut ?? false) || (entry.capture?.isCut ?? false),
    size: JSON.stringify(headers).length + (request?.text.length ?? 0) + (response?.text.length ?? 0),
  }
}

/** Characters of an address. */
const PATH = 512

function responseOf({ capture, code, message }: Entry, limit: number, redaction: Redaction): Cut | undefined {
  const said = capture === undefined ? undefined : contentOf(capture)
  if (code === undefined) return said === undefined ? undefined : redactJson(said, limit, redaction)
  const error = { code, message }
  return redactJson(said === undefined ? { error } : { error, answer: said }, limit, redaction)
}

function contentOf({ parts, isStream }: Capture): unknown {
  if (isStream) return assemble(parts)
  const text = parts.join('')
  // Long lists of numbers, mostly: their beginning tells as much.
  if (text.length > PARSED) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Characters of an answer that is worth the time to parse it. */
const PARSED = 1024 * 1024

/** The caller's own credentials, to be found wherever else they stand. */
function credentialsOf(headers: Headers): string[] {
  const values = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'proxy-authorization'].flatMap(
    name => headers.get(name) ?? [],
  )
  return values.map(value => value.replace(/^\w+ +/, '').trim()).filter(value => value.length >= 8)
}
