/** The hosts that browsers may know the gateway by: its own, or that of a proxy before it. */
const hostsOf = ({ headers }: Request): string[] =>
  [headers.get('host'), headers.get('x-forwarded-host')?.split(',')[0]?.trim()]
    .filter(host => host != null)
    .map(host => host.toLowerCase())

/** The form was sent from one of our own pages, as far as a browser says; what is no browser says nothing. */
export function isOwnForm(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  if (origin === null) return true
  // On plain http a browser sends no `sec-fetch-site`; a page without an origin of its own says "null".
  const from = URL.parse(origin)
  return from !== null && hostsOf(request).includes(from.host)
}

// Browsers drop control characters from addresses, and read `\` as `/`. Other letters than ASCII stand in no header; in an
// address that a browser has sent they are percent-encoded.
const SLY = /[^\x21-\x7e]|\\/

/** A path in this house and below its base path, whatever a browser would make of it: `/llm/../other` is not below `/llm`. */
export function isLocalPath(next: string, base: string): boolean {
  if (!/^\/(?!\/)/.test(next) || SLY.test(next)) return false
  const url = URL.parse(next, 'http://house.internal')
  return url?.host === 'house.internal' && url.pathname.startsWith(`${base}/`)
}
