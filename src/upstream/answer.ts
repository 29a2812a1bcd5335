import type { Bytes } from '../base/bytes.ts'
import type { Dialect, Lens } from '../contract/dialect.ts'
import { isObject } from '../contract/loose-json.ts'
import type { Aim } from '../contract/passage.ts'
import type { Provider } from '../contract/provider.ts'
import { Refusal, refuse } from '../errors.ts'
import type { Arrival, ArrivalHeaders } from '../http/arrival.ts'
import { readCapped, readHead } from '../http/read.ts'
import { asEvents, isLines } from '../respond/lines.ts'
import type { Answer, ByteSource, JsonObject, Usage } from '../types.ts'
import { toFailure, toHiddenFailure } from './failures.ts'
import { peek } from './peek.ts'
import { createTail } from './tail.ts'

/** Whole answers beyond this are not read: no model writes so much, a broken or hostile upstream may. */
const ANSWER_LIMIT = 64 * 1024 * 1024
const ERROR_LIMIT = 64 * 1024

/** What an answer is read with. */
export interface Reading {
  readonly provider: Provider
  readonly dialect: Dialect
  readonly hideUsage: boolean
  /** The client asked for a stream. */
  readonly stream: boolean
}

/** A provider's answer; what is none, broken, or an error in disguise, is thrown as a refusal. */
export async function readAnswer(arrival: Arrival, reading: Reading): Promise<Answer> {
  const { provider, dialect } = reading
  try {
    const { status, headers } = arrival
    if (status < 200 || status > 299)
      throw toFailure(provider.name, arrival, asObject(await readWords(arrival)))
    const contentType = headers.get('content-type') ?? ''
    if (isEventStream(contentType)) return await readStream(arrival.body, reading)
    if (dialect.framing === 'lines' && isLines(contentType))
      return await readStream(arrival.body && asEvents(arrival.body), reading)
    if (dialect.gives === 'any' && !isJson(contentType)) return toRaw(arrival, contentType, INERT)
    const bytes = readCapped(arrival, ANSWER_LIMIT)
    return toWhole(bytes instanceof Promise ? await bytes : bytes, reading)
  } catch (error) {
    return throwCut(provider, error)
  }
}

/** What a failed answer says. One that is too large to be read is a failure all the same, and of the same kind. */
async function readWords(arrival: Arrival): Promise<unknown> {
  const { head, rest } = await readHead(arrival, ERROR_LIMIT)
  rest?.cancel().catch(() => {})
  return rest === undefined ? toValue(head) : undefined
}

function throwCut({ name }: Provider, error: unknown): never {
  if (error instanceof Refusal) throw error
  const message = `The connection to provider "${name}" broke before the answer was complete`
  throw new Refusal('upstream_cut', message, { cause: error })
}

/** What a whole answer says about itself. */
function toWhole(body: Bytes, { provider, dialect, stream }: Reading): Answer {
  const json = toJson(body)
  if (json === undefined) {
    return refuse('upstream_invalid', `Provider "${provider.name}" sent an answer that is not a JSON object`)
  }
  const failure = dialect.failure(json)
  if (failure) throw toHiddenFailure(provider.name, failure, dialect.usage(json))
  // Small APIs may answer as a whole whatever was asked for; a conversation's client would find no word in it.
  if (stream && dialect.translation?.kind === 'language')
    refuse('upstream_invalid', `Provider "${provider.name}" sent no stream, although one was asked for`)
  return {
    kind: 'whole',
    body,
    contentType: 'application/json',
    usage: dialect.usage(json),
    finish: dialect.finish?.(json),
  }
}

const isJson = (contentType: string): boolean =>
  contentType === 'application/json' || /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)

const isEventStream = (contentType: string): boolean => /^text\/event-stream\b/i.test(contentType)

/** A stream may still turn out to be an error: its first events tell. */
async function readStream(
  reader: ByteSource | undefined,
  { provider, dialect, hideUsage }: { provider: Provider; dialect: Lens; hideUsage: boolean },
): Promise<Answer> {
  if (reader === undefined)
    return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
  const { head, pending, failure, isEmpty } = await peek(reader, dialect)
  if (isEmpty) return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
  if (failure) {
    reader.cancel().catch(() => {})
    throw toHiddenFailure(provider.name, failure)
  }
  return { kind: 'stream', reader, hideUsage, ...(head && { head }), ...(pending && { pending }) }
}

/** What is read with. */
export interface NativeReading {
  readonly provider: Provider
  readonly aim: Aim
  readonly method: string
}

