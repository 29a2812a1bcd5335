/** What the runtime has and the web platform lacks, or has only asynchronously. */

import type { Bytes } from './bytes.ts'

/** HMAC-SHA-256 as hex. `crypto.subtle` could do it too, but only by way of another thread: too slow for each request. */
export const keyedHash = (secret: string, text: string): string =>
  new Bun.CryptoHasher('sha256', secret).update(text).digest('hex')

/** SHA-256, at once. */
export const plainHash = (text: string): Uint8Array => new Bun.CryptoHasher('sha256').update(text).digest()

/** SHA-1 as hex: the name that Redis has for a script. */
export const scriptHash = (text: string): string => new Bun.CryptoHasher('sha1').update(text).digest('hex')

/** A UUID that begins with the time (version 7): indexes over millions of them grow at their end, and stay fast. */
export const timedId = (): string => Bun.randomUUIDv7()

/** When such an id was made (milliseconds since 1970): its first 48 bits. Undefined where it is none. */
export const timeOfId = (id: string): number | undefined =>
  TIMED.test(id) ? Number.parseInt(id.replace('-', '').slice(0, 12), 16) : undefined

const TIMED = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

/** `length` random bytes as base64url. */
export const randomToken = (length: number): string =>
  crypto.getRandomValues(new Uint8Array(length)).toBase64({ alphabet: 'base64url', omitPadding: true })

/** Where some bytes stand in others; -1 when they do not. Arrays of bytes themselves look for single ones only. */
export const findBytes = (bytes: Uint8Array, wanted: Uint8Array, from: number): number =>
  Buffer.prototype.indexOf.call(bytes, wanted, from)

/** The text of a file. Throws an error whose message says in words why there is none. */
export async function readText(path: string, limit: number): Promise<string> {
  const file = Bun.file(path)
  const facts = await file.stat().catch(cause => {
    throw new Error(cause?.code === 'ENOENT' ? 'there is no such file' : reasonOf(cause), { cause })
  })
  if (facts.isDirectory()) throw new Error('it is a directory')
  if (!facts.isFile() && !facts.isFIFO()) throw new Error('it is no file')
  if (facts.size > limit) throw new Error(`it has ${mega(facts.size)} MB, at most ${mega(limit)} MB are read`)
  const bytes = await file.bytes().catch(cause => {
    throw new Error(reasonOf(cause), { cause })
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error('it is not UTF-8 text', { cause })
  }
}

/** One character for each byte, whatever they mean. What the platform's decoder has by this name is another encoding. */
export const toLatin1 = ({ buffer, byteOffset, length }: Bytes): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')

/** The bytes again. */
export const fromLatin1 = (text: string): Bytes => Buffer.from(text, 'latin1')

/** Changes whenever the file does; undefined while there is none. */
export async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await Bun.file(path).stat()
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return undefined
  }
}

/** By which the system knows a file, whatever it is called; undefined while there is none. */
export const numberOf = (path: string): Promise<number | undefined> =>
  Bun.file(path)
    .stat()
    .then(
      ({ ino }) => ino,
      () => undefined,
    )

const mega = (bytes: number): string => (bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1)
const reasonOf = (cause: { code?: string; message?: string }): string =>
  cause.code === 'EACCES' ? 'permission is denied' : (cause.code ?? cause.message ?? 'it cannot be read')

/**
 * A stream that hands what is written straight to the connection, with no queue in between. `pull` is called once, by
 * whoever takes the whole body, and again by a reader once its promise has settled; a `write` that gives a promise has
 * taken the bytes, but wants no more before that resolves. The types of the DOM, which win, do not know this kind.
 */
export const directStream = <T>(source: Omit<Bun.DirectUnderlyingSource<T>, 'type'>): ReadableStream<T> =>
  new ReadableStream({ ...source, type: 'direct' } as unknown as UnderlyingDefaultSource<T>)

export interface RedisOptions {
  readonly url: string
  /** Milliseconds that a connection may take. */
  readonly patience: number
  /** The connection is gone; called once. */
  readonly onGone: () => void
}

/** A connection to Redis or Valkey. It queues nothing and does not reconnect: what cannot be sent now fails. */
export function openRedis({ url, patience, onGone }: RedisOptions) {
  const client = new Bun.RedisClient(url, {
    connectionTimeout: patience,
    autoReconnect: false,
    enableOfflineQueue: false,
  })
  client.onclose = onGone
  return {
    connect: (): Promise<void> => client.connect(),
    send: (command: string, args: readonly string[]): Promise<unknown> => client.send(command, [...args]),
    close: (): void => client.close(),
  }
}
