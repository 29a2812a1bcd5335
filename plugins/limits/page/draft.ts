import type { Form } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import { type Mistake as FormMistake, mistakeIn } from '../../../src/door/mistake.ts'
import { refuse } from '../../../src/errors.ts'
import { check } from '../../../src/request/check.ts'
import { emptyScope, orNull, type ScopeDraft, scopeFrom, scopeOf, toScope } from '../../../src/scope/draft.ts'
import type { Limit } from '../model.ts'
import { type LimitInput, limitInput, toState } from '../rules/input.ts'

/** What is said of a limit while it is typed: everything as the operator wrote it, so that nothing is lost when it is refused. */
export interface Draft extends ScopeDraft {
  readonly each: string
  /** Selectors of tools, one per line. */
  readonly tools: string
  readonly per: string
  readonly timeZone: string
  readonly requests: string
  readonly tokens: string
  /** Dollars. */
  readonly cost: string
  readonly concurrent: string
  /** A time: `20s`. */
  readonly wait: string
  readonly queue: string
  /** User paths, one per line. */
  readonly first: string
  readonly refusesUnpriced: boolean
}

export const emptyDraft: Draft = {
  ...emptyScope,
  each: 'all',
  tools: '',
  per: 'month',
  timeZone: 'UTC',
  requests: '',
  tokens: '',
  cost: '',
  concurrent: '',
  wait: '',
  queue: '',
  first: '',
  refusesUnpriced: false,
}

export function draftOf(limit: Limit): Draft {
  const { requests, tokens, cost_usd, concurrent, wait, queue, first } = toState(limit)
  return {
    ...scopeOf(limit),
    each: limit.each,
    tools: [...(limit.tools ?? [])].join('\n'),
    per: limit.per,
    timeZone: limit.timeZone,
    requests: written(requests),
    tokens: written(tokens),
    cost: written(cost_usd),
    concurrent: written(concurrent),
    wait: String(wait ?? ''),
    queue: written(queue),
    first: (first ?? []).join('\n'),
    refusesUnpriced: limit.unpriced === 'refuse',
  }
}

/** Digits, however small: never `1e-9`. */
const written = (value: number | null | undefined): string =>
  value == null
    ? ''
    : value.toLocaleString('en', {
        useGrouping: false,
        minimumFractionDigits: 0,
        maximumFractionDigits: 9,
      })

export const draftFrom = (form: Form): Draft => ({
  ...scopeFrom(form),
  each: text(form, 'each'),
  tools: text(form, 'tools'),
  per: text(form, 'per'),
  timeZone: text(form, 'time_zone'),
  requests: text(form, 'requests'),
  tokens: text(form, 'tokens'),
  cost: text(form, 'cost_usd'),
  concurrent: text(form, 'concurrent'),
  wait: text(form, 'wait'),
  queue: text(form, 'queue'),
  first: text(form, 'first'),
  refusesUnpriced: text(form, 'unpriced') === 'on',
})

/**
 * The body of `PUT /admin/limits/:name` that says the same: one set of rules for both.
 *
 * @throws Refusal that names the field.
 */
export function toInput(draft: Draft): LimitInput {
  const { each, per, timeZone } = draft
  const amounts = {
    requests: toNumber(draft, 'requests'),
    tokens: toNumber(draft, 'tokens'),
    cost_usd: toNumber(draft, 'cost'),
    concurrent: toNumber(draft, 'concurrent'),
  }
  if (Object.values(amounts).every(amount => amount === null))
    refuse('invalid_value', 'Say how much is allowed: fill in at least one of these', { param: 'amounts' })
  const scope = toScope(draft)
  const tools = orNull(listed(draft.tools))
  if (scope.models !== null && tools !== null)
    refuse('invalid_value', 'Leave models or tools empty: a limit speaks of one of them', { param: 'tools' })
  if (tools !== null && amounts.tokens !== null)
    refuse('invalid_value', 'Calls of tools have no tokens: leave it empty', { param: 'tokens' })
  return check(limitInput, {
    ...scope,
    ...amounts,
    ...toWaiting(draft),
    each: each === 'all' ? null : each,
    tools,
    per,
    time_zone: timeZone.trim() === '' ? 'UTC' : timeZone.trim(),
    unpriced: draft.refusesUnpriced ? 'refuse' : 'allow',
  })
}

/** Without a most of calls at the same time there is nothing to wait for, and the form does not ask. */
function toWaiting(draft: Draft) {
  if (draft.concurrent.trim() === '') return {}
  const wait = draft.wait.trim()
  const first = listed(draft.first)
  const queue = toNumber(draft, 'queue')
  if (wait === '' && (queue !== null || first.length > 0))
    refuse('invalid_value', 'Say how long a call waits: 20s', { param: 'wait' })
  return {
    wait: wait === '' ? null : wait,
    queue,
    first: orNull(first),
  }
}

/** As people write numbers: `60000` or `60,000`, dollars also with `$` before them. A comma for cents is not guessed at. */
const NUMBER = /^(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})?(?:\.\d{1,12})?$/

function toNumber(draft: Draft, name: keyof typeof examples): number | null {
  const typed = draft[name].trim()
  const digits = name === 'cost' ? typed.replace(/^\$\s*/, '') : typed
  if (typed === '') return null
  if (NUMBER.test(digits) && /\d/.test(digits)) return Number(digits.replaceAll(',', ''))
  return refuse('invalid_value', `“${typed.slice(0, 20)}” is no number: write it as ${examples[name]}`, {
    param: name === 'cost' ? 'cost_usd' : name,
  })
}

const examples = {
  requests: '600',
  tokens: '2,000,000',
  cost: '49.50',
  concurrent: '5',
  queue: '100',
} as const

const fields = [
  'name',
  'description',
  'user_path',
  'each',
  'models',
  'tools',
  'per',
  'time_zone',
  'requests',
  'tokens',
  'cost_usd',
  'concurrent',
  'wait',
  'queue',
  'first',
  'amounts',
] as const

/** What is wrong with a draft, and where. */
export type Mistake = FormMistake<(typeof fields)[number]>

export const mistakeOf = (error: unknown): Mistake => mistakeIn(error, fields)
