/** What the runtime has and the web platform lacks, or has only asynchronously. */

/** HMAC-SHA-256 as hex. `crypto.subtle` could do it too, but only by way of another thread: too slow for each request. */
export const keyedHash = (secret: string, text: string): string =>
  new Bun.CryptoHasher('sha256', secret).update(text).digest('hex')

/** `length` random bytes as base64url. */
export const randomToken = (length: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(length))).toString('base64url')
