import { parseUserPath } from '../../src/scope/user-path.ts'
import type { UserPath } from '../../src/types.ts'
import { type Claims, claimAt } from './claims.ts'

/** A path with names of claims in it: `/team/{team}/{sub}`. */
export interface Template {
  /** Says what is wrong with it; undefined where nothing is. */
  readonly mistake: string | undefined
  /** The path of whom these claims speak of. Throws a `SyntaxError` that says why there is none. */
  fill(claims: Claims): UserPath
}

const NAMES = /\{([^{}]*)\}/g
const MAX_VALUE = 128

export function parseTemplate(text: string): Template {
  return {
    mistake: mistakeIn(text),
    fill(claims) {
      const path = text.replace(NAMES, (_, name: string) => segmentOf(claims, name))
      return parseUserPath(path) ?? '/'
    },
  }
}

function mistakeIn(text: string): string | undefined {
  if (!text.startsWith('/')) return 'expected a path that begins with "/", such as /team/{team}'
  const names = [...text.matchAll(NAMES)].map(match => match[1]!)
  if (names.some(name => name.trim() !== name || name === '') || /[{}]/.test(text.replace(NAMES, '')))
    return 'expected names of claims between { and }, such as /team/{team}'
  try {
    parseUserPath(text.replace(NAMES, 'x'))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * A claim fills its place and nothing beside it: it brings no slash, is no `..`, and is taken letter by letter, because
 * what is trimmed or left out could be another one's path.
 */
function segmentOf(claims: Claims, name: string): string {
  const value = claimAt(claims, name)
  if (value === undefined) throw new SyntaxError(`it has no claim "${name}"`)
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text === '') throw new SyntaxError(`its claim "${name}" is no text`)
  if (text.length > MAX_VALUE)
    throw new SyntaxError(`its claim "${name}" has more than ${MAX_VALUE} characters`)
  if (text !== text.trim() || /[/\\:{}]|\p{C}/u.test(text) || text === '.' || text === '..')
    throw new SyntaxError(
      `its claim "${name}" cannot be a part of a user path: no "/", ":", "..", no blanks around it`,
    )
  return text
}
