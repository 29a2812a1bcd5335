import * as v from 'valibot'
import { isDialect } from '../../../src/contract/dialect.ts'
import { type Shaped, spelled, type Tell } from '../../../src/contract/preset.ts'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import type { Routed } from '../../../src/exchange.ts'
import type { Snapshot } from '../model.ts'

/** How a redirect asks its model: checked here, written into bodies by the dialects. */

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const
const MAX_INSTRUCTIONS = 20_000

const between = (least: number, most: number) => {
  const expected = `expected a number from ${least} to ${most}`
  return v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected))
}

const tokens = v.pipe(
  v.number('expected a whole number'),
  v.safeInteger('expected a whole number'),
  v.minValue(1, 'expected at least 1'),
)

const effort = v.pipe(
  v.picklist(efforts, `expected one of ${efforts.join(', ')}`),
  v.description('How much the model thinks before it answers'),
)

const instructions = v.pipe(
  v.string('expected a text'),
  v.trim(),
  v.nonEmpty('expected a text, it is blank'),
  v.maxLength(MAX_INSTRUCTIONS, `expected at most ${MAX_INSTRUCTIONS} characters`),
  v.description("Stand before the caller's own system prompt"),
)

const entries = {
  temperature: says('From 0, always the likeliest word, to 2', v.exactOptional(between(0, 2))),
  top_p: says('Only the likeliest words that together have this probability', v.exactOptional(between(0, 1))),
  max_output_tokens: v.exactOptional(v.pipe(tokens, v.description('The most: callers may ask for fewer'))),
  reasoning_effort: v.exactOptional(effort),
  instructions: v.exactOptional(instructions),
}

/** The field `parameters` of a redirect. */
export const parameters = v.pipe(
  v.strictObject(entries),
  v.check(
    set => Object.keys(set).length > 0,
    `expected at least one of ${Object.keys(entries).join(', ')}; leave the field out where nothing is set`,
  ),
)

/** The body of a call as the redirect that its client named asks it. */
export function shape(asked: Shaped, { endpoint, route }: Routed, { all }: Snapshot): Shaped {
  const source = route.targets[0]?.via[0]?.source
  const set = source === undefined ? undefined : all.get(source)?.parameters
  if (set === undefined || !isDialect(endpoint)) return asked
  if (endpoint.talk !== undefined)
    refuse('unsupported_operation', `"${source}" sets parameters, to which a conversation cannot be held`, {
      param: 'model',
    })
  if (endpoint.preset === undefined) return asked
  const told: string[] = []
  const tell: Tell = (field, value) => {
    const what = value === undefined ? 'leaves no room for it' : `sets ${JSON.stringify(value)}`
    told.push(`${field}: "${source}" ${what}`)
  }
  const given = endpoint.spelling === 'camel' ? asked.body : spelled(asked.body, tell)
  const body = endpoint.preset(given, set, tell)
  return { body, told: [...asked.told, ...told] }
}
