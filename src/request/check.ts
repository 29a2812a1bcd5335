import * as v from 'valibot'
import { refuse } from '../errors.ts'

/** Parses input at the border; the first issue becomes a refusal that names the field. */
export function check<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const { field, message } = explain(result.issues[0])
  return refuse('invalid_request', message, { param: field })
}

/** A Valibot issue in words: which field, and what is wrong with it. */
export function explain(issue: v.BaseIssue<unknown>): { readonly field: string; readonly message: string } {
  const field = v.getDotPath(issue) ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return { field, message: `Field "${field}" is not known here` }
  if (issue.received === 'undefined') return { field, message: `Field "${field}" is missing` }
  const text = /^Invalid/.test(issue.message)
    ? `expected ${issue.expected ?? 'another value'}, it is ${short(issue.received)}`
    : issue.message
  return { field, message: field === '' ? `The body: ${text}` : `Field "${field}": ${text}` }
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
