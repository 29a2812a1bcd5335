import { booleanAt, numberAt, objectAt, wordAt, wrong } from '../../../src/request/border.ts'
import { type Circumstances, type Measure, measure, type Wish } from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

const FIELD = 'generationConfig.thinkingConfig'
const LEVELS = ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const
/** The model decides by itself. */
const DYNAMIC = -1

interface Given extends Wish {
  readonly isShown: boolean
}

/** How much the model shall think: https://ai.google.dev/gemini-api/docs/thinking */
export function readThinking(
  config: JsonObject,
  { prompt, limit, reading }: Pick<Circumstances, 'prompt' | 'limit'> & { readonly reading: Reading },
): Measure {
  const { kin, warn } = reading
  const { isShown, ...wish } = wishOf(config)
  const measured = measure(wish, { thinking: kin.thinking, prompt, limit, field: FIELD, warn })
  if (!kin.isGoogle || !isShown || kin.thinking?.thinks === false) return measured
  const { thinkingConfig: told } = measured.options ?? {}
  return {
    ...measured,
    options: { thinkingConfig: { ...(told as JsonObject | undefined), includeThoughts: true } },
  }
}

function wishOf({ thinkingConfig }: JsonObject): Given {
  if (thinkingConfig == null) return { isShown: false }
  const { thinkingBudget: tokens, thinkingLevel, includeThoughts } = objectAt(thinkingConfig, FIELD)
  const isShown = includeThoughts != null && booleanAt(includeThoughts, `${FIELD}.includeThoughts`)
  const level = thinkingLevel == null ? LEVELS[0] : wordAt(thinkingLevel, `${FIELD}.thinkingLevel`, LEVELS)
  if (tokens == null) return { isShown, ...(level !== LEVELS[0] && { effort: effortsOf[level] }) }
  const budget = numberAt(tokens, `${FIELD}.thinkingBudget`)
  if (!Number.isSafeInteger(budget) || budget < DYNAMIC)
    wrong(
      `${FIELD}.thinkingBudget`,
      'is no number of tokens: send a whole number, or -1 to let the model decide',
    )
  if (budget === DYNAMIC) return { isShown }
  return budget === 0 ? { isShown, effort: 'none' } : { isShown, budget }
}

const effortsOf = { MINIMAL: 'minimal', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' } as const

/** Who does not ask for thoughts does not want to see them: many clients would take them for the answer. */
export function showsThoughts({ generationConfig }: JsonObject): boolean {
  const { thinkingConfig } = (generationConfig ?? {}) as JsonObject
  return ((thinkingConfig ?? {}) as JsonObject).includeThoughts === true
}
