import { refuse } from '../errors.ts'
import { addressesOf, isMetadataAddress } from '../http/addresses.ts'
import { type Arrival, fromResponse, toResponse, unpacked } from '../http/arrival.ts'
import type { Arriving } from '../http/arriving.ts'
import { createClient } from '../http/client.ts'
import { type Dialing, dial } from '../http/dial.ts'
import type { ProviderSocket } from '../types.ts'
import { withoutSecrets } from './without-secrets.ts'

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
  /** Other origins are allowed from now on. */
  readonly renew: () => void
  /** Ends the connections that are kept for later. */
  readonly close: () => void
}

export interface EgressOptions {
  readonly isAllowed: (origin: string) => boolean
  /** An operator typed this origin on the dashboard: whatever its name means, the metadata of a cloud is not called. */
  readonly isTyped?: (origin: string) => boolean
  /** Calls need what only the runtime's `fetch` can do, such as proxies. */
  readonly byFetch: boolean
}

export function createEgress({ isAllowed, isTyped = () => false, byFetch }: EgressOptions): Egress {
  const client = createClient()
  /** Addresses that may be called, and whether they were typed. */
  const checked = new Map<string, boolean>()

  /** True where it must be seen to that it leads to no metadata. */
  function check(url: string): boolean {
    const known = checked.get(url)
    if (known !== undefined) return known
    const { origin, hostname } = checkUrl(url, isAllowed)
    const typed = isTyped(origin)
    if (typed && isMetadataAddress(hostname)) throw new Error(SHUNNED)
    if (checked.size < 10_000) checked.set(url, typed)
    return typed
  }

  /** Plain calls take connections of our own, which take less of the processor; undefined for all others. */
  function direct(url: string, init: RequestInit, isTyped: boolean): Promise<Arriving> | undefined {
    const { method = 'GET', headers = {}, body, signal } = init
    const isPlain = (body == null || typeof body === 'string') && isRecord(headers)
    if (byFetch || !isPlain) return undefined
    const shuns = isTyped ? isMetadataAddress : undefined
    return client.send({ url, method, headers, body: body ?? undefined, signal: signal ?? undefined, shuns })
  }

  // Nothing else of what a caller may have set goes along: proxies, sockets, TLS settings.
  const byRuntime = async (url: string, init: RequestInit, isTyped: boolean): Promise<Response> => {
    const { method, headers, body, signal } = init
    const plain = { method, headers, body, signal, redirect: 'manual', timeout: false } as RequestInit
    if (!isTyped) return fetch(url, plain)
    const address = await addressOf(new URL(url))
    // Where a proxy makes the connection, it is the proxy that asks what the name means.
    if (byFetch || address === undefined) return fetch(url, plain)
    return fetchPinned(new URL(url), address, { ...plain, headers: Object.fromEntries(new Headers(headers)) })
  }

  return {
    async fetch(url, init = {}) {
      const typed = check(url)
      const arriving = await direct(url, init, typed)
      if (arriving === undefined) {
        const response = await byRuntime(url, init, typed)
        return response.status < 400 ? response : toResponse(safe(fromResponse(response), init), undefined)
      }
      const arrival = safe(unpacked(arriving), init)
      return toResponse(arrival, arrival === arriving ? arriving.whole : undefined)
    },
    send(url, init = {}) {
      const typed = check(url)
      return (
        direct(url, init, typed)?.then(arriving => safe(unpacked(arriving), init)) ??
        byRuntime(url, init, typed).then(response => safe(fromResponse(response), init))
      )
    },
    async dial(url, { headers, signal }) {
      const typed = check(url)
      if (byFetch) refuse('unsupported_operation', NO_WAY)
      if (typed) await addressOf(new URL(url))
      return dial({ url, headers, signal })
    },
    renew: () => checked.clear(),
    close: client.close,
  }
}

/** What is asked so leaves as a call to a stored provider would, and its connections end with it. */
export const createProbe =
  (byFetch: boolean) =>
  async <T>(origins: readonly string[], run: (fetch: GuardedFetch) => Promise<T>): Promise<T> => {
    const isKnown = (origin: string) => origins.includes(origin)
    const { fetch, close } = createEgress({ isAllowed: isKnown, isTyped: isKnown, byFetch })
    return run(fetch).finally(close)
  }

/** The words of a connection whose name turned out to lead there, too. */
const SHUNNED = 'The name leads to an address that must not be called'

/** Failures speak of what they were asked with, and of what proved who asked. */
const safe = (arrival: Arrival, { headers }: RequestInit): Arrival =>
  arrival.status < 400 ? arrival : withoutSecrets(arrival, headers)

/** It would go another way than all other calls do. */
const NO_WAY =
  'WebSockets do not leave this gateway: its environment names a proxy (HTTPS_PROXY), or trusts any certificate'

const isRecord = (headers: NonNullable<RequestInit['headers']>): headers is Record<string, string> =>
  !(headers instanceof Headers) && !Array.isArray(headers)

/**
 * An address that a name means, having looked at all of them: none may be the metadata of a cloud. Undefined where it means
 * nothing here; a proxy may know more.
 */
async function addressOf({ hostname }: URL): Promise<string | undefined> {
  const found = await addressesOf(hostname.replace(/^\[|\]$/g, '')).catch(() => [])
  if (found.some(isMetadataAddress)) throw new Error(SHUNNED)
  return found[0]
}

function checkUrl(url: string, isAllowed: (origin: string) => boolean): URL {
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
  return parsed
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
