import type { Form } from '../../../src/contract/page.ts'
import type { Preset } from '../../../src/contract/preset.ts'
import { text } from '../../../src/door/form.ts'

export const parameterNames = [
  'temperature',
  'top_p',
  'max_output_tokens',
  'reasoning_effort',
  'instructions',
] as const

export type ParameterName = (typeof parameterNames)[number]

/** How a redirect asks its model, while it is typed; what is blank is not set. */
export type ParametersDraft = Readonly<Record<ParameterName, string>>

const draftWith = (read: (name: ParameterName) => string): ParametersDraft =>
  Object.fromEntries(parameterNames.map(name => [name, read(name)])) as ParametersDraft

export const parametersOf = (set: Preset = {}): ParametersDraft => draftWith(name => String(set[name] ?? ''))

export const parametersFrom = (form: Form): ParametersDraft =>
  draftWith(name => text(form, name).replaceAll('\r\n', '\n'))

export const isSet = (draft: ParametersDraft): boolean =>
  parameterNames.some(name => draft[name].trim() !== '')

/** The field `parameters` of a write. What is not a number goes on as it is: the one who judges input says what is wrong. */
export const toParameters = (draft: ParametersDraft): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    parameterNames.flatMap(name => {
      const typed = draft[name].trim()
      return typed === ''
        ? []
        : [[name, NUMBER.test(typed) && name !== 'instructions' ? Number(typed) : typed]]
    }),
  )

const NUMBER = /^-?\d{1,15}(?:\.\d+)?$/
