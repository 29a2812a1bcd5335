import { refuse } from '../../src/errors.ts'

/** What an address says behind the place where passthrough lives, as the client encoded it. */
export interface Rest {
  readonly provider: string
  /** Begins with a slash. */
  readonly path: string
  /** With its question mark; empty where there is none. */
  readonly query: string
}

/**
 * Takes an address apart. `mark` is what stands before the name of the provider: `/p/`, below the base path.
 *
 * @throws Refusal when the path could mean another one to whoever decodes it than it means to us.
 */
export function readAddress(url: string, mark: string): Rest {
  const [whole = ''] = url.split('#', 1)
  const start = whole.indexOf('/', whole.indexOf('://') + 3)
  const target = start < 0 ? '/' : whole.slice(start)
  const asked = target.indexOf('?')
  const path = asked < 0 ? target : target.slice(0, asked)
  const below = path.startsWith(mark) ? path.slice(mark.length) : ''
  const end = below.indexOf('/')
  const rest = end < 0 ? '/' : below.slice(end)
  checkPath(rest)
  return {
    provider: decode(end < 0 ? below : below.slice(0, end)),
    path: rest,
    query: asked < 0 ? '' : keepPublic(target.slice(asked + 1)),
  }
}

/** So often may one server after the other decode a path. */
const DECODINGS = 3
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these have no place in a path
const NEVER = /[\u0000-\u001f\u007f\\]/
/** What parsers of addresses put in another form, so that it would not go on as it was written. */
const REWRITTEN = /[^\x21-\x7e]|["<>`{}]/
/** A step that stays or goes up; behind a semicolon some servers look for parameters. */
const DOTS = /(?:^|\/)\.{1,2}(?:;[^/]*)?(?=\/|$)/

function checkPath(path: string): void {
  if (REWRITTEN.test(path)) wrong('holds characters that must be percent-encoded')
  let text = path
  for (let i = 0; i <= DECODINGS; i++) {
    if (NEVER.test(text)) wrong('holds a backslash or a control character')
    if (DOTS.test(text)) wrong('has a segment "." or "..": name the path in full')
    const next = i === 0 ? decode(text) : (tryDecode(text) ?? text)
    if (next === text) return
    text = next
  }
  wrong('is percent-encoded again and again')
}

const wrong = (what: string): never => refuse('invalid_request', `The address ${what}`)

function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const decode = (text: string): string => tryDecode(text) ?? wrong('is not correctly percent-encoded')

/** Credentials in the query, and what makes some servers read another method, header or body than was sent. */
const PRIVATE =
  /^(?:key|api[-_]?key|access[-_]?token|auth[-_]?token|subscription-key|x-amz-.*|x-goog-.*|\$?http-?(?:method|headers?)|\$req|\$ct|_method)$/i

/** The query without what is not for the provider; the rest of it as it was written. */
function keepPublic(query: string): string {
  if (/[^\x21-\x7e]|["'<>]/.test(query)) wrong('holds characters that must be percent-encoded')
  const kept = query.split('&').filter(part => !PRIVATE.test(nameOf(part)))
  const text = kept.join('&')
  return text === '' ? '' : `?${text}`
}

const nameOf = (part: string): string => decode(part.split('=', 1)[0]!.replaceAll('+', ' ')).trim()

/** Every value of a parameter, however its name is spelled. */
export const valuesOf = (query: string, name: string): readonly string[] =>
  query
    .slice(1)
    .split('&')
    .filter(part => nameOf(part).toLowerCase() === name)
    .map(part => decode(part.slice(part.indexOf('=') + 1).replaceAll('+', ' ')))

/** Everything that an address names: the steps of its path, and the values of its query. */
export const namesIn = (path: string, query: string): readonly string[] => [
  ...readingOf(path).split('/'),
  ...new URLSearchParams(query).values(),
]

/**
 * The path as the most generous server would read it: decoded, without parameters in segments, empty segments and a
 * slash at the end. What a path means is judged by this; what is sent is what the client wrote.
 */
export const readingOf = (path: string): string =>
  decode(path)
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')

/** A version as the last segment of a base URL: `/v1`, `/v1beta`. */
const VERSION = /^v\d+[a-z\d.]*$/i

/**
 * The path below a provider's base URL. Many clients write the version that ends the base URL again (`/v1/files` below
 * `https://api.acme.example/v1`); it is there once. Where the base URL has none, a version is part of the vendor's own
 * path and stays, unless it stands before something that the vendor is known to serve without (`isSpoken`).
 */
export function belowBase(path: string, baseUrl: string, isSpoken: (path: string) => boolean): string {
  const segments = new URL(baseUrl).pathname.split('/').filter(segment => segment !== '')
  if (VERSION.test(segments.at(-1) ?? '')) {
    for (let i = 0; i < segments.length; i++) {
      const repeated = `/${segments.slice(i).join('/')}`
      if (path === repeated) return '/'
      if (path.startsWith(`${repeated}/`)) return path.slice(repeated.length)
    }
    return path
  }
  return path.startsWith('/v1/') && isSpoken(path.slice(3)) ? path.slice(3) : path
}
