import { isObject } from '../../../src/contract/loose-json.ts'
import { booleanAt, objectAt, wholeAt, wordAt } from '../../../src/request/border.ts'
import {
  type Circumstances,
  type Measure,
  measure,
  type Wish,
  withOptions,
} from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

/**
 * How much the model shall think: OpenAI's `reasoning_effort`, OpenRouter's `reasoning`, or the `thinking` that several
 * vendors took over from Anthropic.
 */
export function readReasoning(
  body: JsonObject,
  { prompt, limit, reading }: Pick<Circumstances, 'prompt' | 'limit'> & { readonly reading: Reading },
): Measure {
  const { kin, warn } = reading
  const { thinking } = kin
  const field = fields.find(each => body[each] != null) ?? fields[0]
  const wish = wishOf(body)
  const measured = measure(wish, { thinking, prompt, limit, field, warn })
  const isThinking = measured.options !== undefined || (measured.reasoning ?? 'none') !== 'none'
  if (!isThinking || !kin.keys.includes('google')) return measured
  // Gemini keeps its thoughts to itself unless it is asked for them.
  const shown = { thinkingConfig: { includeThoughts: !isHidden(body) } }
  return { ...measured, options: withOptions(measured.options, shown) }
}

const fields = ['reasoning_effort', 'reasoning', 'thinking'] as const

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
