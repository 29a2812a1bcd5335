import { type Bytes, joinBytes, sizeOf } from '../base/bytes.ts'
import { refuse } from '../errors.ts'
import type { Awaitable, ByteSource } from '../types.ts'
import type { Arrival } from './arrival.ts'

/** An answer up to a limit: all of it, or its beginning with a reader that gives everything from the start. */
export async function readHead(
  { body: reader }: Arrival,
  limit: number,
): Promise<{ head: Bytes; rest?: ByteSource }> {
  if (reader === undefined) return { head: new Uint8Array() }
  const chunks: Bytes[] = []
  for (let size = 0; size <= limit; ) {
    const { done, value } = await reader.read()
    if (done) return { head: joinBytes(chunks) }
    chunks.push(value)
    size += value.length
  }
  const head = joinBytes(chunks)
  const waiting = [head]
  return {
    head,
    rest: {
      async read() {
        const value = waiting.pop()
        return value === undefined ? reader.read() : { done: false, value }
      },
      cancel: reason => reader.cancel(reason),
    },
  }
}

/** All of a body. Refuses one that is larger than `limit` bytes, whatever it says of itself. */
export function readCapped(arrival: Arrival, limit: number): Awaitable<Bytes> {
  const { headers } = arrival
  const isPlain = sizeOf(headers) <= limit && !headers.has('content-encoding')
  return isPlain || arrival.body === undefined ? arrival.bytes() : readChunks(arrival.body, limit)
}

/** The announced length may lie, or be that of compressed bytes: what counts is what arrives. */
async function readChunks(body: ByteSource, limit: number): Promise<Bytes> {
  const chunks: Bytes[] = []
  for (let size = 0; ; ) {
    const { done, value } = await body.read()
    if (done) return joinBytes(chunks)
    size += value.length
    if (size > limit) {
      body.cancel().catch(() => {})
      refuse('upstream_invalid', `The provider sent more than ${limit} bytes`)
    }
    chunks.push(value)
  }
}
