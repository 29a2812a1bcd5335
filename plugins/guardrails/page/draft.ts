import type { Form } from '../../../src/contract/page.ts'
import { all, listed, text } from '../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../src/door/mistake.ts'
import { refuse } from '../../../src/errors.ts'
import { check } from '../../../src/request/check.ts'
import { type GuardrailInput, guardrailInput } from '../input.ts'
import type { Guardrail } from '../model.ts'

/** What is said of a guardrail while it is typed: everything as it was written, so that nothing is lost when it is refused. */
export interface Draft {
  /** The version that is edited, as it was when the form was opened; absent for a new one. */
  readonly version?: number
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly userPath: string
  /** Selectors and names of redirects, one per line. */
  readonly models: string
  readonly on: string
  readonly presets: readonly string[]
  /** One per line. */
  readonly words: string
  /** One per line. */
  readonly patterns: string
  readonly checker: string
  readonly action: string
  readonly message: string
  readonly allowsUnreadable: boolean
  /** A text to try it on; never stored. */
  readonly sample: string
}

export const emptyDraft: Draft = {
  name: '',
  description: '',
  enabled: true,
  userPath: '',
  models: '',
  on: 'input',
  presets: [],
  words: '',
  patterns: '',
  checker: '',
  action: 'block',
  message: '',
  allowsUnreadable: false,
  sample: '',
}

export const draftOf = (guardrail: Guardrail): Draft => ({
  version: guardrail.version,
  name: guardrail.name,
  description: guardrail.description,
  enabled: guardrail.enabled,
  userPath: guardrail.userPath === '/' ? '' : guardrail.userPath,
  models: [...(guardrail.models ?? [])].join('\n'),
  on: guardrail.on,
  presets: guardrail.find.presets,
  words: guardrail.find.words.join('\n'),
  patterns: guardrail.find.patterns.join('\n'),
  checker: guardrail.find.checker ?? '',
  action: guardrail.action,
  message: guardrail.message ?? '',
  allowsUnreadable: guardrail.unreadable === 'allow',
  sample: '',
})

export function draftFrom(form: Form): Draft {
  const version = text(form, 'version')
  return {
    ...(version !== '' && { version: Number(version) }),
    name: text(form, 'name'),
    description: text(form, 'description').replaceAll('\r\n', '\n'),
    enabled: text(form, 'enabled') === 'on',
    userPath: text(form, 'user_path'),
    models: text(form, 'models'),
    on: text(form, 'on'),
    presets: all(form, 'presets'),
    words: text(form, 'words'),
    patterns: text(form, 'patterns'),
    checker: text(form, 'checker'),
    action: text(form, 'action'),
    message: text(form, 'message'),
    allowsUnreadable: text(form, 'unreadable') === 'on',
    sample: text(form, 'sample').replaceAll('\r\n', '\n'),
  }
}

/** Commas belong to words and patterns. */
const linesOf = (typed: string): string[] => typed.split(/\r?\n/).filter(line => line.trim() !== '')

/**
 * The body of `PUT /admin/guardrails/:name` that says the same: one set of rules for both.
 *
 * @throws Refusal that names the field.
 */
export function toInput(draft: Draft): GuardrailInput {
  const { description, enabled, userPath, models, on, presets, words, patterns, checker, action } = draft
  if (presets.length === 0 && words.trim() === '' && patterns.trim() === '' && checker === '')
    refuse('invalid_value', 'Say what to look for: tick or fill in at least one of these', { param: 'find' })
  const names = listed(models)
  return check(guardrailInput, {
    description,
    enabled,
    user_path: userPath.trim() === '' ? '/' : userPath,
    models: names.length === 0 ? null : names,
    on,
    find: {
      presets,
      words: linesOf(words),
      patterns: linesOf(patterns),
      checker: checker === '' ? null : checker,
    },
    action,
    message: draft.message.trim() === '' ? null : draft.message,
    unreadable: draft.allowsUnreadable ? 'allow' : 'refuse',
  })
}

const fields = ['name', 'description', 'user_path', 'models', 'on', 'find', 'action', 'message'] as const
const finds = ['words', 'patterns', 'presets', 'checker'] as const

/** What is wrong with a draft, and where. */
export type Mistake = FormMistake<(typeof fields)[number] | (typeof finds)[number]>

export function mistakeOf(error: unknown): Mistake {
  const { field, message } = mistakeIn(error, fields)
  const inside = field === 'find' ? (error as { param?: string }).param?.split(/[.[]/)[1] : undefined
  return { field: finds.find(each => each === inside) ?? field, message }
}
