import type { Form } from '../../../src/contract/page.ts'
import type { ProviderType } from '../../../src/contract/provider.ts'
import { listed, text } from '../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../src/door/mistake.ts'
import type { StoredProvider } from '../model.ts'
import { type Field, fieldsOf } from '../settings.ts'
import { toShown } from '../store.ts'
import { labelOf } from './words.ts'

/** What is said of a provider while it is typed, but for its secrets: those are read once, and never drawn again. */
export interface Draft {
  /** The version that is edited; absent for a new one. */
  readonly version?: number
  readonly name: string
  readonly enabled: boolean
  /** By the names of the fields, as they were typed. */
  readonly values: Readonly<Record<string, string>>
  /** Names of the secrets that were typed, and so have to be typed again where the form is drawn anew. */
  readonly lost?: readonly string[]
}

export type Mistake = FormMistake<string>

/** What the form has for a setting of a type. No field of the form itself begins so. */
export const inputName = ({ name }: Field): string => `set_${name}`
export const removalName = ({ name }: Field): string => `remove_${name}`

export const emptyDraft = (type: ProviderType, taken: (name: string) => boolean): Draft => ({
  name: taken(type.name) ? '' : type.name,
  enabled: true,
  values: {},
})

export function draftOf(stored: StoredProvider, type: ProviderType): Draft {
  const shown: Readonly<Record<string, unknown>> = toShown(stored)
  const values = fieldsOf(type).flatMap(({ name, isSecret }) => {
    const value = shown[name]
    if (isSecret || value === undefined) return []
    return [[name, Array.isArray(value) ? value.join('\n') : String(value)] as const]
  })
  return {
    version: stored.version,
    name: stored.name,
    enabled: stored.enabled,
    values: Object.fromEntries(values),
  }
}

export function draftFrom(form: Form, type: ProviderType): Draft {
  const version = text(form, 'version')
  const [secret, open] = [true, false].map(is => fieldsOf(type).filter(({ isSecret }) => isSecret === is))
  return {
    ...(version !== '' && { version: Number(version) }),
    name: text(form, 'name').trim(),
    enabled: text(form, 'enabled') === 'on',
    lost: secret!.filter(field => text(form, inputName(field)) !== '').map(({ name }) => name),
    values: Object.fromEntries(open!.map(field => [field.name, text(form, inputName(field))])),
  }
}

/** The body of `PUT /admin/providers/:name` that says the same. A secret that is not typed stays. */
export function toInput(form: Form, type: ProviderType): Record<string, unknown> {
  const said = fieldsOf(type).flatMap((field): [string, unknown][] => {
    const typed = text(form, inputName(field)).trim()
    if (typed !== '') return [[field.name, field.name === 'models' ? listed(typed) : typed]]
    return field.isSecret && text(form, removalName(field)) !== 'on' ? [] : [[field.name, null]]
  })
  return { type: type.name, enabled: text(form, 'enabled') === 'on', ...Object.fromEntries(said) }
}

/** What is wrong, in the words of the form: `api_key` is called “API key” there. */
export function mistakeOf(error: unknown, type: ProviderType): Mistake {
  const names = fieldsOf(type).map(({ name }) => name)
  const { field, message } = mistakeIn(error, ['name', ...names])
  const inForm = names
    .filter(name => name.includes('_') || !(name in common))
    .reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `“${labelOf(name)}”`), message)
  return { field, message: inForm }
}

/** A mistake that does not stand beside its field says whose it is. */
export const inFull = ({ field, message }: Mistake): string =>
  field === 'form' ? message : `${labelOf(field)}: ${message}`

/** Words that are more than a name of a field. */
const common = { models: true }
