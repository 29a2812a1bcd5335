import type { Input, Setting } from '../../../src/contract/inventory.ts'
import type { Form } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import { Refusal } from '../../../src/errors.ts'
import { textOf } from './value.ts'

/** A setting while it is typed. */
export interface Draft {
  readonly name: string
  /** As it stands in the field. */
  readonly typed: string
  /** The version that is stored, as it was when the form was opened; absent where nothing is. */
  readonly version?: number
}

export const draftFrom = (form: Form): Draft => {
  const version = text(form, 'version')
  return {
    name: text(form, 'name'),
    typed: text(form, 'value'),
    ...(version !== '' && { version: Number(version) }),
  }
}

/** What a form begins with: what is in effect. */
export const draftOf = (setting: Setting, version: number | undefined): Draft => ({
  name: setting.name,
  typed: typedOf(setting),
  ...(version !== undefined && { version }),
})

function typedOf({ value, input }: Setting): string {
  if (input?.kind === 'switch') return value === true ? 'on' : ''
  if (input?.kind === 'list' && Array.isArray(value)) return value.join('\n')
  return value === undefined ? '' : textOf(value)
}

/** What was typed, as the config file would say it. */
export function toValue({ typed }: Draft, input: Input | undefined): unknown {
  if (input?.kind === 'switch') return typed === 'on'
  if (input?.kind === 'list') return listed(typed)
  const isNumber = input?.kind === 'number' && typed.trim() !== '' && Number.isFinite(Number(typed))
  return isNumber ? Number(typed) : typed.trim()
}

/** What is wrong, without what the form says anyway. */
export function mistakeOf(error: unknown): string {
  if (!(error instanceof Refusal)) throw error
  const said = error.message.replace(/^Cannot use "[^"]*" of the dashboard: /, '')
  return said.charAt(0).toUpperCase() + said.slice(1)
}
