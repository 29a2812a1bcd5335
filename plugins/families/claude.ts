import type { LanguageModelV4, SharedV4Warning } from '@ai-sdk/provider'
import type { AdaptFacts, Endings } from '../../src/contract/provider.ts'
import type { Thinking } from '../../src/contract/thinking.ts'
import { withLayer } from '../../src/translate/layer.ts'
import type { Sampling } from '../../src/translate/sampling.ts'
import type { ToolNames } from '../../src/translate/tool-names.ts'
import type { JsonObject } from '../../src/types.ts'

/** Those that came before thinking, or refuse it. */
const THOUGHTLESS = /claude-(?:v?[12]|instant|3-(?:5|opus|sonnet|haiku))/

/** Those that are told a budget. The last of them also think as much as they want to, and know efforts. */
const BUDGETED = /claude-(?:3-7|(?:opus|sonnet|haiku)-4(?:-[0156]\b|-\d{8}|@|$))/
const LAST_BUDGETED = /claude-(?:opus|sonnet|haiku)-4-6/
/** It knew efforts first, beside its budget. */
const FIRST_WITH_EFFORTS = /claude-opus-4-5/

/** Those that know efforts, and not yet the highest: https://platform.claude.com/docs/en/build-with-claude/effort */
const WITHOUT_XHIGH = /claude-(?:(?:opus|sonnet|haiku)-4-6|mythos-preview)/

/** Those that refuse a budget, and to be told how to sample. Names that are newer than this line are left alone. */
const DECIDING = /claude-(?:opus-4-[789]|(?:opus|sonnet|haiku|fable|mythos)-[5-9])\b/

/** Those that refuse to be told not to think. */
const ALWAYS = /claude-(?:(?:opus|sonnet)-5-5|fable-5)/

/** Those that take words of the system at the beginning only: "role 'system' is not supported on this model" */
const EARLY_SYSTEM =
  /claude-(?:v?[12]|instant|3|(?:opus|sonnet|haiku)-4(?!-[89])|sonnet-5(?!-\d\b)|mythos-preview)/

/** https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages */
export const refusesLateSystem = (model: string): boolean => EARLY_SYSTEM.test(model)

/**
 * How Claude thinks, at whatever cloud: https://platform.claude.com/docs/en/build-with-claude/extended-thinking.
 * `toOptions` is how the cloud's package is told a budget.
 */
export const claude =
  (toOptions: (tokens: number) => JsonObject) =>
  (model: string): Thinking => {
    const refused = refusedEfforts(model)
    return {
      ...waysOf(model, toOptions),
      ...(ALWAYS.test(model) && { always: true }),
      ...(refused && { refusesEfforts: refused }),
    }
  }

function refusedEfforts(model: string): ReadonlySet<string> | undefined {
  if (FIRST_WITH_EFFORTS.test(model)) return new Set(['xhigh', 'max'])
  return WITHOUT_XHIGH.test(model) ? new Set(['xhigh']) : undefined
}

function waysOf(model: string, toOptions: (tokens: number) => JsonObject): Thinking {
  if (THOUGHTLESS.test(model)) return { thinks: false }
  if (!BUDGETED.test(model)) return DECIDING.test(model) ? { decides: true } : {}
  const budget = { least: 1024, toOptions, isWithinLimit: true } as const
  if (LAST_BUDGETED.test(model)) return { budget: { ...budget, hasEfforts: true } }
  return { budget: FIRST_WITH_EFFORTS.test(model) ? { ...budget, takesEffort: true } : budget }
}

/** "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'" */
export const claudeNames: ToolNames = { fits: /^[a-zA-Z0-9_-]{1,128}$/, longest: 128 }

/** "stop_sequences: each stop sequence must contain non-whitespace"; "`temperature` and `top_p` cannot both be specified" */
export const claudeSampling: Sampling = { refusesBlankStops: true, either: ['temperature', 'topP'] }

/**
 * A turn in which the provider's own tools have run too often is paused, not done: whoever sends it back gets the rest. For
 * languages without a word for that it was cut, so that nobody takes it for the whole answer.
 */
export const claudeEndings: Endings = { pause_turn: 'length' }

/** What an operator has set of that for a body that passes (see `Provider.adapt`): models that decide themselves refuse it. */
export function withoutSampling(body: JsonObject, { model, warn }: AdaptFacts): JsonObject {
  const gone = DECIDING.test(model) ? SAMPLING.filter(field => body[field] != null) : []
  for (const field of gone) warn(`${field}: is not supported by this model, and was left out`)
  return gone.length === 0
    ? body
    : Object.fromEntries(Object.entries(body).filter(([field]) => !gone.includes(field)))
}

const SAMPLING = ['temperature', 'top_p', 'top_k']

/**
 * Of a model that is newer than itself the package says what limit it has chosen: nothing that the client has asked for, and
 * so nothing to be told, or to be refused for.
 */
export const withSilentLimit = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    if (options.maxOutputTokens !== undefined) return { options }
    return {
      options,
      result: result => ({ ...result, warnings: result.warnings.filter(isTold) }),
      part: part =>
        part.type === 'stream-start' ? [{ ...part, warnings: part.warnings.filter(isTold) }] : [part],
    }
  })

const isTold = (warning: SharedV4Warning): boolean =>
  warning.type !== 'compatibility' || warning.feature !== 'maxOutputTokens'
