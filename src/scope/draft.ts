import type { Form } from '../contract/page.ts'
import { listed, text } from '../door/form.ts'

/** The part that forms share of all that has a name and a scope: everything as it was typed, so that nothing is lost. */
export interface ScopeDraft {
  /** The version that is edited, as it was when the form was opened; absent for a new one. */
  readonly version?: number
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly userPath: string
  /** Selectors and names of redirects, one per line. */
  readonly models: string
}

export const emptyScope: ScopeDraft = { name: '', description: '', enabled: true, userPath: '', models: '' }

interface Scoped extends Omit<ScopeDraft, 'models'> {
  readonly models?: ReadonlySet<string>
}

export const scopeOf = ({ version, name, description, enabled, userPath, models }: Scoped): ScopeDraft => ({
  ...(version !== undefined && { version }),
  name,
  description,
  enabled,
  userPath: userPath === '/' ? '' : userPath,
  models: [...(models ?? [])].join('\n'),
})

export function scopeFrom(form: Form): ScopeDraft {
  const version = text(form, 'version')
  return {
    ...(version !== '' && { version: Number(version) }),
    name: text(form, 'name'),
    description: text(form, 'description').replaceAll('\r\n', '\n'),
    enabled: text(form, 'enabled') === 'on',
    userPath: text(form, 'user_path'),
    models: text(form, 'models'),
  }
}

/** As `scopeInput` takes it. */
export const toScope = ({ description, enabled, userPath, models }: ScopeDraft) => ({
  description,
  enabled,
  user_path: userPath.trim() === '' ? '/' : userPath,
  models: orNull(listed(models)),
})

/** What is named, or null where nothing is: a field that is left empty. */
export const orNull = (names: readonly string[]): readonly string[] | null =>
  names.length === 0 ? null : names
