import { isObject } from '../contract/loose-json.ts'
import { refuse } from '../errors.ts'
import type { JsonObject } from '../types.ts'

/** Small readers for what clients send: the value, or a refusal that names its place. */

/** What a table has under a word from outside, which may be anything: `constructor` is in no table. */
export const entryOf = <V>(table: Readonly<Record<string, V>>, word: unknown): V | undefined =>
  typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined

/** @throws Refusal that names the field. */
export const wrong = (at: string, what: string): never =>
  refuse('invalid_request', `"${at}" ${what}`, { param: at })

/** @throws Refusal that another target may not have to make. */
export const unsupported = (at: string, why: string): never =>
  refuse('unsupported_parameter', `"${at}" ${why}`, { param: at })

/**
 * A kind of thing that nobody here knows may be newer than we are: a target that speaks the client's own language may know
 * it.
 */
export const unknownKind = (kind: unknown, at: string, what: string): never =>
  typeof kind === 'string' ? unsupported(at, what) : wrong(at, what)

export const objectAt = (value: unknown, at: string): JsonObject =>
  isObject(value) ? value : wrong(at, `is ${nounOf(value)}: send an object`)

export const textAt = (value: unknown, at: string): string =>
  typeof value === 'string' ? value : wrong(at, `is ${nounOf(value)}: send a string`)

/** A string with something in it: a name, an id. */
export const nameAt = (value: unknown, at: string): string =>
  textAt(value, at) === '' ? wrong(at, 'is empty: send a name') : (value as string)

export const arrayAt = (value: unknown, at: string): readonly unknown[] =>
  Array.isArray(value) ? value : wrong(at, `is ${nounOf(value)}: send an array`)

export const numberAt = (value: unknown, at: string): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? value
    : wrong(at, `is ${nounOf(value)}: send a number`)

export const wholeAt = (value: unknown, at: string): number =>
  Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : wrong(at, `is ${shown(value)}: send a whole number above 0`)

export const booleanAt = (value: unknown, at: string): boolean =>
  typeof value === 'boolean' ? value : wrong(at, `is ${shown(value)}: send true or false`)

/** One of a few words. */
export function wordAt<W extends string>(value: unknown, at: string, words: readonly W[]): W {
  const word = words.find(known => known === value)
  return word ?? wrong(at, `is ${shown(value)}: use ${words.map(known => `"${known}"`).join(', ')}`)
}

const nounOf = (value: unknown): string =>
  value === undefined
    ? 'missing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'an array'
        : typeof value === 'object'
          ? 'an object'
          : `a ${typeof value}`

/** Short enough for a message. */
export const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? JSON.stringify(value).slice(0, 80)
    : nounOf(value)
