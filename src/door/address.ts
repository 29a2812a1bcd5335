import { refuse } from '../errors.ts'

/** Every request is routed under this origin, whatever its Host header says. */
export const ORIGIN = 'http://gateway.internal'

/** So many origins are remembered as checked; callers may send any. */
const MAX_KNOWN = 1000

/**
 * The request with an address that all readers agree on. A router that searches the path behind a fixed offset can be
 * led to another route by a very short Host header, and a malformed one leaves the address without any origin.
 */
export function createAddressCheck(): (request: Request) => Request {
  const known = new Set<string>()
  return request => {
    const { url } = request
    const path = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
    const origin = url.slice(0, path)
    if (path >= 11 && known.has(origin)) return request
    const host = request.headers.get('host') ?? ''
    if (origin === '' ? host !== '' : !URL.canParse(origin)) {
      refuse('invalid_request', 'The Host header is not a valid host')
    }
    if (path < 11) return new Request(new URL(ORIGIN + url.slice(path)), request)
    if (known.size < MAX_KNOWN) known.add(origin)
    return request
  }
}

/**
 * Where the browser sees this house; behind a proxy only its headers tell. For people to read, and for whoever compares
 * it with what they know, and for nothing else: anybody may send these headers.
 */
export function originSeen({ headers, url }: Request): string {
  const first = (name: string) => headers.get(name)?.split(',')[0]?.trim() || undefined
  const host = first('x-forwarded-host') ?? headers.get('host') ?? ''
  const isSecure = url.startsWith('https:') || first('x-forwarded-proto')?.toLowerCase() === 'https'
  const seen = /^[\w.:[\]-]+$/.test(host) ? URL.parse(`${isSecure ? 'https' : 'http'}://${host}`) : null
  return seen?.origin ?? new URL(url).origin
}

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|(?:[\w-]+\.)*localhost)(?::\d+)?$/i

/** The name in a Host header or the host of an Origin header can only mean this machine. */
export const isLoopbackName = (host: string): boolean => LOOPBACK_NAME.test(host)

/** The peer's address is this machine's own. */
const isLoopbackAddress = (address: string): boolean => /^(?:127\.|::1$|::ffff:127\.)/.test(address)

/**
 * The caller itself sits on this machine: not a proxy that forwards others, and not a web page from elsewhere that
 * uses the browser here (told by its Origin, or by a host name that somebody pointed at this address).
 */
export function isLocalCaller(request: Request, peer: string): boolean {
  const { headers } = request
  if (!isLoopbackAddress(peer)) return false
  if (headers.has('x-forwarded-for') || headers.has('forwarded') || headers.has('x-real-ip')) return false
  if (!isLoopbackName(headers.get('host') ?? 'localhost')) return false
  const origin = headers.get('origin')
  return origin === null || isLoopbackName(origin.replace(/^https?:\/\//, ''))
}

/**
 * The router has null where it could not decode a segment. What `*` stands for is left to whoever reads it: it may go on
 * to a provider as it is.
 */
export function checkParams(params: Readonly<Record<string, string | null>>): void {
  for (const name in params)
    if (params[name] === null && name !== '*')
      refuse('invalid_request', 'The address is not correctly percent-encoded')
}
