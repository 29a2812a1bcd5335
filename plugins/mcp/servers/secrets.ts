import type { McpServer } from '../model.ts'
import { BrokenAnswer, TOO_DEEP } from './failure.ts'

/** Shorter ones are words that an answer may need (characters). */
const SHORTEST = 8
/** What is this long, and without a space, is a key, whatever it is called. */
const LONG = 20
const HIDDEN = '…'
const SECRET_NAME = /auth|cookie|key|token|secret|pass|credential|signature/i
/** No honest answer nests deeper. */
const MOST_DEPTH = 400

/**
 * A server may repeat what it was told to prove who asks: in an answer, an error, a description. No caller is to know
 * that. What it returns gives back the same value where nothing of the kind stands in it; it is made once for a server,
 * and looks for few texts, however much the server says.
 */
export function createHide(server: Pick<McpServer, 'headers' | 'url'>): <T>(said: T) => T {
  const secrets = secretsOf(server)
  const inText = (text: string): string =>
    secrets.reduce((left, secret) => (left.includes(secret) ? left.replaceAll(secret, HIDDEN) : left), text)

  function hide(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return inText(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > MOST_DEPTH) throw new BrokenAnswer(TOO_DEEP)
    if (Array.isArray(value)) {
      const made = value.map(each => hide(each, depth + 1))
      return made.some((each, i) => each !== value[i]) ? made : value
    }
    const entries = Object.entries(value)
    const made = entries.map(([key, each]) => [inText(key), hide(each, depth + 1)] as const)
    const isSame = made.every(([key, each], i) => key === entries[i]![0] && each === entries[i]![1])
    return isSame ? value : Object.fromEntries(made)
  }
  return secrets.length === 0 ? said => said : <T>(said: T) => hide(said, 0) as T
}

/** The longest first: one may be a part of another, as a token is of `Bearer TOKEN`. */
function secretsOf({ headers, url }: Pick<McpServer, 'headers' | 'url'>): readonly string[] {
  const { searchParams, pathname } = new URL(url)
  const named = [...Object.entries(headers), ...searchParams]
    .filter(([name, value]) => SECRET_NAME.test(name) || isLikeKey(value))
    .flatMap(([, value]) => [value, ...wordsOf(value)])
  const all = [...named, ...pathname.split('/').filter(isLikeKey)]
    .filter(({ length }) => length >= SHORTEST)
    .flatMap(spellingsOf)
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}

const isLikeKey = (text: string): boolean => text.length >= LONG && !text.includes(' ')

/** A header may hold more than one, or something before it: `Bearer TOKEN`, `a=TOKEN; b=TOKEN`, `Basic NAME:PASSWORD`. */
const wordsOf = (value: string): readonly string[] => [
  ...value.split(/[\s,;]+/),
  ...value.split(/[\s,;]+/).map(word => word.slice(word.indexOf('=') + 1)),
  ...(value.startsWith('Basic ') ? basicIn(value.slice('Basic '.length)) : []),
]

function basicIn(encoded: string): readonly string[] {
  try {
    const pair = atob(encoded)
    return [pair, pair.slice(pair.indexOf(':') + 1)]
  } catch {
    // Whatever it is, it is no name with a password.
    return []
  }
}

/** As it stands in a text, in JSON inside a text, and in an address. */
const spellingsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
]
