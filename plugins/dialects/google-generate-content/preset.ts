import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import { before, cap, overrule, type Preset, type Tell } from '../../../src/contract/preset.ts'
import { objectAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

const AT = 'generationConfig'

/** A body of generateContent with what an operator has set. */
export function preset(body: JsonObject, set: Preset, tell: Tell): JsonObject {
  const { temperature, top_p, reasoning_effort: effort, max_output_tokens: most, instructions } = set
  const asked =
    instructions === undefined ? body : { ...body, systemInstruction: instructed(body, instructions) }
  const said = body[AT] == null ? {} : objectAt(body[AT], AT)
  const tellOf: Tell = (field, value) => tell(`${AT}.${field}`, value)
  const config = {
    ...overrule(said, { temperature, topP: top_p }, tellOf),
    ...(most !== undefined && cap(said, 'maxOutputTokens', most, tellOf)),
    ...(effort !== undefined && { thinkingConfig: withEffort(said.thinkingConfig, effort, tellOf) }),
  }
  return Object.keys(config).length === 0 ? asked : { ...asked, [AT]: { ...said, ...config } }
}

/** The words of the operator as a part before those of the client. */
function instructed({ systemInstruction: said }: JsonObject, text: string): JsonObject {
  if (said == null) return { parts: [{ text }] }
  if (typeof said === 'string') return { parts: [{ text: before(text, said) }] }
  if (Array.isArray(said)) return { parts: [{ text }, ...(said as unknown[])] }
  const content = objectAt(said, 'systemInstruction')
  const parts = isObject(content.parts) ? [content.parts] : listOf(content.parts)
  return { ...content, parts: [{ text }, ...parts] }
}

/** The words that this language has for it; it takes one of a level and a number of tokens. */
const levels: Readonly<Record<string, string>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
}

function withEffort(given: unknown, effort: string, tell: Tell): JsonObject {
  const { thinkingBudget, thinkingLevel, ...said } = objectOf(given)
  const level = levels[effort]
  const set: JsonObject = level === undefined ? { thinkingBudget: 0 } : { thinkingLevel: level }
  for (const [field, value] of Object.entries({ thinkingBudget, thinkingLevel }))
    if (value != null && value !== set[field]) tell(`thinkingConfig.${field}`, set[field])
  return { ...said, ...set }
}