/** JSON up to this is looked into and shown to taps; of larger answers only the end is, for usage (bytes). */
const LOOK_LIMIT = 8 * 1024 * 1024
/** Answers without a body, whatever arrives (RFC 9110 15). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * An answer in the provider's own language: what is JSON, or a stream in a language we know, is looked into; the rest
 * passes.
 */
export const readNative = (arrival: Arrival, reading: NativeReading): Promise<Answer> =>
  readPassed(arrival, reading).catch(error => throwCut(reading.provider, error))

async function readPassed(arrival: Arrival, { provider, aim, method }: NativeReading): Promise<Answer> {
  const { status, headers } = arrival
  if (status >= 300 && status !== 304) throw await readFailure(arrival, provider)
  const contentType = headers.get('content-type') ?? 'application/octet-stream'
  const passing = passingHeaders(headers)
  if (method === 'HEAD' || bodiless.has(status)) {
    arrival.body?.cancel().catch(() => {})
    // Whoever asks for the head alone wants to know how much would follow it.
    const length = bodiless.has(status) ? nothing : lengthOf(headers)
    const told = { ...passing, ...length }
    return { kind: 'whole', body: new Uint8Array(), contentType, status, headers: told }
  }
  if (aim.lens !== undefined && isEventStream(contentType))
    return readStream(arrival.body, { provider, dialect: aim.lens, hideUsage: aim.hideUsage ?? false })
  if (!isJson(contentType)) return toRaw(arrival, contentType, { ...passing, ...lengthOf(headers) })
  const { head, rest } = await readHead(arrival, LOOK_LIMIT)
  if (rest !== undefined) {
    const raw = { kind: 'raw', contentType, status, headers: passing } as const
    return { ...raw, ...(aim.lens === undefined ? { reader: rest } : createTail(rest, aim.lens)) }
  }
  return {
    kind: 'whole',
    body: head,
    contentType,
    status,
    headers: passing,
    ...(aim.lens && learnAll(head, aim.lens)),
  }
}

/** Failures that speak of the gateway's own account: its credentials, its bills. Their words stay here. */
const ours: ReadonlySet<number> = new Set([401, 402, 403, 407])

/** A failed answer with the provider's own status and words, as far as they are meant for the caller. */
async function readFailure(arrival: Arrival, provider: Provider): Promise<Refusal> {
  const { status } = arrival
  const json = await readWords(arrival)
  const failure = toFailure(provider.name, arrival, undefined)
  if (status < 400 || status > 599 || ours.has(status)) return failure
  const { code, message, retryAfter } = failure
  return new Refusal(code, message, {
    status,
    ...(json !== undefined && { body: json }),
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** What a whole answer says about itself; some stream by sending an array, element by element. */
function learnAll(body: Bytes, lens: Lens) {
  const json = toValue(body)
  const parts = (Array.isArray(json) ? json : [json]).filter(isObject)
  const usage = parts.reduce(
    (earlier: Usage | undefined, part) => lens.usage(part, earlier) ?? earlier,
    undefined,
  )
  const finish = lens.finish && parts.map(part => lens.finish!(part)).findLast(word => word !== undefined)
  return { usage, finish }
}

const nothing: Readonly<Record<string, string>> = {}

function toRaw({ status, body }: Arrival, contentType: string, headers = nothing): Answer {
  const empty = () => new Blob([]).stream().getReader() as ReadableStreamDefaultReader<Bytes>
  return { kind: 'raw', reader: body ?? empty(), contentType, status, headers }
}

/** Headers of a provider's answer that say something about the answer, and nothing about the connection or the account. */
const PASSING =
  /^(?:content-disposition|content-language|content-range|accept-ranges|etag|last-modified|cache-control|expires|retry-after|x-ratelimit-.*|anthropic-ratelimit-.*|openai-processing-ms|openai-version|anthropic-beta)$/

/** What a browser is told of bytes from elsewhere, which come from the gateway's own origin: to show them, at most. */
const INERT = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
}

const passingHeaders = (headers: ArrivalHeaders): Record<string, string> => ({
  ...Object.fromEntries([...headers].filter(([name]) => PASSING.test(name))),
  ...INERT,
})

/** With it, a client can tell a download that was cut. What was packed has been unpacked, and is longer. */
function lengthOf(headers: ArrivalHeaders): Record<string, string> {
  const length = headers.get('content-length')
  return length === null || headers.has('content-encoding') ? {} : { 'content-length': length }
}

const decoder = new TextDecoder()
const toJson = (bytes: Uint8Array): JsonObject | undefined => asObject(toValue(bytes))

const asObject = (json: unknown): JsonObject | undefined => (isObject(json) ? json : undefined)

/** Undefined for what is no JSON. */
function toValue(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    return undefined
  }
}
