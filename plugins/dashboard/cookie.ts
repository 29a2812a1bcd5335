import { isLoopbackName } from '../../src/door/address.ts'

/** The prefix makes browsers insist on `Secure`, on this very host, and on the whole of it; plain http would not take it. */
const secured = (name: string): string => `__Host-${name}`

/**
 * What the browser sent under a name, the better protected ones first. Over https all of ours have the prefix; one without
 * it may be from a neighbour under the same domain, who would like to see others in a session of its own.
 */
export function readCookies(request: Request, name: string): string[] {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map(pair => pair.trim())
  const names = isHttps(request) ? [secured(name)] : [secured(name), name]
  return names.flatMap(name =>
    pairs.filter(pair => pair.startsWith(`${name}=`)).map(pair => pair.slice(name.length + 1)),
  )
}

/**
 * `Lax`, not `Strict`: a link to a page of the dashboard from a chat or a ticket should open it. Other sites cannot write
 * with it all the same, because they know no CSRF token.
 */
export function cookie(request: Request, name: string, value: string, maxAge: number): string {
  const isSecure = takesSecureCookies(request)
  return `${isSecure ? secured(name) : name}=${value}; Path=/; Max-Age=${Math.floor(maxAge / 1000)}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

/** What is no id of a session is not looked up. */
export const readSessionIds = (request: Request, name: string): string[] =>
  readCookies(request, name).filter(value => /^[\w-]{43}$/.test(value))

/** Takes both back. */
export const noCookies = (name: string): string[] => [
  `${secured(name)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`,
  `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
]

/** What the browser sees as the scheme; behind a proxy only its headers tell. */
const isHttps = ({ headers, url }: Request): boolean =>
  url.startsWith('https:') ||
  headers.get('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase() === 'https'

/** A form says by its origin what a silent proxy does not. */
function takesSecureCookies(request: Request): boolean {
  const { headers } = request
  if (isHttps(request) || headers.get('origin')?.startsWith('https:') === true) return true
  return isLoopbackName(headers.get('host') ?? '') && !isSafari(headers.get('user-agent') ?? '')
}

/** Chromium and Firefox trust http://localhost with `Secure` cookies; Safari does not (WebKit bug 281149). */
const isSafari = (agent: string): boolean => /\bSafari\//.test(agent) && !/Chrom(?:e|ium)\//.test(agent)
