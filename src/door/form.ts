import type { Form } from '../contract/page.ts'

/** All values of a field of a form, in order; none where it was not sent. */
export const all = (form: Form, name: string): readonly string[] => {
  const value = Object.hasOwn(form, name) ? form[name] : undefined
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

/** The first value of a field, or nothing. */
export const text = (form: Form, name: string): string => all(form, name)[0] ?? ''

/** What was written on lines of a field, or between commas; blank ones are left out. */
export const listed = (value: string): string[] =>
  value
    .split(/[\n\r,]/)
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
