import * as v from 'valibot'
import { didYouMean } from '../base/nearest.ts'

/** What members of plugins are made of, with words for what is wrong. */

export type Entries<T> = { readonly [K in keyof Required<T>]: v.GenericSchema }
type Words = (issue: v.BaseIssue<unknown>) => string

export const wanted =
  (what: string): Words =>
  ({ received }) =>
    received === 'undefined' ? 'it is missing' : `expected ${what}, it is ${received}`

/** An object with these members and no others. */
export const members = <E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, issue => {
    if (issue.expected !== 'never') return wanted('an object')(issue)
    const key = String(issue.path?.at(-1)?.key)
    return `there is no such member${didYouMean(key, Object.keys(entries))}`
  })

export const may = <S extends v.GenericSchema>(schema: S) => v.optional(schema)
export const fun = v.function(wanted('a function'))
export const text = v.pipe(v.string(wanted('a text')), v.nonEmpty('it is empty'))
export const bool = v.boolean(wanted('true or false'))
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
export const object = v.custom(isRecord, wanted('an object'))
export const schema = v.custom(
  value => isRecord(value) && value.kind === 'schema' && value.async === false,
  'expected a Valibot schema, such as v.object({ … })',
)
export const list = <S extends v.GenericSchema>(item: S) => v.array(item, wanted('a list'))
export const map = <S extends v.GenericSchema>(value: S) => v.record(v.string(), value, wanted('an object'))
export const oneOf = (...words: readonly string[]) =>
  v.picklist(words, wanted(words.map(word => `"${word}"`).join(' or ')))
export const texts = list(text)
/** Compared as it is with where a call goes: one with anything behind its host would never be met. */
export const origin = v.pipe(
  v.string(wanted('an origin such as https://example.com')),
  v.check(
    value => /^https?:$/.test(URL.parse(value)?.protocol ?? '') && new URL(value).origin === value,
    ({ received }) => `expected an origin such as https://example.com, it is ${received}`,
  ),
)
export const kebab = v.pipe(
  text,
  v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, ({ received }) => `expected a name in kebab-case, it is ${received}`),
)

/** `/admin/keys/:id`, `/v1/models/*`: what the door can tell apart. */
export const path = v.pipe(
  v.string(wanted('a path')),
  v.regex(
    /^\/$|^(?=\/)(?:\/(?:[\w.~@-]+|:\w+))*(?:\/\*)?$/,
    ({ received }) => `expected a path such as "/teams/:id" or "/teams/*", it is ${received}`,
  ),
)
export const segment = v.pipe(
  v.string(),
  v.regex(/^[\w.~-]+$/, 'its name is part of an address: expected letters, digits and dashes'),
)
