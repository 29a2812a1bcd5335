import { type Bytes, joinBytes } from './bytes.ts'
import type { Dialect } from './dialect.ts'
import { Refusal, refuse } from './errors.ts'
import { toFailure, toHiddenFailure } from './failures.ts'
import { peek } from './peek.ts'
import type { Provider } from './provider.ts'
import type { Answer, JsonObject } from './types.ts'

/** Whole answers beyond this are not read: no model writes so much, a broken or hostile upstream may. */
const ANSWER_LIMIT = 64 * 1024 * 1024
const ERROR_LIMIT = 64 * 1024

/** What an answer is read with. */
export interface Reading {
  readonly provider: Provider
  readonly dialect: Dialect
  readonly hideUsage: boolean
}

/** A provider's answer; what is none, broken, or an error in disguise, is thrown as a refusal. */
export const readAnswer = (response: Response, reading: Reading): Promise<Answer> =>
  readWhole(response, reading).catch(error => {
    if (error instanceof Refusal) throw error
    const message = `The connection to provider "${reading.provider.name}" broke before the answer was complete`
    throw new Refusal('upstream_cut', message, { cause: error })
  })

async function readWhole(response: Response, reading: Reading): Promise<Answer> {
  const { provider, dialect } = reading
  if (!response.ok) throw toFailure(provider.name, response, toJson(await readCapped(response, ERROR_LIMIT)))
  const contentType = response.headers.get('content-type') ?? ''
  if (/^text\/event-stream\b/i.test(contentType)) return readStream(response, reading)
  const body = await readCapped(response, ANSWER_LIMIT)
  const json = toJson(body)
  if (json === undefined) {
    return refuse('upstream_invalid', `Provider "${provider.name}" sent an answer that is not a JSON object`)
  }
  const failure = dialect.failure(json)
  if (failure) throw toHiddenFailure(provider.name, failure)
  const usage = dialect.usage(json)
  return { kind: 'whole', body, contentType: 'application/json', ...(usage && { usage }) }
}

/** A stream may still turn out to be an error: its first event tells. */
async function readStream(response: Response, { provider, dialect, hideUsage }: Reading): Promise<Answer> {
  const reader = (response.body as ReadableStream<Bytes> | null)?.getReader()
  if (reader === undefined)
    return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
  const { head, pending, event, isEmpty } = await peek(reader)
  if (isEmpty) return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
  const failure = event && dialect.failure(event)
  if (failure) {
    reader.cancel().catch(() => {})
    throw toHiddenFailure(provider.name, failure)
  }
  return { kind: 'stream', reader, hideUsage, ...(head && { head }), ...(pending && { pending }) }
}

function readCapped(response: Response, limit: number): Promise<Bytes> {
  const length = response.headers.get('content-length')
  const isPlain = length !== null && Number(length) <= limit && !response.headers.has('content-encoding')
  return isPlain ? response.bytes() : readChunks(response, limit)
}

/** The announced length may lie, or be that of compressed bytes: what counts is what arrives. */
async function readChunks(response: Response, limit: number): Promise<Bytes> {
  const chunks: Bytes[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Bytes>) {
    size += chunk.length
    if (size > limit) refuse('upstream_invalid', `The provider sent more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return joinBytes(chunks)
}

const decoder = new TextDecoder()
function toJson(bytes: Uint8Array): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(decoder.decode(bytes))
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}
