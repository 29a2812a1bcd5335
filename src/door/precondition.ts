import { refuse } from '../errors.ts'

/**
 * What a writer believes to be stored: one of these versions, something (`any`), or nothing yet (`none`). It keeps two
 * operators from overwriting each other's work unseen.
 */
export type IfMatch = readonly number[] | 'any' | 'none'

/** The version of a row as an entity tag. */
export const etagOf = (version: number): string => `"${version}"`

/**
 * Reads `If-Match` and `If-None-Match: *`. A tag counts by its number, quoted or not; the mark of a weak tag is ignored,
 * because proxies that compress put it there. What is no number matches no version.
 */
export function readIfMatch({ headers }: Request): IfMatch | undefined {
  const tags = headers.get('if-match')?.trim()
  if (tags === '*') return 'any'
  if (tags !== undefined) return tags.split(',').map(toVersion)
  return headers.get('if-none-match')?.trim() === '*' ? 'none' : undefined
}

const toVersion = (tag: string): number =>
  Number(/^(?:W\/)?"?(\d{1,15})"?$/.exec(tag.trim())?.[1] ?? Number.NaN)

/** Refuses with 412 when `name` is not as expected; `version` is undefined when there is no such thing. */
export function checkIfMatch(expected: IfMatch | undefined, name: string, version: number | undefined): void {
  const mismatch = expected === undefined ? undefined : findMismatch(expected, version)
  if (mismatch !== undefined) refuse('version_conflict', `"${name}" ${mismatch}`)
}

function findMismatch(expected: IfMatch, version: number | undefined): string | undefined {
  const isThere = version !== undefined
  if (expected === 'none')
    return isThere
      ? `exists already, at version ${version}: leave "If-None-Match" out to replace it`
      : undefined
  if (!isThere) return 'does not exist: leave "If-Match" out to create it'
  return expected === 'any' || expected.includes(version)
    ? undefined
    : `is at version ${version}, which "If-Match" does not name: read it again, then repeat the change`
}

/** The request headers that a guarded write heeds, for the API document. */
export const guardHeaders = {
  'If-Match':
    'Only if it is still at this version, as the `ETag` of a read told: `"7"`; `*`: only if it exists. Otherwise 412, with the current version in the message.',
} as const
export const createHeaders = {
  ...guardHeaders,
  'If-None-Match': '`*`: only if it does not exist yet. Otherwise 412.',
} as const
