import { isObject, listOf, objectOf, textOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { Budget, Thinking } from '../../../src/contract/thinking.ts'
import {
  budgetOf,
  effortOf,
  nearestEffort,
  noRoomFor,
  REFUSES_THOUGHTS,
} from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'

/**
 * Behind a name of the operator's own a client cannot know which Claude answers, and each generation refuses how another
 * one is asked to think. What is not known of a model is left as it is.
 */

/** What Anthropic takes for an effort that was not told. */
export const DEFAULT_EFFORT = 'high'

export const UNKNOWN_EFFORT = 'output_config.effort: this model knows no efforts, and was not told one'

/** It may be left to the model how much it thinks. */
export const knowsAdaptive = ({ thinks, budget }: Thinking): boolean =>
  thinks !== false && (budget === undefined || budget.hasEfforts === true)

export const knowsEfforts = (thinking: Thinking): boolean =>
  knowsAdaptive(thinking) || thinking.budget?.takesEffort === true

/** Efforts that only other makers have a word for: an operator may set them (see `preset.ts`), and Anthropic refuses them. */
export const otherEfforts = ['none', 'minimal'] as const

/** The same in Anthropic's words; the same object where it is said in them already. */
export function withoutOtherEfforts(body: JsonObject): JsonObject {
  const config = objectOf(body.output_config)
  if (config.effort === 'minimal') return { ...body, output_config: { ...config, effort: 'low' } }
  return config.effort === 'none' ? { ...withoutEffort(body), thinking: { type: 'disabled' } } : body
}

/** A body in the words of the generation that it goes to; the same object where it is in them already. */
export function inItsWords(body: JsonObject, thinking: Thinking | undefined, warn: Warn): JsonObject {
  if (thinking === undefined || (body.thinking == null && body.output_config == null)) return body
  const { type } = objectOf(body.thinking)
  if (type === 'enabled' && thinking.decides) return deciding(body)
  if (type === 'disabled' && thinking.always) return withLittle(body, warn)
  const isAsked = type === 'enabled' || type === 'adaptive'
  const { budget } = thinking
  if (thinking.thinks === false && isAsked) {
    warn(`thinking: ${REFUSES_THOUGHTS}`)
    return withoutThinking(withoutEffort(body))
  }
  const told = type === 'adaptive' && budget && !knowsAdaptive(thinking) ? budgeted(body, budget, warn) : body
  if (objectOf(body.output_config).effort == null) return told
  if (knowsEfforts(thinking)) return withEffort(told, thinking, warn)
  if (told === body) warn(UNKNOWN_EFFORT)
  return withoutEffort(told)
}

/** Who cannot be kept from it thinks little, unless the client says how much. */
function withLittle(body: JsonObject, warn: Warn): JsonObject {
  warn('thinking.type: this model always thinks, and was told to do so with little effort')
  const { effort, ...config } = objectOf(body.output_config)
  return { ...withoutThinking(body), output_config: { ...config, effort: effort ?? 'low' } }
}

/** A budget becomes the effort that it stands for, unless the client says one. */
function deciding(body: JsonObject): JsonObject {
  const { budget_tokens: budget, ...thinking } = objectOf(body.thinking)
  const config = objectOf(body.output_config)
  const effort = config.effort ?? (typeof budget === 'number' ? effortOf(budget) : undefined)
  return {
    ...body,
    thinking: { ...thinking, type: 'adaptive' },
    ...(effort !== undefined && { output_config: { ...config, effort } }),
  }
}

/** How much is left to the model becomes a budget: that of the effort. */
function budgeted(body: JsonObject, budget: Budget, warn: Warn): JsonObject {
  const { effort } = objectOf(body.output_config)
  const limit = typeof body.max_tokens === 'number' ? body.max_tokens : undefined
  const budget_tokens = budgetOf(typeof effort === 'string' ? effort : DEFAULT_EFFORT, budget, limit)
  if (budget_tokens !== undefined)
    return { ...body, thinking: { ...objectOf(body.thinking), type: 'enabled', budget_tokens } }
  warn(`thinking: ${noRoomFor(budget)}`)
  return withoutThinking(body)
}

/** The client's own effort, or the nearest that the model takes. */
export function effortFor<E extends string>(effort: E, thinking: Thinking, warn: Warn) {
  const known = nearestEffort(effort, thinking)
  if (known !== effort)
    warn(`output_config.effort: this model does not know "${effort}", and was told "${known}"`)
  return known
}

function withEffort(body: JsonObject, thinking: Thinking, warn: Warn): JsonObject {
  const { effort, ...config } = objectOf(body.output_config)
  const known = typeof effort === 'string' ? effortFor(effort, thinking, warn) : effort
  return known === effort ? body : { ...body, output_config: { ...config, effort: known } }
}

function withoutEffort(body: JsonObject): JsonObject {
  const { output_config, ...rest } = body
  const { effort: _, ...config } = objectOf(output_config)
  return Object.keys(config).length > 0 ? { ...rest, output_config: config } : rest
}

/** Nor with what shall become of thoughts: that is refused where nobody is asked to think. */
export function withoutThinking({ thinking: _, ...body }: JsonObject): JsonObject {
  const { context_management: context, ...rest } = body
  if (!isObject(context)) return body
  const edits = listOf(context.edits).filter(
    edit => !textOf(objectOf(edit).type).startsWith('clear_thinking'),
  )
  return edits.length > 0 ? { ...rest, context_management: { ...context, edits } } : rest
}
