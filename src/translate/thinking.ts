import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import type { Budget, Thinking } from '../contract/thinking.ts'
import type { JsonObject } from '../types.ts'

/** How much a model shall think: what every language asks for, fitted to what the model takes. */

export type Effort = NonNullable<LanguageModelV4CallOptions['reasoning']>

/** What a client says about it. */
export interface Wish {
  readonly effort?: Effort | undefined
  /** Tokens. */
  readonly budget?: number | undefined
}

export interface Circumstances {
  readonly thinking: Thinking | undefined
  /** The client's limit of all output: what is thought counts. */
  readonly limit: number | undefined
  readonly prompt: readonly LanguageModelV4Message[]
  /** The client's field, for what it is told. */
  readonly field: string
  readonly warn: (line: string) => void
}

/** What the package is asked for: an effort, options with a budget, or neither. */
export interface Measure {
  readonly reasoning?: Effort
  readonly options?: JsonObject
  /** What is left of the limit, where the package adds the budget to it. */
  readonly limit: number | undefined
}

/** An effort as a share of the limit, as the packages have it; the limit counts up to what the smallest of such models can say. */
const shares: Readonly<Record<string, number>> = {
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.95,
}
const LARGEST_LIMIT = 32_000

/** Budgets (tokens) as the words that other vendors know: what coding agents call "think", "think hard", "ultrathink". */
export const effortOf = (budget: number): 'low' | 'medium' | 'high' =>
  budget <= 4096 ? 'low' : budget <= 12_288 ? 'medium' : 'high'

const LADDER = ['low', 'medium', 'high', 'xhigh', 'max'] as const

/** The effort, or the highest below it that the model takes. */
export function nearestEffort<E extends string>(
  effort: E,
  { refusesEfforts }: Thinking,
): E | (typeof LADDER)[number] {
  if (!refusesEfforts?.has(effort)) return effort
  const steps: readonly string[] = LADDER
  const below = LADDER.slice(0, steps.indexOf(effort))
  return below.findLast(step => !refusesEfforts.has(step)) ?? 'low'
}

/** What fits the model. What does not is left out, and the client is told. */
export function measure(wish: Wish, circumstances: Circumstances): Measure {
  const { effort, budget } = wish
  const { thinking, limit, field, warn } = circumstances
  if (effort === undefined && budget === undefined) return { limit }
  const isOff = effort === 'none'
  if (thinking?.thinks === false) {
    if (!isOff) warn(`${field}: ${REFUSES_THOUGHTS}`)
    return { limit }
  }
  const rule = thinking?.budget
  const isCounted = budget !== undefined || (rule?.isWithinLimit && !rule.hasEfforts)
  if (isOff || rule === undefined || !isCounted) return { reasoning: effort ?? effortOf(budget!), limit }
  if (rule.isWithinLimit) return measureWithin(rule, wish, circumstances)
  return { options: rule.toOptions(allowed(rule, budget!, circumstances)), limit }
}

function measureWithin(rule: Budget, { effort, budget }: Wish, circumstances: Circumstances): Measure {
  const { limit, prompt, field, warn } = circumstances
  if (lacksThoughts(prompt.map(stepOf))) {
    warn(`${field}: ${NEEDS_THOUGHTS}`)
    return { limit }
  }
  if (limit === undefined && budget === undefined) return { reasoning: effort!, limit }
  if (limit !== undefined && limit <= rule.least) {
    warn(`${field}: ${noRoomFor(rule)}`)
    return { limit }
  }
  const tokens =
    budget !== undefined && budget < (limit ?? Number.POSITIVE_INFINITY)
      ? allowed(rule, budget, circumstances)
      : Math.max(rule.least, shareOf(effort ?? effortOf(budget!), limit!))
  if (budget !== undefined && limit !== undefined && budget >= limit)
    warn(
      `${field}: a budget of ${budget} tokens is more than the limit of all output, and was cut to ${tokens}`,
    )
  return { options: rule.toOptions(tokens), limit: limit === undefined ? limit : limit - tokens }
}

const shareOf = (effort: string, limit: number): number =>
  Math.round(Math.min(limit, LARGEST_LIMIT) * (shares[effort] ?? shares.medium!))

/** An effort as a budget within a limit of all output; undefined where that leaves no room for it. */
export const budgetOf = (
  effort: string,
  { least }: Pick<Budget, 'least'>,
  limit: number = LARGEST_LIMIT,
): number | undefined => (limit <= least ? undefined : Math.max(least, shareOf(effort, limit)))

/** Why a client is told that nobody thinks. */
export const REFUSES_THOUGHTS = 'this model refuses to be asked to think, and is not asked'
export const NEEDS_THOUGHTS =
  'this model thinks in the middle of its work with tools only where what it thought before comes back, and is not asked to'
export const noRoomFor = ({ least }: Budget): string =>
  `this model thinks ${least} tokens or more, for which the limit of all output leaves no room, and is not asked to`

/** The client's own number, unless the model has no such budget. */
function allowed(
  { least, most = Number.POSITIVE_INFINITY }: Budget,
  budget: number,
  { field, warn }: Circumstances,
): number {
  const tokens = Math.min(most, Math.max(least, budget))
  if (tokens !== budget)
    warn(`${field}: this model has no budget of ${budget} tokens, and was given ${tokens}`)
  return tokens
}

/** What a message is to the rule below. */
export type Step = 'asked' | 'thought' | 'said' | 'results'

/**
 * The tools have answered, and the turn that called them has nothing of what the model thought. One thought is enough:
 * between calls such models need not think again.
 */
export function lacksThoughts(steps: readonly Step[]): boolean {
  const at = steps.findLastIndex(step => step === 'thought' || step === 'said')
  if (at < 0 || steps[at + 1] !== 'results') return false
  const begin = steps.lastIndexOf('asked', at)
  return !steps.slice(begin + 1, at + 1).includes('thought')
}

const stepOf = ({ role, content }: LanguageModelV4Message): Step => {
  if (role === 'tool') return 'results'
  if (role !== 'assistant') return 'asked'
  return content[0]?.type === 'reasoning' ? 'thought' : 'said'
}

/** Options of two origins for one call; what both have goes together. */
export function withOptions(one: JsonObject | undefined, other: JsonObject | undefined): JsonObject {
  const all: Record<string, unknown> = { ...one }
  for (const [key, value] of Object.entries(other ?? {}))
    all[key] = isPlain(all[key]) && isPlain(value) ? { ...all[key], ...value } : value
  return all
}

const isPlain = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
