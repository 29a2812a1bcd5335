import * as v from 'valibot'

/** How calls to services of others are signed, so that they can tell who makes them: standardwebhooks.com. */

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' }
const encoder = new TextEncoder()

const NO_SECRET =
  'expected at least 16 bytes as base64, with or without whsec_ before them: openssl rand -base64 32'

function decode(value: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(value.replace(/^whsec_/, ''))
  } catch {
    return undefined
  }
}

/** A setting that holds a secret to sign with. */
export const webhookSecret = () =>
  v.pipe(
    v.string(),
    v.trim(),
    v.transform(decode),
    v.check(bytes => bytes !== undefined && bytes.length >= 16 && bytes.length <= 64, NO_SECRET),
    v.transform(bytes => bytes!),
  )

export interface Message {
  /** The same when it is sent again. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly body: string
}

/** The headers that sign a message: HMAC-SHA-256 over its id, the time in seconds and its body. */
export async function signWebhook(
  secret: Uint8Array<ArrayBuffer>,
  { id, at, body }: Message,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000))
  const key = await crypto.subtle.importKey('raw', secret, ALGORITHM, false, ['sign'])
  const signature = await crypto.subtle.sign(
    ALGORITHM.name,
    key,
    encoder.encode(`${id}.${timestamp}.${body}`),
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${new Uint8Array(signature).toBase64()}`,
  }
}
