import type { Form } from '../../../src/contract/page.ts'
import { all, text } from '../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../src/door/mistake.ts'
import { refuse } from '../../../src/errors.ts'
import { check } from '../../../src/request/check.ts'
import { emptyScope, type ScopeDraft, scopeFrom, scopeOf, toScope } from '../../../src/scope/draft.ts'
import { type GuardrailInput, guardrailInput } from '../input.ts'
import type { Guardrail } from '../model.ts'

/** What is said of a guardrail while it is typed: everything as it was written, so that nothing is lost when it is refused. */
export interface Draft extends ScopeDraft {
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
  ...emptyScope,
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
  ...scopeOf(guardrail),
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

export const draftFrom = (form: Form): Draft => ({
  ...scopeFrom(form),
  on: text(form, 'on'),
  presets: all(form, 'presets'),
  words: text(form, 'words'),
  patterns: text(form, 'patterns'),
  checker: text(form, 'checker'),
  action: text(form, 'action'),
  message: text(form, 'message'),
  allowsUnreadable: text(form, 'unreadable') === 'on',
  sample: text(form, 'sample').replaceAll('\r\n', '\n'),
})

/** Commas belong to words and patterns. */
const linesOf = (typed: string): string[] => typed.split(/\r?\n/).filter(line => line.trim() !== '')

/**
 * The body of `PUT /admin/guardrails/:name` that says the same: one set of rules for both.
 *
 * @throws Refusal that names the field.
 */
export function toInput(draft: Draft): GuardrailInput {
  const { on, presets, words, patterns, checker, action } = draft
  if (presets.length === 0 && words.trim() === '' && patterns.trim() === '' && checker === '')
    refuse('invalid_value', 'Say what to look for: tick or fill in at least one of these', { param: 'find' })
  return check(guardrailInput, {
    ...toScope(draft),
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
