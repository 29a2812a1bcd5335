export type GuardedFetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * The only fetch of the house. It speaks http(s), to origins that the operator configured, and follows no redirect: a
 * redirect would carry the provider's key wherever the answer says. Idle timers are off, because models think for
 * minutes; deadlines are the caller's business.
 */
export function createGuardedFetch(isAllowed: (origin: string) => boolean): GuardedFetch {
  const checked = new Set<string>()
  return (url, { method, headers, body, signal } = {}) => {
    if (!checked.has(url)) {
      checkUrl(url, isAllowed)
      if (checked.size < 10_000) checked.add(url)
    }
    // Nothing else of what a caller may have set goes along: proxies, sockets, TLS settings.
    return fetch(url, { method, headers, body, signal, redirect: 'manual', timeout: false } as RequestInit)
  }
}

function checkUrl(url: string, isAllowed: (origin: string) => boolean): void {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Error(
      `Cannot fetch from "${parsed?.protocol ?? 'a malformed address'}": only http and https addresses can be called`,
    )
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Error(`Cannot fetch from "${parsed.host}": the address holds credentials`)
  }
  if (!isAllowed(parsed.origin)) {
    throw new Error(
      `Cannot fetch from "${parsed.origin}": it is no configured provider and not in EGRESS_ALLOW`,
    )
  }
}

/**
 * Fetches from an address that was looked up and checked before: the name cannot mean another one by the time of the
 * call. The server still sees the name, and must prove it where TLS is spoken. No proxy, no redirect, no connection of
 * somebody else.
 */
export function fetchPinned(url: URL, address: string, init?: RequestInit): Promise<Response> {
  const pinned = new URL(url)
  pinned.hostname = address.includes(':') ? `[${address}]` : address
  const isName = url.protocol === 'https:' && pinned.hostname !== url.hostname
  return fetch(pinned.href, {
    ...init,
    headers: { ...(init?.headers as Record<string, string> | undefined), host: url.host },
    redirect: 'manual',
    keepalive: false,
    proxy: false,
    ...(isName && { tls: { serverName: url.hostname.replace(/\.$/, '') } }),
  } as RequestInit)
}
