import { type Bytes, joinBytes } from '../base/bytes.ts'
import { Refusal, refuse } from '../errors.ts'
import { addressesOf } from '../http/addresses.ts'
import { fetchPinned } from '../upstream/egress.ts'
import { mediaTypeOf } from './media-type.ts'
import { isPublicAddress } from './public-address.ts'

export interface Downloaded {
  readonly data: Bytes
  readonly mediaType: string
}

/** Fetches a file that a client names. Every refusal is a 400 whose message names the URL. */
export type Download = (
  url: string,
  options?: { readonly signal?: AbortSignal | undefined; readonly limit?: number },
) => Promise<Downloaded>

export interface DownloadOptions {
  /** All addresses of a name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly dial?: typeof fetchPinned
  readonly isPublic?: (address: string) => boolean
  /** Bytes. */
  readonly limit?: number
  /** Milliseconds for all of it. */
  readonly timeout?: number
}

/** Bytes of one file. */
const LIMIT = 20 * 1024 * 1024
const TIMEOUT = 10_000
const REDIRECTS = 3
/** Addresses of one name that are tried. */
const TRIES = 3
const LONGEST_URL = 8192

/**
 * A download that cannot be turned against the house: http(s) only, no credentials, every address of the name must be
 * public, and the one that was checked is the one that is dialled. Redirects are held to the same, hop by hop.
 */
export function createDownload({
  resolve = addressesOf,
  dial = fetchPinned,
  isPublic = isPublicAddress,
  limit: most = LIMIT,
  timeout = TIMEOUT,
}: DownloadOptions = {}): Download {
  /** The addresses of a URL. A name that does not exist and one that leads inside look the same from outside. */
  async function publicOf(url: URL, signal: AbortSignal): Promise<readonly string[]> {
    const { hostname } = url
    const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
    const isLiteral = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
    const found = isLiteral
      ? [literal]
      : await unlessAborted(resolve(hostname.replace(/\.$/, '')), signal).catch(() => {
          signal.throwIfAborted()
          return []
        })
    if (found.length === 0 || !found.every(isPublic))
      deny(url.href, 'its host is not known on the public internet')
    return found
  }

  async function reach(url: URL, signal: AbortSignal): Promise<Response> {
    let failure: unknown
    for (const address of (await publicOf(url, signal)).slice(0, TRIES)) {
      try {
        return await dial(url, address, { headers, signal })
      } catch (error) {
        signal.throwIfAborted()
        failure = error
      }
    }
    return deny(url.href, 'its server cannot be reached', failure)
  }

  async function follow(start: string, signal: AbortSignal): Promise<Response> {
    let url = toUrl(start)
    for (let hop = 0; ; hop++) {
      const response = await reach(url, signal)
      const { status, ok } = response
      if (ok) return response
      response.body?.cancel().catch(() => {})
      const location = response.headers.get('location')
      if (!isRedirect(status) || location === null)
        return deny(start, `its server answers with status ${status}`)
      if (hop === REDIRECTS) return deny(start, `it is redirected more than ${REDIRECTS} times`)
      url = toUrl(location, url)
    }
  }

  return async (start, { signal: given, limit = most } = {}) => {
    const clock = AbortSignal.timeout(timeout)
    const signal = given === undefined ? clock : AbortSignal.any([given, clock])
    try {
      const response = await follow(start, signal)
      const data = await readCapped(response, Math.min(limit, most), start)
      const mediaType = mediaTypeOf(response.headers.get('content-type'), data)
      return mediaType === undefined
        ? deny(start, 'it is no file that a model can read')
        : { data, mediaType }
    } catch (error) {
      if (error instanceof Refusal) throw error
      given?.throwIfAborted()
      return deny(start, clock.aborted ? `it takes longer than ${timeout / 1000} s` : 'it broke off', error)
    }
  }
}

const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'modelway' }
const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

function toUrl(text: string, base?: URL): URL {
  const url = text.length > LONGEST_URL ? null : URL.parse(text, base)
  if (url === null) return deny(text, 'it is no valid address')
  if (!/^https?:$/.test(url.protocol)) return deny(text, 'only http and https addresses can be fetched')
  if (url.username !== '' || url.password !== '') return deny(text, 'it holds credentials')
  return url
}

async function readCapped(response: Response, limit: number, url: string): Promise<Bytes> {
  const tooLarge = () => deny(url, `it has more than ${Math.floor(limit / 1024 / 1024)} MB`)
  if (Number(response.headers.get('content-length') ?? 0) > limit) {
    response.body?.cancel().catch(() => {})
    return tooLarge()
  }
  const chunks: Bytes[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Bytes>) {
    size += chunk.length
    if (size > limit) return tooLarge()
    chunks.push(chunk)
  }
  return joinBytes(chunks)
}

/** A look-up of a name cannot be stopped, only left. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])

/** Without query and credentials: both may be secrets. */
function deny(url: string, why: string, cause?: unknown): never {
  const parsed = URL.parse(url)
  const shown = parsed === null || parsed.origin === 'null' ? url : parsed.origin + parsed.pathname
  return refuse('invalid_request', `Cannot fetch "${shown.slice(0, 200)}": ${why}`, { cause })
}

export const download: Download = createDownload()
