import type { Warn } from '../../../src/contract/provider.ts'
import type { Thinking } from '../../../src/contract/thinking.ts'
import { objectAt, wholeAt, wordAt, wrong } from '../../../src/request/border.ts'
import {
  type Circumstances,
  type Measure,
  measure,
  type Wish,
  withOptions,
} from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import {
  DEFAULT_EFFORT,
  effortFor,
  knowsAdaptive,
  knowsEfforts,
  otherEfforts,
  UNKNOWN_EFFORT,
  withoutOtherEfforts,
} from './generations.ts'
import type { Reading } from './sources.ts'

const efforts = [...otherEfforts, 'low', 'medium', 'high', 'xhigh', 'max'] as const
type Asked = (typeof efforts)[number]

interface Given {
  readonly type: 'enabled' | 'disabled' | 'adaptive' | 'between_tools' | undefined
  readonly budget?: number
  readonly display?: string
  readonly effort?: Asked
}

interface Around extends Pick<Circumstances, 'prompt'> {
  /** For thoughts and answer together. */
  readonly limit: number
  readonly reading: Reading
}

/** How much the model shall think. */
export function readThinking(body: JsonObject, { limit, prompt, reading }: Around): Measure {
  const { kin, warn } = reading
  const { thinking } = kin
  const wish = wishOf(kin.isClaude ? withoutOtherEfforts(body) : body, limit)
  const { type, budget, effort } = wish
  if (type === 'between_tools' && !kin.isAnthropic)
    warn('thinking.type: this provider has no thinking between calls of tools alone')
  const ask = (wanted: Wish) => measure(wanted, { thinking, prompt, limit, field: 'thinking', warn })
  if (kin.isClaude) {
    const own = kin.isAnthropic ? toAnthropic : toBedrock
    const isLeft = type === 'adaptive' && thinking !== undefined && !knowsAdaptive(thinking)
    if (isLeft) return ask({ effort: effort ?? DEFAULT_EFFORT })
    if (budget === undefined) return { options: own(withKnownEffort(wish, thinking, warn)), limit }
    const { options, ...measured } = ask({ budget })
    // Those that take no budget think as much as they want to, with an effort.
    if (measured.reasoning !== undefined) return { ...measured, reasoning: effort ?? measured.reasoning }
    const known = withKnownEffort({ type: undefined, ...(effort && { effort }) }, thinking, warn)
    return { ...measured, options: withOptions(options, own(known)) }
  }
  const isOff = type === 'disabled'
  if (kin.keys.includes('google')) {
    const measured = ask(isOff ? { effort: 'none' } : { effort, budget })
    const isShown = (type === 'enabled' || type === 'adaptive') && wish.display !== 'omitted'
    if (!isShown || thinking?.thinks === false) return measured
    return {
      ...measured,
      options: withOptions(measured.options, { thinkingConfig: { includeThoughts: true } }),
    }
  }
  // Being told not to think is the rule in this language, and an error for many models elsewhere.
  if (isOff) warn('thinking.type: this provider decides by itself whether the model thinks')
  return ask({ effort, budget })
}

/** An effort that the model would refuse is left out. */
function withKnownEffort({ effort, ...wish }: Given, thinking: Thinking | undefined, warn: Warn): Given {
  if (effort === undefined) return wish
  if (thinking === undefined) return { ...wish, effort }
  if (knowsEfforts(thinking)) return { ...wish, effort: effortFor(effort, thinking, warn) }
  warn(UNKNOWN_EFFORT)
  return wish
}

function wishOf({ thinking, output_config: config }: JsonObject, maxTokens: number): Given {
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

const toAnthropic = ({ type, budget, display, effort }: Given): JsonObject => ({
  ...(type !== undefined && {
    thinking: {
      type,
      ...(budget !== undefined && { budgetTokens: budget }),
      ...(type === 'adaptive' && display !== undefined && { display }),
    },
  }),
  ...(effort !== undefined && { effort }),
})

function toBedrock({ type, budget, display, effort }: Given): JsonObject {
  const config = {
    ...(type !== undefined && type !== 'between_tools' && { type }),
    ...(budget !== undefined && { budgetTokens: budget }),
    ...(type === 'adaptive' && display !== undefined && { display }),
    ...(effort !== undefined && { maxReasoningEffort: effort }),
  }
  return Object.keys(config).length === 0 ? {} : { reasoningConfig: config }
}
