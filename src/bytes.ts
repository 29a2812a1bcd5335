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
