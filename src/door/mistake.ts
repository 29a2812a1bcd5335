import { Refusal } from '../errors.ts'

/** What is wrong with a form, and where; `form` is the whole of it. */
export interface Mistake<F extends string> {
  readonly field: F | 'form'
  readonly message: string
}

/** Puts a refusal beside the field of a form that it is about; a bug stays a bug. */
export function mistakeIn<F extends string>(error: unknown, fields: readonly F[]): Mistake<F> {
  if (!(error instanceof Refusal) || error.code === 'internal_error') throw error
  const head = error.param?.split(/[.[]/)[0]
  return { field: fields.find(field => field === head) ?? 'form', message: withoutField(error.message) }
}

/** The name of a field is not said again beside it. */
export const withoutField = (message: string): string =>
  message.replace(/^Field "[^"]*":? (\w)/, (_, first: string) => first.toUpperCase())
