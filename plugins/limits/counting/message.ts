import type { Limit } from '../model.ts'
import { type Amounts, add } from './amounts.ts'
import { type Change, type Measure, measures, type Pot, type Shared, usedOf } from './pot.ts'
import { type Act, UNKNOWN } from './script.ts'

/** What happens to one pot. */
export interface Entry {
  readonly limit: string
  readonly pot: Pot
  /** Where there is to be room for it. */
  readonly most?: Pick<Limit, Measure | 'wait'>
  readonly change: Change
}

export interface Head {
  readonly gateway: string
  readonly act: Act
  readonly now: number
  /** Who it was before; what that one held is held by this one now. */
  readonly former?: string | undefined
}

export const toArguments = (
  { gateway, act, now, former = '' }: Head,
  entries: readonly Entry[],
): readonly (string | number)[] => [gateway, act, now, former, ...entries.flatMap(toPotArguments)]

function toPotArguments({ pot, most = {}, change }: Entry): readonly (string | number)[] {
  const { per, start, end } = pot
  // What is used more is told apart: Redis does not know it yet.
  const known = add(usedOf(pot), change.used, -1)
  return [
    ...[per, start, end],
    ...measures.map(measure => most[measure] ?? ''),
    ...numbersOf(known),
    ...[change.running, ...numbersOf(change.held).slice(1)],
    ...numbersOf(change.used),
    most.wait === undefined ? 0 : 1,
  ]
}

const numbersOf = ({ requests, tokens, cost }: Amounts): readonly number[] =>
  [requests, tokens, cost].map(toWhole)

/** No provider is that dear, but some tell nonsense. */
const toWhole = (number: number): number =>
  Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(number) || 0))

export interface Told {
  /** What there is no room for: whose entry, and the measure. */
  readonly short: { readonly at: number; readonly measure: Measure } | undefined
  /** How the pots stand, entry by entry. */
  readonly pots: readonly Shared[]
}

type Answer = readonly [typeof UNKNOWN | readonly number[], ...(readonly number[])[]]

/** Undefined where Redis does not know the gateway. */
export function fromAnswer(answer: unknown): Told | undefined {
  const [first, ...pots] = answer as Answer
  if (first === UNKNOWN) return undefined
  const [at = 0, measure = 0] = first
  return {
    short: at === 0 ? undefined : { at: at - 1, measure: measures[measure - 1]! },
    pots: pots.map(toShared),
  }
}

function toShared(numbers: readonly number[]): Shared {
  const [start, end, requests, tokens, cost, running, heldTokens, heldCost] = numbers as Numbers
  const held = { requests: running, tokens: heldTokens, cost: heldCost }
  return { start, end, used: { requests, tokens, cost }, elsewhere: { running, held } }
}
type Numbers = readonly [number, number, number, number, number, number, number, number]
