import { objectOf } from '../../../src/contract/loose-json.ts'
import { before, cap, overrule, type Preset, spelled, type Tell } from '../../../src/contract/preset.ts'
import { textAt } from '../../../src/request/border.ts'
import { budgetOf, effortOf } from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import { withoutThinking } from './generations.ts'

/** A message with what an operator has set. */
export function preset(body: JsonObject, set: Preset, tell: Tell): JsonObject {
  const { max_output_tokens: most } = set
  const asked = sampled(presetOfPrompt(body, set, tell), set, tell)
  return most === undefined ? asked : limited(asked, most, tell)
}

/** The same of a prompt whose tokens are only counted. */
export function presetOfPrompt(
  body: JsonObject,
  { reasoning_effort: effort, instructions }: Preset,
  tell: Tell,
): JsonObject {
  const asked = effort === undefined ? body : withEffort(body, effort, tell)
  return instructions === undefined ? asked : { ...asked, system: instructed(body.system, instructions) }
}

/** Blocks stay blocks, with the points up to which they are cached. */
function instructed(system: unknown, instructions: string): unknown {
  if (Array.isArray(system)) return [{ type: 'text', text: instructions }, ...(system as unknown[])]
  return before(instructions, system == null ? '' : textAt(system, 'system'))
}

/** An effort alone makes nobody think here. Who has to call a tool may not think before. */
function withEffort(body: JsonObject, effort: string, tell: Tell): JsonObject {
  const { thinking, output_config, tool_choice } = body
  const config = spelled(objectOf(output_config), tell, 'output_config.')
  const set = overrule(config, { effort }, (field, value) => tell(`output_config.${field}`, value))
  const told = { ...body, output_config: { ...config, ...set } }
  const { type, display } = objectOf(thinking)
  if (effort === 'none' || forced.has(objectOf(tool_choice).type)) {
    if (thinking != null && type !== 'disabled') tell('thinking', undefined)
    return withoutThinking(told)
  }
  if (thinking != null && type !== 'adaptive') tell('thinking', { type: 'adaptive' })
  return { ...told, thinking: { type: 'adaptive', ...(display !== undefined && { display }) } }
}

const forced = new Set<unknown>(['any', 'tool'])

/**
 * Of temperature and `top_p` Claude takes one, and neither beside thoughts: what is set goes before what the client says,
 * and an effort before both.
 */
function sampled(
  body: JsonObject,
  { temperature, top_p, reasoning_effort: effort }: Preset,
  tell: Tell,
): JsonObject {
  if (effort !== undefined && effort !== 'none') return without(body, ['temperature', 'top_p', 'top_k'], tell)
  if (temperature !== undefined)
    return { ...without(body, ['top_p'], tell), ...overrule(body, { temperature }, tell) }
  if (top_p !== undefined)
    return { ...without(body, ['temperature'], tell), ...overrule(body, { top_p }, tell) }
  return body
}

function without(body: JsonObject, fields: readonly string[], tell: Tell): JsonObject {
  const gone = fields.filter(field => body[field] != null)
  for (const field of gone) tell(field, undefined)
  if (gone.length === 0) return body
  return Object.fromEntries(Object.entries(body).filter(([field]) => !gone.includes(field)))
}

/** The least that Anthropic takes for a budget (tokens). */
const LEAST_BUDGET = 1024

/** A budget of the client's is a part of the limit, and has to stay one. */
function limited(body: JsonObject, most: number, tell: Tell): JsonObject {
  // Who asks for nothing only wants the prompt to be cached.
  const limit = cap(body, 'max_tokens', most, tell, 0)
  const { type, budget_tokens: budget } = objectOf(body.thinking)
  const asked = { ...body, ...limit }
  if (limit.max_tokens === undefined || type !== 'enabled' || typeof budget !== 'number' || budget < most)
    return asked
  const budget_tokens = budgetOf(effortOf(budget), { least: LEAST_BUDGET }, most)
  tell('thinking.budget_tokens', budget_tokens)
  return budget_tokens === undefined
    ? withoutThinking(asked)
    : { ...asked, thinking: { ...objectOf(body.thinking), budget_tokens } }
}
