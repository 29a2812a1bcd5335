import type { UserPath } from '../types.ts'

const MAX_LENGTH = 512
const MAX_DEPTH = 32

/**
 * Reads a user path: trims it and its segments, adds the leading slash, drops empty segments. Returns undefined for
 * blank text, and throws a `SyntaxError` that says what is wrong. Case matters; nothing is decoded.
 */
export function parseUserPath(text: string): UserPath | undefined {
  if (text.trim() === '') return undefined
  if (text.length > MAX_LENGTH)
    throw new SyntaxError(`A user path has at most ${MAX_LENGTH} characters, this one has ${text.length}`)
  const segments = text
    .split('/')
    .map(segment => segment.trim())
    .filter(segment => segment !== '')
  if (segments.length > MAX_DEPTH)
    throw new SyntaxError(`A user path has at most ${MAX_DEPTH} segments, this one has ${segments.length}`)
  for (const segment of segments) {
    if (segment === '.' || segment === '..')
      throw new SyntaxError(`User path "${text}" has a segment "${segment}": name the path in full`)
    if (segment.includes(':')) throw new SyntaxError(`User path "${text}" has a ":" in segment "${segment}"`)
    if (/\p{Cc}/u.test(segment)) throw new SyntaxError('A user path has no control characters')
  }
  return `/${segments.join('/')}`
}

/** `path` equals one of `scopes` or lies below it, by segment: `/team` covers `/team/a`, never `/team-a`. */
export const isInside = (path: UserPath, scopes: ReadonlySet<string>): boolean =>
  scopes.has('/') || closestScope(path, scopes) !== undefined

/** Of the `scopes` that `path` equals or lies below, the most specific one: the longest. */
export function closestScope(path: UserPath, scopes: ReadonlySet<string>): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const above = path.slice(0, end)
    if (scopes.has(above)) return above
  }
  return scopes.has('/') ? '/' : undefined
}
