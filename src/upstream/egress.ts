import { ConfigError, refuse } from '../errors.ts'
import { type Arrival, fromResponse, toResponse, unpacked } from '../http/arrival.ts'
import type { Arriving } from '../http/arriving.ts'
import { createClient } from '../http/client.ts'
import { type Dialing, dial } from '../http/dial.ts'
import type { ProviderSocket } from '../types.ts'

export type GuardedFetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * The only way out of the house. It speaks http(s), to origins that the operator configured, and follows no redirect: a
 * redirect would carry the provider's key wherever the answer says. Idle timers are off, because models think for
 * minutes; deadlines are the caller's business.
 */
export interface Egress {
  readonly fetch: GuardedFetch
  /** The same without what a `Response` costs. */
  readonly send: (url: string, init?: RequestInit) => Promise<Arrival>
  /** A WebSocket to an address that could be fetched from. */
  readonly dial: (url: string, call: Pick<Dialing, 'headers' | 'signal'>) => Promise<ProviderSocket>
  /** Ends the connections that are kept for later. */
  readonly close: () => void
}

/** `byFetch`: calls need what only the runtime's `fetch` can do, such as proxies. */
export function createEgress(isAllowed: (origin: string) => boolean, byFetch: boolean): Egress {
  const client = createClient()
  const checked = new Set<string>()

  function check(url: string): void {
    if (checked.has(url)) return
    checkUrl(url, isAllowed)
    if (checked.size < 10_000) checked.add(url)
  }

  /** Plain calls take connections of our own, which take less of the processor; undefined for all others. */
  function direct(url: string, init: RequestInit): Promise<Arriving> | undefined {
    const { method = 'GET', headers = {}, body, signal } = init
    const isPlain = (body == null || typeof body === 'string') && isRecord(headers)
    if (byFetch || !isPlain) return undefined
    return client.send({ url, method, headers, body: body ?? undefined, signal: signal ?? undefined })
  }

  // Nothing else of what a caller may have set goes along: proxies, sockets, TLS settings.
  const byRuntime = (url: string, { method, headers, body, signal }: RequestInit): Promise<Response> =>
    fetch(url, { method, headers, body, signal, redirect: 'manual', timeout: false } as RequestInit)

  return {
    async fetch(url, init = {}) {
      check(url)
      const arriving = await direct(url, init)
      if (arriving === undefined) return byRuntime(url, init)
      const arrival = unpacked(arriving)
      return toResponse(arrival, arrival === arriving ? arriving.whole : undefined)
    },
    send(url, init = {}) {
      check(url)
      return direct(url, init)?.then(unpacked) ?? byRuntime(url, init).then(fromResponse)
    },
    async dial(url, { headers, signal }) {
      check(url)
      if (byFetch) refuse('unsupported_operation', NO_WAY)
      return dial({ url, headers, signal })
    },
    close: client.close,
  }
}

/** It would go another way than all other calls do. */
const NO_WAY =
  'WebSockets do not leave this gateway: its environment names a proxy (HTTPS_PROXY), or trusts any certificate'

const isRecord = (headers: NonNullable<RequestInit['headers']>): headers is Record<string, string> =>
  !(headers instanceof Headers) && !Array.isArray(headers)

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

/** An origin that EGRESS_ALLOW names. @throws ConfigError */
export function toOrigin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigError(
      `Cannot use "${text}" in EGRESS_ALLOW: expected an origin such as https://example.com`,
    )
  return url.origin
}
