import { shown, wrong } from '../../../src/request/border.ts'
import {
  type Circumstances,
  type Effort,
  type Measure,
  measure,
  withOptions,
} from '../../../src/translate/thinking.ts'
import type { Reading } from './kin.ts'

/** A word for how much, or only that it shall. */
const efforts = new Map<unknown, Effort>([
  [true, 'medium'],
  ...(['low', 'medium', 'high', 'max'] as const).map(
    effort => [effort, effort === 'max' ? 'xhigh' : effort] as const,
  ),
])

/** How much the model shall think: `think`. */
export function readThinking(
  think: unknown,
  { prompt, limit, reading }: Pick<Circumstances, 'prompt' | 'limit'> & { readonly reading: Reading },
): Measure {
  const { kin, warn } = reading
  const { thinking, shown: options } = kin
  if (think == null) return { limit }
  const ask = (effort: Effort) => measure({ effort }, { thinking, prompt, limit, field: 'think', warn })
  if (think === false) {
    if (options !== undefined) return ask('none')
    // Many models elsewhere refuse to be told that they shall not.
    if (!kin.thinksWhenAsked && thinking?.thinks !== false)
      warn('think: this provider decides by itself whether the model thinks')
    return { limit }
  }
  const effort =
    efforts.get(think) ?? wrong('think', `is ${shown(think)}: use true, false, "low", "medium" or "high"`)
  const measured = ask(effort)
  const isAsked = measured.options !== undefined || measured.reasoning !== undefined
  return isAsked && options !== undefined
    ? { ...measured, options: withOptions(measured.options, options) }
    : measured
}
