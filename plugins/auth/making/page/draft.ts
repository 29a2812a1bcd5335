import type { Form } from '../../../../src/contract/page.ts'
import { listed, text } from '../../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../../src/door/mistake.ts'
import { check } from '../../../../src/request/check.ts'
import { endOf } from '../../page/draft.ts'
import { madeInput } from '../input.ts'

/** What is said of a key while it is typed, as it was written. */
export interface Draft {
  readonly name: string
  readonly description: string
  readonly userPath: string
  readonly subPaths: boolean
  /** Selectors and names of redirects, one per line. */
  readonly models: string
  /** `2027-01-31`: the key works until the end of that day, UTC. */
  readonly lastDay: string
}

export const emptyDraft = (userPath: string): Draft => ({
  ...{ name: '', description: '', userPath, subPaths: false, models: '', lastDay: '' },
})

export const draftFrom = (form: Form): Draft => ({
  name: text(form, 'name'),
  description: text(form, 'description').replaceAll('\r\n', '\n'),
  userPath: text(form, 'user_path'),
  subPaths: text(form, 'sub_paths') === 'on',
  models: text(form, 'allowed_models'),
  lastDay: text(form, 'last_day').trim(),
})

/**
 * The body of `POST /v1/keys` that says the same: one set of rules for both.
 *
 * @throws Refusal that names the field.
 */
export function toInput(draft: Draft) {
  const models = listed(draft.models)
  return check(madeInput, {
    name: draft.name,
    description: draft.description,
    user_path: draft.userPath,
    sub_paths: draft.subPaths,
    allowed_models: models.length === 0 ? null : models,
    expires_at: draft.lastDay === '' ? null : endOf(draft.lastDay),
  })
}

const fields = ['name', 'description', 'user_path', 'sub_paths', 'allowed_models', 'expires_at'] as const

/** What is wrong with a draft, and where. */
export type Mistake = FormMistake<(typeof fields)[number]>

export const mistakeOf = (error: unknown): Mistake => mistakeIn(error, fields)
