import * as v from 'valibot'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { noEffort } from './finder.ts'
import type { Guardrail } from './model.ts'
import { verdicts } from './model.ts'
import { TooSlow, Unreadable } from './patterns.ts'

/** So much text is tried (characters). */
export const MOST = 100_000

export const trialView = v.object({
  matches: says(
    'What was found',
    v.array(
      v.object({
        guardrail: says('Who found it', v.string()),
        action: says('What it would do', v.picklist(verdicts)),
        kind: v.pipe(v.string(), v.description('`words`, `patterns` or a preset')),
        start: v.pipe(v.number(), v.description('In UTF-16 code units')),
        end: says('Where it ends', v.number()),
      }),
    ),
  ),
  blocked_by: v.pipe(v.array(v.string()), v.description('Guardrails that would refuse it')),
  text: v.pipe(v.string(), v.description('What masks would leave')),
})
export type Trial = v.InferOutput<typeof trialView>

/** What guardrails would make of a text; no checker is asked. */
export function tryOn(guardrails: readonly Guardrail[], text: string): Trial {
  try {
    const matches = guardrails.flatMap(({ name, action, finder }) =>
      finder
        .all(text, noEffort())
        .map(({ kind, start, end }) => ({ guardrail: name, action, kind, start, end })),
    )
    const blocking = matches.filter(({ action }) => action === 'block').map(({ guardrail }) => guardrail)
    const masks = guardrails.filter(({ action }) => action === 'mask')
    return {
      matches,
      blocked_by: [...new Set(blocking)],
      text: masks.reduce((left, { finder }) => finder.mask(left, noEffort()), text),
    }
  } catch (error) {
    if (error instanceof Unreadable)
      return refuse(
        'conflict',
        `A guardrail cannot be read any more: ${error.message}. Mend or delete it first`,
      )
    if (!(error instanceof TooSlow)) throw error
    return refuse(
      'invalid_value',
      'The patterns take too long for this text: calls with it would be refused',
      {
        param: 'find.patterns',
      },
    )
  }
}
