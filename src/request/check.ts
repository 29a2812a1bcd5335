import * as v from 'valibot'
import { didYouMean } from '../base/nearest.ts'
import { keysBeside } from '../config/shape.ts'
import { refuse } from '../errors.ts'

/** Parses input at the border; the first issue becomes a refusal that names the field. */
export function check<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const { field, message } = explain(firstOf(result.issues), schema)
  return refuse('invalid_request', message, { param: field })
}

const isUnknown = ({ type, expected }: v.BaseIssue<unknown>): boolean =>
  type === 'strict_object' && expected === 'never'

/** A name that nobody knows comes first: what is missing is often missing because of it. */
export const firstOf = <I extends v.BaseIssue<unknown>>(issues: readonly [I, ...I[]]): I =>
  issues.find(isUnknown) ?? issues[0]

/** An issue of this Valibot schema in words: which field, and what is wrong with it. */
export function explain(
  issue: v.BaseIssue<unknown>,
  schema: v.GenericSchema,
): { readonly field: string; readonly message: string } {
  const field = v.getDotPath(issue) ?? ''
  if (isUnknown(issue)) {
    const path = (issue.path ?? []).map(({ key }) => key as string | number)
    const meant = didYouMean(String(path.at(-1)), keysBeside(schema, path))
    return { field, message: `Field "${short(field)}" is not known here${meant}` }
  }
  if (issue.received === 'undefined') return { field, message: `Field "${field}" is missing` }
  const text = /^Invalid/.test(issue.message)
    ? `expected ${inWords(issue.expected ?? 'another value')}, it is ${inWords(short(issue.received))}`
    : issue.message
  return { field, message: field === '' ? `The body: ${text}` : `Field "${field}": ${text}` }
}

const nouns: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'an array',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
}
const inWords = (type: string): string => (Object.hasOwn(nouns, type) ? nouns[type]! : type)

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
