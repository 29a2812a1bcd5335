/** A call that can be written down plainly. */
export interface PlainCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
  /** True for addresses that it must not go to: the last word on what a name means. */
  readonly shuns?: ((address: string) => boolean) | undefined
}

const METHOD = /^[A-Z]+$/
/** Headers that speak of the connection are ours to write. */
const NAME =
  /^(?!(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*)$)[\w!#$%&'*+.^`|~-]+$/i
const VALUE = /^[\t\x20-\x7e]*$/
/** What `fetch` would add, but for packing: to unpack takes time for nothing here. */
const usual = { 'accept-encoding': 'identity', accept: '*/*', 'user-agent': 'modelway' }
/** Methods whose requests have a body, be it an empty one (RFC 9110 8.6). */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * The head of a request (RFC 9112 3); undefined where it holds anything but plain characters: who writes those has to
 * know more than this.
 */
export function writeHead(
  { method, headers, body }: PlainCall,
  { host, path, length }: { host: string; path: string; length: number },
): string | undefined {
  const lines = METHOD.test(method) ? linesOf(headers) : undefined
  if (lines === undefined) return undefined
  const size = body !== undefined || withBody.has(method) ? `content-length: ${length}\r\n` : ''
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${lines}${size}\r\n`
}

/** Lines of headers that are the same for many calls. */
const known = new WeakMap<object, string>()

function linesOf(headers: PlainCall['headers']): string | undefined {
  const earlier = known.get(headers)
  if (earlier !== undefined) return earlier
  const lines = writeLines(headers)
  if (lines !== undefined && Object.isFrozen(headers)) known.set(headers, lines)
  return lines
}

function writeLines(headers: PlainCall['headers']): string | undefined {
  let lines = ''
  const given = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name) || !VALUE.test(value)) return undefined
    lines += `${name}: ${value}\r\n`
    given.add(name.toLowerCase())
  }
  for (const [name, value] of Object.entries(usual)) if (!given.has(name)) lines += `${name}: ${value}\r\n`
  return lines
}
