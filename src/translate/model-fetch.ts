import type { Bytes } from '../base/bytes.ts'
import { Refusal } from '../errors.ts'
import { Unreachable } from '../upstream/unreachable.ts'

/** Whole answers beyond this are not read (bytes). */
const ANSWER_LIMIT = 64 * 1024 * 1024
/** No honest event is larger (bytes). */
const EVENT_LIMIT = 16 * 1024 * 1024
const LINE_FEED = 10
const BLANK_LINES = new TextEncoder().encode('\n\n')

/**
 * The `fetch` that model packages are given. They read answers to their end whatever their size, unpack what is packed,
 * and take any error for one of their own; this one asks for plain bytes, stops what is larger than any honest answer,
 * and says when nobody was there.
 */
export function createModelFetch(
  guarded: (url: string, init?: RequestInit) => Promise<Response>,
): typeof globalThis.fetch {
  const modelFetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request ? input : undefined
    const headers = { ...plainHeaders(init?.headers ?? request?.headers), 'accept-encoding': 'identity' }
    const url = request?.url ?? String(input)
    // What the guard refuses counts as unreachable too: the package went astray, another target may answer.
    const response = await Promise.try(guarded, url, { ...init, headers }).catch(cause => {
      throw init?.signal?.aborted ? init.signal.reason : new Unreachable(undefined, { cause })
    })
    const length = response.headers.get('content-length')
    const isPlain =
      length !== null && Number(length) <= ANSWER_LIMIT && !response.headers.has('content-encoding')
    if (response.body === null) return response
    const type = response.headers.get('content-type') ?? ''
    const isStream = /^text\/event-stream\b/i.test(type)
    if (isPlain && !isStream) {
      const bytes = await bytesOf(response)
      return type.startsWith('application/json') ? inMemory(bytes, response) : new Response(bytes, response)
    }
    const { status, statusText, headers: answered } = response
    return new Response(capped(response.body as ReadableStream<Bytes>, isStream), {
      status,
      statusText,
      headers: answered,
    })
  }
  return modelFetch as typeof globalThis.fetch
}

/** Names in lower case. Packages give plain objects; the detour over `Headers` would cost more than all the rest here. */
export function plainHeaders(headers: RequestInit['headers']): Record<string, string> {
  const plain: Record<string, string> = {}
  if (headers === undefined) return plain
  if (headers instanceof Headers || Array.isArray(headers)) return Object.fromEntries(new Headers(headers))
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = String(value)
  return plain
}

/** All of an answer. */
export const bytesOf = (response: Response): Promise<Bytes> =>
  response.bytes().catch(cause => {
    throw cause instanceof Refusal ? cause : new Unreachable(undefined, { cause })
  })

/**
 * Packages read bodies piece by piece, whole ones too. Here is one piece, and a reader that costs nothing: making a
 * stream of the platform's, and reading it to its end, takes a quarter of the time that a package needs for a call.
 */
export function inMemory(bytes: Bytes, answered: Response): Response {
  const { status, statusText, ok, url, headers } = answered
  const whole = () => new Response(bytes, answered)
  let left: Bytes | undefined = bytes
  const reader = {
    read: async () => {
      const value = left
      left = undefined
      return { done: value === undefined, value }
    },
    cancel: async () => {},
    releaseLock: () => {},
  }
  const body = { getReader: () => reader, cancel: reader.cancel, locked: false }
  return {
    status,
    statusText,
    ok,
    url,
    headers,
    body: bytes.length === 0 ? null : body,
    text: () => whole().text(),
    json: () => whole().json(),
    bytes: () => whole().bytes(),
    arrayBuffer: () => whole().arrayBuffer(),
    blob: () => whole().blob(),
    clone: whole,
  } as unknown as Response
}

/** The same bytes, until there are too many: in all, or, of a stream, without a line end. */
function capped(body: ReadableStream<Bytes>, isStream: boolean): ReadableStream<Bytes> {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) {
        // Some end without the blank line that makes their last event one.
        if (isStream) controller.enqueue(BLANK_LINES.slice())
        return controller.close()
      }
      const lineEnd = isStream ? value.lastIndexOf(LINE_FEED) : -1
      size = lineEnd < 0 ? size + value.length : value.length - lineEnd
      const limit = isStream ? EVENT_LIMIT : ANSWER_LIMIT
      if (size > limit) {
        reader.cancel().catch(() => {})
        throw new Refusal('upstream_invalid', `The provider sent more than ${limit} bytes`)
      }
      controller.enqueue(value)
    },
    cancel: reason => reader.cancel(reason),
  })
}
