import type { Form } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import type { Refusal } from '../../../src/errors.ts'

/** The form that starts a rollout, as it is typed. */
export interface Draft {
  readonly source: string
  readonly to: string
  readonly steps: string
  readonly every: string
  readonly calls: string
  readonly above: string
  readonly worse: string
  readonly slower: string
  readonly dearer: string
}

export const emptyDraft = (source: string, to: string): Draft => ({
  ...{ source, to, steps: '5, 25, 50, 100', every: '30m', calls: '50' },
  ...{ above: '5', worse: '2', slower: '', dearer: '' },
})

/** So much of a field is looked at (characters). */
const MOST = 512

export const draftFrom = (form: Form): Draft => {
  const field = (name: string) => text(form, name).trim().slice(0, MOST)
  return {
    ...{ source: field('source'), to: field('to'), steps: field('steps'), every: field('every') },
    ...{ calls: field('min_calls'), above: field('error_rate_above'), worse: field('error_rate_worse_by') },
    ...{ slower: field('slower_by'), dearer: field('dearer_by') },
  }
}

/** As the admin API takes it: what is no number is refused there, with the name of its field. */
export const toInput = ({ to, steps, every, calls, above, worse, slower, dearer }: Draft): object => ({
  ...{ to, steps: listed(steps).map(toNumber), every, min_calls: calls },
  stop_when: {
    error_rate_above: toShare(above),
    error_rate_worse_by: toShare(worse),
    slower_by: toNumberOrNull(slower),
    dearer_by: toNumberOrNull(dearer),
  },
})

const toNumber = (value: string): number | string => {
  const number = Number(value.replace(/\s*%$/, ''))
  return Number.isNaN(number) ? value : number
}
const toNumberOrNull = (value: string) => (value === '' ? null : toNumber(value))
/** Per cent, as a share. */
function toShare(value: string): number | string | null {
  const number = toNumberOrNull(value)
  return typeof number === 'number' ? number / 100 : number
}

/** What is wrong, and with which field of the form. */
export interface Mistake {
  readonly field: string
  readonly message: string
}

const fields = ['to', 'steps', 'every', 'min_calls'] as const

export function mistakeOf({ param = '', message }: Refusal): Mistake {
  const last = param.replace(/^stop_when\./, '')
  const field = fields.find(name => last === name || last.startsWith(`${name}.`)) ?? last
  return { field, message: message.replace(/^Field "[^"]*": /, '') }
}
