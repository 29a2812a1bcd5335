import type { Bytes } from '../base/bytes.ts'
import { refuse } from '../errors.ts'
import { formatOf, unpack } from '../http/packings.ts'
import type { ByteSource } from '../types.ts'

/** A client has packed its body: agents do so with long conversations. */
export const isPacked = (headers: Headers): boolean => {
  const encoding = headers.get('content-encoding')
  return encoding !== null && !/^\s*(?:identity)?\s*$/i.test(encoding)
}

/** Reads a body as it was before it was packed; limits are for that. Undefined where there is none. */
export function readerOf({ body, headers }: Request): ByteSource | undefined {
  if (body === null) return undefined
  const packed = body as ReadableStream<Bytes>
  if (!isPacked(headers)) return packed.getReader()
  const encoding = headers.get('content-encoding')!.slice(0, 80)
  const format = formatOf(encoding)
  if (format === undefined)
    return refuse(
      'invalid_request',
      `Send the body with "content-encoding" gzip, deflate, br or zstd, or without (it is "${encoding}")`,
      { status: 415 },
    )
  const reader = unpack(packed, format).getReader()
  const broken = (cause: unknown): never =>
    refuse('invalid_request', `The body is not the "${encoding}" that its "content-encoding" says it is`, {
      cause,
    })
  return { read: () => reader.read().catch(broken), cancel: reason => reader.cancel(reason) }
}
