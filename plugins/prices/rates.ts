import type { Usage } from '../../src/types.ts'
import { type Exact, tokensAt, type Unrounded } from './money.ts'

export type Part = Exclude<keyof Usage, 'reportedCost' | 'terms'>

/** Where tokens of a part are counted that has no price of its own: there they cost what everything there costs. */
const within = {
  input: undefined,
  cacheRead: 'input',
  cacheWrite: 'input',
  cacheWriteHour: 'cacheWrite',
  audioInput: 'input',
  imageInput: 'input',
  output: undefined,
  reasoning: 'output',
  audioOutput: 'output',
  imageOutput: 'output',
} as const satisfies Record<Part, Part | undefined>

export const parts = Object.keys(within) as readonly Part[]
const inputs: readonly Part[] = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWriteHour',
  'audioInput',
  'imageInput',
]

/** What a model costs for prompts of one length, at one moment: dollars for a million tokens of a part. */
export interface Rates extends Partial<Readonly<Record<Part, Exact>>> {
  /** Dollars for each call. */
  readonly request?: Exact
}

/** The price of a part: its own, or that of what it is a part of; undefined where neither is known. */
export function rateOf(rates: Rates, part: Part): Exact | undefined {
  const parent: Part | undefined = within[part]
  return rates[part] ?? (parent === undefined ? undefined : rateOf(rates, parent))
}

/** All tokens of the prompt, cached or not: what steps of a price go by. */
export const promptOf = (usage: Usage): number =>
  inputs.reduce((total, part) => total + (usage[part] ?? 0), 0)

/** Counts come from outside; only whole numbers can be billed. */
export const isCounted = (usage: Usage): boolean =>
  parts.every(part => usage[part] === undefined || (Number.isSafeInteger(usage[part]) && usage[part]! >= 0))

/** Undefined where a part has tokens and no price. */
export function sumOf(usage: Usage, rates: Rates): Unrounded | undefined {
  let sum = 0n
  for (const part of parts) {
    const tokens = usage[part] ?? 0
    if (tokens === 0) continue
    const rate = rateOf(rates, part)
    if (rate === undefined) return undefined
    sum += tokensAt(tokens, rate)
  }
  return sum
}
