import { toLocalText } from '../../../src/base/calendar.ts'
import { Refusal } from '../../../src/errors.ts'
import { heldOf, type Measure, type Shortage, usedOf } from '../counting/pot.ts'
import type { Limit } from '../model.ts'

const DOLLARS = 1e9
const number = new Intl.NumberFormat('en-US')

/** An amount with its unit: `1,000 tokens`, `$0.25`. */
export function amountOf(measure: Measure, value: number): string {
  if (measure === 'cost') return `$${trimmed(value / DOLLARS)}`
  const noun = measure === 'concurrent' ? 'call' : measure === 'requests' ? 'request' : 'token'
  return `${number.format(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** Cents, and what is below them where there are few. */
const trimmed = (dollars: number): string =>
  dollars.toLocaleString('en-US', {
    minimumFractionDigits: 2,
    maximumFractionDigits: dollars < 0.01 ? 9 : dollars < 1 ? 4 : 2,
  })

/** What a limit allows, in words: `1,000 requests a minute`. */
export const allowanceOf = (limit: Limit, measure: Measure): string =>
  measure === 'concurrent'
    ? `${amountOf(measure, limit.concurrent!)} at the same time`
    : `${amountOf(measure, limit[measure]!)} ${limit.per === 'hour' ? 'an' : 'a'} ${limit.per}`

/** Why a model, or a tool, is closed where nobody knows its price. */
export const toUnpriced = ({ name }: Limit, priceless: string): Refusal =>
  new Refusal('quota_exceeded', `Limit "${name}" counts dollars, and nobody knows the price of ${priceless}`)

const SHORTER = '. Name a smaller maximum of output tokens, or send a shorter prompt'

/**
 * Why a call has to wait, or need not come back. What is free again within a minute, or when calls under way are done, is
 * worth waiting for; SDKs would knock for hours at anything else, so they are told not to.
 */
export function toRefusal({ limit, measure, pot, wanted }: Shortage, at: number): Refusal {
  const most = limit[measure]!
  const allowance = `Limit "${limit.name}" is reached: ${allowanceOf(limit, measure)}`
  if (measure === 'concurrent') return new Refusal('rate_limit_exceeded', allowance, { retryAfter: 1 })
  const used = usedOf(pot)[measure]
  if (used + wanted <= most) {
    const held = amountOf(measure, heldOf(pot)[measure])
    return new Refusal(
      'rate_limit_exceeded',
      `Limit "${limit.name}" has no room at the moment: of ${allowanceOf(limit, measure)}, calls under way hold ${held}. Try again when they are done`,
      { retryAfter: 1 },
    )
  }
  const retryAfter = Math.max(1, Math.ceil((pot.end - at) / 1000))
  const free = toLocalText(pot.end, limit.timeZone).replace('+00:00', 'Z')
  const left = Math.max(0, most - used - heldOf(pot)[measure])
  const isBig = measure !== 'requests' && left > 0
  const room = isBig
    ? `; ${amountOf(measure, left)} left, and this call may take ${amountOf(measure, wanted)}`
    : ''
  if (wanted > most)
    return new Refusal(
      'quota_exceeded',
      `Limit "${limit.name}" has no room for a call that may take ${amountOf(measure, wanted)}: it allows ${allowanceOf(limit, measure)}${limit.tools === undefined ? SHORTER : ''}`,
      { word: 'insufficient_quota' },
    )
  const isShort = limit.per === 'minute'
  return new Refusal(
    isShort ? 'rate_limit_exceeded' : 'quota_exceeded',
    `${allowance}${room}. It is free again at ${free}`,
    {
      retryAfter,
      ...(!isShort && { word: 'insufficient_quota' }),
    },
  )
}
