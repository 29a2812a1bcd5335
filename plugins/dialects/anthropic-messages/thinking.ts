import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { objectAt, wholeAt, wordAt, wrong } from '../../../src/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './sources.ts'

type Effort = NonNullable<LanguageModelV4CallOptions['reasoning']>

export interface Thinking {
  readonly reasoning?: Effort
  /** Options of the call. */
  readonly options?: JsonObject
  /** Tokens that the packages add to the limit by themselves. */
  readonly added: number
}

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const
type Asked = (typeof efforts)[number]

interface Wish {
  readonly type: 'enabled' | 'disabled' | 'adaptive' | 'between_tools' | undefined
  readonly budget?: number
  readonly display?: string
  readonly effort?: Asked
}

/** How much the model shall think. `maxTokens` is the limit for thoughts and answer together. */
export function readThinking(body: JsonObject, maxTokens: number, { kin, warn }: Reading): Thinking {
  const wish = wishOf(body, maxTokens)
  const { type, budget, effort } = wish
  if (kin.isClaude) return { options: (kin.isAnthropic ? toAnthropic : toBedrock)(wish), added: budget ?? 0 }
  const reasoning = effort ?? (budget === undefined ? undefined : effortOf(budget))
  const isAsked = type === 'enabled' || type === 'adaptive'
  if (kin.keys.includes('google')) {
    const includeThoughts = isAsked && wish.display !== 'omitted'
    return {
      added: 0,
      ...(type === 'disabled' ? { reasoning: 'none' } : reasoning !== undefined && { reasoning }),
      ...(includeThoughts && { options: { thinkingConfig: { includeThoughts } } }),
    }
  }
  // Being told not to think is the rule in this language, and an error for many models elsewhere.
  if (type === 'disabled') warn('thinking.type: this provider decides by itself whether the model thinks')
  return { added: 0, ...(reasoning !== undefined && { reasoning }) }
}

function wishOf({ thinking, output_config: config }: JsonObject, maxTokens: number): Wish {
  const wanted = config == null ? undefined : objectAt(config, 'output_config').effort
  const effort = wanted == null ? {} : { effort: wordAt(wanted, 'output_config.effort', efforts) }
  if (thinking == null) return { type: undefined, ...effort }
  const given = objectAt(thinking, 'thinking')
  const type = wordAt(given.type, 'thinking.type', ['enabled', 'disabled', 'adaptive', 'between_tools'])
  const shown = typeof given.display === 'string' ? { display: given.display } : {}
  if (type !== 'enabled') return { type, ...shown, ...effort }
  const budget = wholeAt(given.budget_tokens, 'thinking.budget_tokens')
  if (budget >= maxTokens) wrong('thinking.budget_tokens', 'has to be less than "max_tokens"')
  return { type, budget, ...shown, ...effort }
}

const toAnthropic = ({ type, budget, display, effort }: Wish): JsonObject => ({
  ...(type !== undefined && {
    thinking: {
      type,
      ...(budget !== undefined && { budgetTokens: budget }),
      ...(type === 'adaptive' && display !== undefined && { display }),
    },
  }),
  ...(effort !== undefined && { effort }),
})

function toBedrock({ type, budget, display, effort }: Wish): JsonObject {
  const config = {
    ...(type !== undefined && type !== 'between_tools' && { type }),
    ...(budget !== undefined && { budgetTokens: budget }),
    ...(type === 'adaptive' && display !== undefined && { display }),
    ...(effort !== undefined && { maxReasoningEffort: effort }),
  }
  return Object.keys(config).length === 0 ? {} : { reasoningConfig: config }
}

/** Budgets (tokens) as the words that other vendors know: what coding agents call "think", "think hard", "ultrathink". */
const effortOf = (budget: number): Asked => (budget <= 4096 ? 'low' : budget <= 12_288 ? 'medium' : 'high')
