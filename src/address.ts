import { refuse } from './errors.ts'

/** Every request is routed under this origin, whatever its Host header says. */
export const ORIGIN = 'http://gateway.internal'

/**
 * The request with an address that all readers agree on. A router that searches the path behind a fixed offset can be
 * led to another route by a very short Host header, and a malformed one leaves the address without any origin.
 */
export function settleAddress(request: Request): Request {
  const { url } = request
  const path = url.indexOf('/', url.indexOf('://') + 3)
  if (url.startsWith('http') && path >= 11) return request
  const host = request.headers.get('host') ?? ''
  if (url.startsWith('/') && host !== '') refuse('invalid_request', 'The Host header is not a valid host')
  const target = url.startsWith('/') ? url : url.slice(path)
  return new Request(new URL(target.replace(/^[/\\]{2,}/, '/'), ORIGIN), request)
}

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|(?:[\w-]+\.)*localhost)(?::\d+)?$/i

/** The name in a Host header or the host of an Origin header can only mean this machine. */
export const isLoopbackName = (host: string): boolean => LOOPBACK_NAME.test(host)

/** The peer's address is this machine's own. */
export const isLoopbackAddress = (address: string): boolean => /^(?:127\.|::1$|::ffff:127\.)/.test(address)

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
