/** Where a call stands in a trace: as hex, 16 and 8 bytes. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const form = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/

/** Reads the header of W3C Trace Context; undefined where it is not one. */
export function readTraceparent(header: string): TraceContext | undefined {
  const text = header.trim()
  const [, traceId, spanId, flags] = form.exec(text) ?? []
  // The first version has nothing behind the flags.
  if (traceId === undefined || (text.startsWith('00') && text.length !== 55)) return undefined
  return { traceId, spanId: spanId!, isSampled: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/** Random, and never all zeros. */
export function randomHex(bytes: 8 | 16): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  random[0]! |= 1
  return random.toHex()
}
