import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import { booleanAt, objectAt, wholeAt, wordAt } from '../../../src/border.ts'
import { isObject } from '../../../src/lens.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

type Effort = NonNullable<LanguageModelV4CallOptions['reasoning']>

export interface Reasoning {
  readonly reasoning?: Effort
  /** Options of the call. */
  readonly options?: JsonObject
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

/** What a client may say about it: an effort, a budget (tokens), or both. */
interface Wish {
  readonly effort?: (typeof efforts)[number]
  readonly budget?: number
}

/**
 * How much the model shall think: OpenAI's `reasoning_effort`, OpenRouter's `reasoning`, or the `thinking` that several
 * vendors took over from Anthropic.
 */
export function readReasoning(
  body: JsonObject,
  prompt: readonly LanguageModelV4Message[],
  { kin, model, warn }: Reading,
): Reasoning {
  const { effort, budget } = wishOf(body)
  if (effort === undefined && budget === undefined) return {}
  const isOff = effort === 'none'
  if (kin.isClaude && !isOff && wantsThoughts.test(model) && isAmidCalls(prompt)) {
    warn(
      'reasoning_effort: this model thinks in the middle of its work with tools only where "reasoning_details" of its last message come back',
    )
    return {}
  }
  if (budget !== undefined && !isOff) {
    if (kin.key === 'anthropic') return { options: { thinking: { type: 'enabled', budgetTokens: budget } } }
    if (kin.isClaude) return { options: { reasoningConfig: { type: 'enabled', budgetTokens: budget } } }
    if (kin.keys.includes('google'))
      return { options: { thinkingConfig: { thinkingBudget: budget, includeThoughts: !isHidden(body) } } }
  }
  return {
    reasoning: effort ?? effortOf(budget!),
    // Gemini keeps its thoughts to itself unless it is asked for them.
    ...(kin.keys.includes('google') &&
      !isOff && { options: { thinkingConfig: { includeThoughts: !isHidden(body) } } }),
  }
}

function wishOf({ reasoning_effort: word, reasoning, thinking }: JsonObject): Wish {
  const effort = word == null ? {} : { effort: wordAt(word, 'reasoning_effort', efforts) }
  const given = reasoning == null ? {} : objectAt(reasoning, 'reasoning')
  const told = {
    ...(given.effort != null && { effort: wordAt(given.effort, 'reasoning.effort', efforts) }),
    ...(given.max_tokens != null && { budget: wholeAt(given.max_tokens, 'reasoning.max_tokens') }),
  }
  const switched =
    given.enabled == null || told.effort
      ? {}
      : switchedBy(booleanAt(given.enabled, 'reasoning.enabled'), told)
  return { ...readThinking(thinking), ...switched, ...told, ...effort }
}

function switchedBy(isOn: boolean, told: Wish): Wish {
  if (!isOn) return { effort: 'none' }
  return told.budget === undefined ? { effort: 'medium' } : {}
}

function readThinking(thinking: unknown): Wish {
  if (thinking == null) return {}
  const given = objectAt(thinking, 'thinking')
  const type = wordAt(given.type, 'thinking.type', ['enabled', 'disabled', 'adaptive', 'auto'])
  if (type === 'disabled') return { effort: 'none' }
  if (given.budget_tokens != null) return { budget: wholeAt(given.budget_tokens, 'thinking.budget_tokens') }
  return type === 'enabled' ? { effort: 'medium' } : {}
}

/** The client does not want to see what the model thinks. */
export const isHidden = ({ reasoning, include_reasoning: shown }: JsonObject): boolean =>
  shown === false || (isObject(reasoning) && reasoning.exclude === true)

/** Budgets (tokens) as the words that other vendors know. */
const effortOf = (budget: number): Effort => (budget <= 4096 ? 'low' : budget <= 12_288 ? 'medium' : 'high')

/** Claude before it thought adaptively: with thinking on, its turns with tools must begin with what it thought. */
const wantsThoughts = /claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[015]\b|-\d{8}|@|$))/

/** The tools have answered, and what the model thought when it called them is not there. */
function isAmidCalls(prompt: readonly LanguageModelV4Message[]): boolean {
  const at = prompt.findLastIndex(({ role }) => role === 'assistant')
  const last = prompt[at]
  if (last?.role !== 'assistant' || prompt[at + 1]?.role !== 'tool') return false
  return last.content[0]?.type !== 'reasoning'
}
