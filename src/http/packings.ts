import type { Bytes } from '../base/bytes.ts'

/** The names of packings in HTTP (RFC 9110 8.4.1), and what the platform calls them. */
const formats: ReadonlyMap<string | undefined, string> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'brotli'],
  ['zstd', 'zstd'],
])

/** What the platform calls the packing of a body; undefined where it has none, or one that nobody knows. */
export const formatOf = (encoding: string | null): string | undefined =>
  formats.get(encoding?.trim().toLowerCase())

/** The same bytes without their packing. No more of them are made than somebody reads. */
export const unpack = (packed: ReadableStream<Bytes>, format: string): ReadableStream<Bytes> =>
  packed.pipeThrough<Bytes>(new DecompressionStream(format as 'gzip'))
