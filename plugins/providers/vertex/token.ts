import type { Host } from '../../../src/contract/plugin.ts'
import { Refusal } from '../../../src/errors.ts'
import type { Credentials } from './credentials.ts'

const TOKEN_URI = 'https://oauth2.googleapis.com/token'
const METADATA = 'http://metadata.google.internal'
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
/** A token is not used any more so long before its end (milliseconds). */
const MARGIN = 5 * 60_000
const PATIENCE = 10_000

/** Where tokens come from. */
export const tokenOrigin = (credentials: Credentials): string =>
  new URL(
    credentials.type === 'metadata'
      ? METADATA
      : ((credentials.type === 'service_account' ? credentials.token_uri : undefined) ?? TOKEN_URI),
  ).origin

interface TokensOptions {
  readonly provider: string
  readonly credentials: Credentials
  readonly host: Pick<Host, 'fetch' | 'now'>
}

/** Access tokens of Google, each kept until shortly before its end. Calls that need one at once share it. */
export function createTokens({ provider, credentials, host }: TokensOptions): () => Promise<string> {
  let held: { readonly token: string; readonly until: number } | undefined
  let buying: Promise<string> | undefined

  async function buy(): Promise<string> {
    const request = await toRequest(credentials, host.now())
    const reject = (code: 'upstream_rejected' | 'upstream_unreachable', cause?: unknown): never => {
      const what = code === 'upstream_rejected' ? 'refuses' : 'cannot be reached for'
      throw new Refusal(code, `Provider "${provider}": Google ${what} an access token`, { cause })
    }
    const response = await host
      .fetch(request.url, { ...request.init, signal: AbortSignal.timeout(PATIENCE) })
      .catch(cause => reject('upstream_unreachable', cause))
    // The body of a refusal may repeat what was sent.
    if (response.status >= 500) return reject('upstream_unreachable', `status ${response.status}`)
    if (!response.ok) return reject('upstream_rejected', `status ${response.status}`)
    const { access_token: token, expires_in: seconds } = (await response.json()) as Record<string, unknown>
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
      return reject('upstream_rejected', 'no token')
    held = { token, until: host.now() + Number(seconds ?? 0) * 1000 - MARGIN }
    return token
  }

  return async () => {
    if (held !== undefined && host.now() < held.until) return held.token
    buying ??= buy().finally(() => {
      buying = undefined
    })
    return buying
  }
}

async function toRequest(credentials: Credentials, now: number): Promise<{ url: string; init: RequestInit }> {
  if (credentials.type === 'metadata') {
    const url = `${METADATA}/computeMetadata/v1/instance/service-accounts/default/token`
    return { url, init: { headers: { 'metadata-flavor': 'Google' } } }
  }
  const url = (credentials.type === 'service_account' ? credentials.token_uri : undefined) ?? TOKEN_URI
  const form =
    credentials.type === 'service_account'
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: await sign(credentials, url, now),
        }
      : {
          grant_type: 'refresh_token',
          client_id: credentials.client_id,
          client_secret: credentials.client_secret,
          refresh_token: credentials.refresh_token,
        }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { url, init: { method: 'POST', headers, body: new URLSearchParams(form).toString() } }
}

type ServiceAccount = Extract<Credentials, { type: 'service_account' }>
const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const encoder = new TextEncoder()

/** A JSON Web Token by which the service account vouches for itself (RFC 7523). */
async function sign(account: ServiceAccount, audience: string, now: number): Promise<string> {
  const { client_email: iss, private_key: pem, private_key_id: kid } = account
  const iat = Math.floor(now / 1000)
  const claims = { iss, scope: SCOPE, aud: audience, iat, exp: iat + 3600 }
  const unsigned = [{ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) }, claims]
    .map(part => toBase64Url(encoder.encode(JSON.stringify(part))))
    .join('.')
  const der = Uint8Array.fromBase64(pem.replace(/-----[A-Z ]+-----|\s/g, ''))
  const key = await crypto.subtle.importKey('pkcs8', der, RS256, false, ['sign'])
  const signature = await crypto.subtle.sign(RS256.name, key, encoder.encode(unsigned))
  return `${unsigned}.${toBase64Url(new Uint8Array(signature))}`
}

const toBase64Url = (bytes: Uint8Array): string =>
  bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
