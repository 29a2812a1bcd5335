import type { Form } from '../../../src/contract/page.ts'
import { text } from '../../../src/door/form.ts'
import type { Mirror } from '../model.ts'
import { percentOf } from '../rows/mirror.ts'

/** Who gets copies of the calls, while it is typed; without a model there is no mirror. */
export interface MirrorDraft {
  readonly model: string
  /** Of so many calls, as a percentage. */
  readonly percent: string
}

export const mirrorOf = (mirror?: Mirror): MirrorDraft =>
  mirror === undefined
    ? { model: '', percent: '10' }
    : { model: mirror.model, percent: String(percentOf(mirror.share)) }

export const mirrorFrom = (form: Form): MirrorDraft => ({
  model: text(form, 'mirror_model'),
  percent: text(form, 'mirror_percent'),
})

/** The field `mirror` of a write. What is not a number goes on as it is: the one who judges input says what is wrong. */
export function toMirror({ model, percent }: MirrorDraft): Readonly<Record<string, unknown>> | undefined {
  if (model.trim() === '') return undefined
  const typed = percent.trim().replace(/ ?%$/, '')
  return {
    model: model.trim(),
    share: NUMBER.test(typed) ? Number((Number(typed) / 100).toPrecision(12)) : typed,
  }
}

const NUMBER = /^-?\d{1,15}(?:\.\d+)?$/
