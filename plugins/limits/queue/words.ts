import { spellDuration } from '../../../src/contract/settings.ts'
import { Refusal } from '../../../src/errors.ts'
import type { Shortage } from '../counting/pot.ts'
import { allowanceOf, amountOf } from '../holding/words.ts'
import type { Limit } from '../model.ts'

/** So many calls wait where the operator says nothing else. */
export const QUEUE = 100

export const queueOf = ({ queue = QUEUE }: Limit): number => queue

/** Whether a call that this refuses may wait instead. */
export const mayWait = ({ limit, measure }: Shortage): boolean =>
  measure === 'concurrent' && limit.wait !== undefined

/** As many wait as may. */
export const isCrowded = ({ limit, pot }: Shortage): boolean => pot.waiting >= queueOf(limit)

const reached = (limit: Limit): string =>
  `Limit "${limit.name}" is reached: ${allowanceOf(limit, 'concurrent')}`

const busy = (text: string): Refusal => new Refusal('rate_limit_exceeded', text, { retryAfter: 1 })

/** Why a call is told no that has waited. */
export const toLate = (limit: Limit, ms: number): Refusal =>
  busy(`${reached(limit)}, and there was no room within ${spellDuration(ms)}`)

/** Why a call may not even wait. */
export const toCrowded = (limit: Limit): Refusal =>
  busy(`${reached(limit)}, and ${amountOf('concurrent', queueOf(limit))} wait already`)

/** Why a target is not asked by a call that has waited for any. */
export const passedOver = (): Refusal =>
  new Refusal('model_unavailable', 'Another target had room first', { retryAfter: 1 })
