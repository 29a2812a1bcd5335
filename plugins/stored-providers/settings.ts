import * as v from 'valibot'
import { didYouMean } from '../../src/base/nearest.ts'
import { notesOf, toSnake } from '../../src/config/shape.ts'
import type { ProviderSettings, ProviderType } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import { checkAddress } from './input.ts'
import type { StoredState } from './model.ts'

/** A setting of a type, as people meet it. */
export interface Field {
  /** As the type has it: `baseUrl`. */
  readonly setting: string
  /** As operators write it: `base_url`. */
  readonly name: string
  readonly about: string
  /** Never shown again once it is typed. A text of which its type does not say that it may be seen is one, too. */
  readonly isSecret: boolean
}

export const fieldsOf = ({ settings }: ProviderType): readonly Field[] =>
  Object.entries(settings).map(([setting, schema]) => {
    const { about = '', secret = true } = notesOf(schema)
    return { setting, name: toSnake(setting), about, isSecret: secret }
  })

/** What an operator says of the settings of a type, checked; null and what is left out are absent. */
export function readSettings(type: ProviderType, said: Readonly<Record<string, unknown>>): ProviderSettings {
  const fields = new Map(fieldsOf(type).map(field => [field.name, field]))
  const found: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(said)) {
    const field = fields.get(name) ?? refuseUnknown(name, type, [...fields.keys()])
    if (value == null) continue
    const result = v.safeParse(type.settings[field.setting]!, value)
    if (!result.success)
      refuse('invalid_value', `Field "${name}": ${result.issues[0].message}`, { param: name })
    found[field.setting] = result.output as string | readonly string[]
  }
  return found
}

/**
 * What is stored may come from a gateway of another version, or from whoever else writes to the database: it may say no
 * more than an operator may type.
 */
export function checkStored(type: ProviderType, settings: StoredState['settings']): void {
  const bare = fieldsOf(type).find(({ setting, isSecret }) => isSecret && settings[setting] !== undefined)
  if (bare !== undefined) refuse('invalid_value', `Field "${bare.name}": it is not sealed: type it anew`)
  readSettings(
    type,
    Object.fromEntries(Object.entries(settings).map(([setting, value]) => [toSnake(setting), value])),
  )
  checkAddress(settings.baseUrl)
}

function refuseUnknown(name: string, { name: type }: ProviderType, known: readonly string[]): never {
  const meant = didYouMean(name, known) || `: there is ${known.join(', ')}`
  return refuse(
    'invalid_request',
    `Field "${name.slice(0, 60)}" is not known of providers of type "${type}"${meant}`,
    {
      param: name,
    },
  )
}
