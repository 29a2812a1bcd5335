import type { CallFacts, NativeFacts, Provider, UpstreamCall } from '../contract/provider.ts'
import type { Awaitable } from '../types.ts'

/** Where each dialect lives at a vendor that speaks it, below its base URL. */
const paths = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'openai-responses-compact': '/responses/compact',
  'openai-completions': '/completions',
  'openai-embeddings': '/embeddings',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-speech': '/audio/speech',
  'openai-transcriptions': '/audio/transcriptions',
  'openai-translations': '/audio/translations',
  'openai-moderations': '/moderations',
  'anthropic-messages': '/messages',
  'anthropic-count-tokens': '/messages/count_tokens',
  'openai-realtime': '/realtime',
  rerank: '/rerank',
} as const

/** Where it lives; some languages name the model there. */
type Place = `/${string}` | ((call: Pick<CallFacts, 'model' | 'stream'>) => `/${string}`)

/** A dialect that providers may speak themselves. */
export type Wire = keyof typeof paths

type Places = Readonly<Partial<Record<Wire, `/${string}`>>>

/** Which dialects a vendor speaks, and where; those pass as bytes. */
export interface Spoken {
  readonly speaks?: readonly Wire[]
  /** Those of them of which the vendor knows what is common, and not all that OpenAI has: what else is said is translated. */
  readonly partly?: readonly Wire[]
  /** Where a dialect lives below the base URL, if not at its usual path. */
  readonly at?: Places
  /** Dialects with a place from the root of the vendor's host. They are not spoken at an operator's own address. */
  readonly atRoot?: Places
  /** Dialects of the vendor's own, by their names, and where they live below the base URL. */
  readonly own?: Readonly<Record<string, Place>>
  /**
   * Dialects of the vendor's own, by their names, that live beside what the path of its own base URL is for: where that ends
   * in `/v1`, `/api/chat` stands beside it, also at an operator's address that ends so. Elsewhere they are not spoken.
   */
  readonly beside?: Readonly<Record<string, `/${string}`>>
}

export type Headers = Readonly<Record<string, string>>

/** How an instance is called. */
export interface Access {
  /** Sent with every call, credentials among them; lower case. */
  readonly headers: Headers
  /** Sent where the client does not say otherwise; lower case. */
  readonly defaults?: Headers
  /** Origins beside that of the base URL that the last step needs. */
  readonly origins?: readonly string[]
  /** The last step of every call, where credentials are more than a header that stays the same. */
  readonly sign?: (call: UpstreamCall) => Awaitable<UpstreamCall>
}

export interface WiresOptions {
  readonly provider: string
  readonly baseUrl: string
  /** The vendor's own base URL. */
  readonly official: string | undefined
  readonly spoken: Spoken
  readonly access: Access
}

/** Whoever calls the gateway must not reach a provider with credentials of its own. */
const credentialHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'xi-api-key',
  'cookie',
])

/** The part of a provider that sends the client's own bytes. */
export function createWires({
  provider,
  baseUrl,
  official,
  spoken,
  access,
}: WiresOptions): Required<Pick<Provider, 'wires' | 'native'>> & Pick<Provider, 'call' | 'partly'> {
  const { headers: own, defaults = {}, sign } = access
  // Unpacking costs time per chunk, and a packed answer can be a thousand times larger than its limit.
  const plain = { 'accept-encoding': 'identity', ...own }
  const sent = { 'content-type': 'application/json', ...plain }
  // Most calls bring no headers of their own: these are put together once, and written down once by who sends them.
  const usual = {
    json: Object.freeze({ ...defaults, ...sent }),
    form: Object.freeze({ ...defaults, ...plain }),
  }
  const urls = findUrls(baseUrl, official, spoken)
  const signed = (call: UpstreamCall) => (sign === undefined ? call : sign(call))
  return {
    wires: new Set(urls.keys()),
    ...(spoken.partly && { partly: new Set(spoken.partly) }),
    call({ dialect, body, query = '', headers, ...facts }: CallFacts) {
      const address = urls.get(dialect)
      if (address === undefined) throw new Error(`Provider "${provider}" does not speak "${dialect}"`)
      const url = (typeof address === 'string' ? address : address(facts)) + query
      const isText = typeof body === 'string'
      if (isEmpty(headers)) {
        const shared = isText ? usual.json : usual.form
        return signed({ url, headers: sign === undefined ? shared : { ...shared }, body })
      }
      const last = isText ? sent : plain
      return signed({ url, headers: { ...defaults, ...withoutCredentials(headers), ...last }, body })
    },
    native: ({ method, path, query, headers, body }: NativeFacts) =>
      signed({
        url: baseUrl + path + query,
        method,
        headers: { ...defaults, ...withoutCredentials(headers), ...plain },
        ...(body !== undefined && { body }),
      }),
  }
}

function findUrls(baseUrl: string, official: string | undefined, spoken: Spoken) {
  const { speaks = [], at, atRoot, own: ofItsOwn, beside } = spoken
  const urls = new Map<string, Address>(
    speaks.map(dialect => [dialect, below(baseUrl, at?.[dialect] ?? paths[dialect])]),
  )
  for (const [dialect, place] of Object.entries(ofItsOwn ?? {})) urls.set(dialect, below(baseUrl, place))
  const { origin } = new URL(baseUrl)
  if (official !== undefined && origin === new URL(official).origin)
    for (const [dialect, place] of Object.entries(atRoot ?? {})) urls.set(dialect, below(origin, place))
  const own = official === undefined ? '' : new URL(official).pathname
  const root = baseUrl.slice(0, baseUrl.length - own.length)
  if (baseUrl.endsWith(own))
    for (const [dialect, place] of Object.entries(beside ?? {})) urls.set(dialect, below(root, place))
  return urls
}

type Address = string | ((call: Pick<CallFacts, 'model' | 'stream'>) => string)

const below = (base: string, place: Place): Address =>
  typeof place === 'string' ? base + place : call => base + place(call)

export const lowerCased = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function isEmpty(headers: Headers): boolean {
  for (const _ in headers) return false
  return true
}

function withoutCredentials(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) if (!credentialHeaders.has(name.toLowerCase())) kept[name] = headers[name]!
  return kept
}

/** The names of headers that prove who calls. */
export const isCredential = (header: string): boolean => credentialHeaders.has(header.toLowerCase())
