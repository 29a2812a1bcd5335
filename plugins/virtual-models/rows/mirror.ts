import * as v from 'valibot'
import { refuse } from '../../../src/errors.ts'
import type { Mirror, RedirectTarget } from '../model.ts'
import { modelName } from './names.ts'

/** Which model gets copies of a redirect's calls: checked and put into words here, sent by the plugin `mirror`. */

const SHARE = 'expected a number above 0 and up to 1, such as 0.1 for every tenth call'

/** The field `mirror` of a redirect. */
export const mirror = v.strictObject({
  model: v.pipe(
    modelName,
    v.regex(/^[^/]+\/./, 'expected provider/id: a mirror is one model, and no redirect'),
    v.description('`provider/id`: the model itself, also where a redirect has its name'),
  ),
  share: v.pipe(
    v.number(SHARE),
    v.gtValue(0, SHARE),
    v.maxValue(1, SHARE),
    v.description('Of so many calls a copy is sent: above 0, up to 1'),
  ),
})

/** What answers callers anyway need not be asked in secret. */
export function checkMirror({ model }: Mirror, targets: readonly RedirectTarget[]): void {
  if (!targets.some(({ name }) => name === model)) return
  refuse(
    'invalid_value',
    `Mirror "${model}" is a target already, whose own calls tell how it does: name another model, or leave it out`,
    { param: 'mirror.model' },
  )
}

/** `a copy of 10 % of its calls goes to "groq/x"`. */
export function mirrorInWords({ model, share }: Mirror): string {
  const calls = share === 1 ? 'each call' : `${percentOf(share)} % of its calls`
  return `a copy of ${calls} goes to "${model}"`
}

/** As people write it: 0.1 is 10. */
export const percentOf = (share: number): number => Number((share * 100).toPrecision(12))
