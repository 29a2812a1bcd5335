import { isLoopbackName } from '../../src/door/address.ts'

/** The prefix makes browsers insist on `Secure`, on this very host, and on the whole of it. */
const SECURE = '__Host-modelway'
/** For plain http, where a browser would not take the other one. */
const PLAIN = 'modelway'

/** The session ids that the browser sent, the better protected one first. */
export function readSessionIds(request: Request): string[] {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map(pair => pair.trim())
  return [SECURE, PLAIN].flatMap(name =>
    pairs.filter(pair => pair.startsWith(`${name}=`)).map(pair => pair.slice(name.length + 1)),
  )
}

/**
 * `Lax`, not `Strict`: a link to a page of the dashboard from a chat or a ticket should open it. Other sites cannot write
 * with it all the same, because they know no CSRF token.
 */
export function sessionCookie(request: Request, id: string, maxAge: number): string {
  const isSecure = takesSecureCookies(request)
  return `${isSecure ? SECURE : PLAIN}=${id}; Path=/; Max-Age=${Math.floor(maxAge / 1000)}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

/** Takes both back. */
export const noCookies = (): string[] => [
  `${SECURE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`,
  `${PLAIN}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
]

/** What the browser sees as the scheme decides; behind a proxy only its headers tell. */
function takesSecureCookies(request: Request): boolean {
  const { headers, url } = request
  if (url.startsWith('https:') || headers.get('origin')?.startsWith('https:') === true) return true
  if (headers.get('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase() === 'https') return true
  return isLoopbackName(headers.get('host') ?? '') && !isSafari(headers.get('user-agent') ?? '')
}

/** Chromium and Firefox trust http://localhost with `Secure` cookies; Safari does not (WebKit bug 281149). */
const isSafari = (agent: string): boolean => /\bSafari\//.test(agent) && !/Chrom(?:e|ium)\//.test(agent)
