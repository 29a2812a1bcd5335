import type { Form } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../src/door/mistake.ts'
import { refuse } from '../../../src/errors.ts'
import { check } from '../../../src/request/check.ts'
import { keyInput, type NewKey, toNewKey } from '../input.ts'
import type { KeyRow } from '../views-of.ts'

/** What is said of a key while it is typed: everything as the operator wrote it, so that nothing is lost when it is refused. */
export interface Draft {
  /** The key that is edited, and how it was when the form was opened; absent for a new one. */
  readonly old?: { readonly id: string; readonly version: number }
  readonly name: string
  readonly description: string
  readonly userPath: string
  readonly subPaths: boolean
  /** Selectors and names of redirects, one per line. */
  readonly models: string
  /** It may call no model: a key that only operates. */
  readonly noModels: boolean
  /** `name=value`, one per line. */
  readonly labels: string
  /** Its holder makes keys below its path. */
  readonly makesKeys: boolean
  /** What its holder may do as an operator; empty: nothing. */
  readonly operates: string
  /** `2027-01-31`: the key works until the end of that day, UTC. */
  readonly lastDay: string
}

export const emptyDraft: Draft = {
  name: '',
  description: '',
  userPath: '',
  subPaths: false,
  makesKeys: false,
  models: '',
  noModels: false,
  labels: '',
  operates: '',
  lastDay: '',
}

export const draftOf = (row: KeyRow): Draft => ({
  old: { id: row.id, version: row.version },
  name: row.name,
  description: row.description,
  userPath: row.userPath ?? '',
  subPaths: row.subPaths,
  makesKeys: row.makesKeys,
  models: (row.allowedModels ?? []).join('\n'),
  noModels: row.allowedModels?.length === 0,
  labels: Object.entries(row.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n'),
  operates: row.operates ?? '',
  lastDay: row.expiresAt === null ? '' : dayOf(row.expiresAt),
})

export function draftFrom(form: Form): Draft {
  const id = text(form, 'id')
  return {
    ...(id !== '' && { old: { id, version: Number(text(form, 'version')) } }),
    name: text(form, 'name'),
    description: text(form, 'description').replaceAll('\r\n', '\n'),
    userPath: text(form, 'user_path'),
    subPaths: text(form, 'sub_paths') === 'on',
    makesKeys: text(form, 'makes_keys') === 'on',
    models: text(form, 'allowed_models'),
    noModels: text(form, 'no_models') === 'on',
    labels: text(form, 'labels'),
    operates: text(form, 'operates'),
    lastDay: text(form, 'last_day').trim(),
  }
}

/**
 * What the admin API would make of the same: one set of rules for both. `present` is the key as it is; where its day
 * was left alone, its hour stays, too.
 *
 * @throws Refusal that names the field.
 */
export function toKey(draft: Draft, { now, present }: { now: number; present: KeyRow | undefined }): NewKey {
  const models = listed(draft.models)
  if (draft.noModels && models.length > 0)
    refuse('invalid_value', 'Name models, or choose none of them', { param: 'allowed_models' })
  const expiry = present?.expiresAt ?? null
  const isSame = expiry !== null && dayOf(expiry) === draft.lastDay
  const expiresAt =
    draft.lastDay === '' ? null : isSame ? new Date(expiry).toISOString() : endOf(draft.lastDay)
  const body = check(keyInput, {
    name: draft.name,
    description: draft.description,
    user_path: draft.userPath,
    sub_paths: draft.subPaths,
    makes_keys: draft.makesKeys,
    labels: labelsOf(draft.labels),
    // An empty list is no model, and none is all of them.
    allowed_models: models.length > 0 || draft.noModels ? models : null,
    expires_at: expiresAt,
    operates: draft.operates === '' ? null : draft.operates,
  })
  return toNewKey(body, { now, present: expiry })
}

/** The day on which something ends, in UTC. */
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

export const endOf = (day: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))
    ? `${day}T23:59:59Z`
    : refuse('invalid_value', `“${day.slice(0, 20)}” is no day: write it as 2027-01-31`, {
        param: 'expires_at',
      })

function labelsOf(written: string): Record<string, string> {
  const lines = written.split(/[\n\r]+/).filter(line => line.trim() !== '')
  return Object.fromEntries(
    lines.map(line => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? []
      if (name === undefined || value === undefined)
        return refuse(
          'invalid_value',
          `Write a label as name=value: “${line.trim().slice(0, 40)}” has no “=”`,
          {
            param: 'labels',
          },
        )
      return [name.trim(), value.trim()]
    }),
  )
}

const fields = [
  'name',
  'description',
  'user_path',
  'sub_paths',
  'makes_keys',
  'allowed_models',
  'labels',
  'expires_at',
  'operates',
] as const

/** What is wrong with a draft, and where. */
export type Mistake = FormMistake<(typeof fields)[number]>

export const mistakeOf = (error: unknown): Mistake => mistakeIn(error, fields)
