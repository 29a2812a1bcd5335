export type Bytes = Uint8Array<ArrayBuffer>

/** One array of the bytes of several; a single one is given back as it is. */
export function joinBytes(parts: readonly Bytes[]): Bytes {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const DIGIT_0 = 48

/** The announced length of a body in bytes; NaN where there is none, or one that is no whole number. */
export function sizeOf(headers: Pick<Headers, 'get'>): number {
  const text = headers.get('content-length')
  if (text === null || text === '') return Number.NaN
  let size = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0
    if (digit < 0 || digit > 9) return Number.NaN
    size = size * 10 + digit
  }
  return size
}
