import type { Toward } from '../../../src/contract/dialect.ts'
import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import type { Thinking } from '../../../src/contract/thinking.ts'
import { budgetOf } from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import { withoutCarried } from './carry.ts'

/** A conversation that moves to Google, which refuses what we carry for others, and levels where it counts tokens. */
export const outgoing = (body: JsonObject, { model = '', thinking }: Toward): JsonObject =>
  inItsWords(withoutCarried(body, model), thinking)

/** The same of a prompt to be counted, which may stand in a call of its own that names the model again. */
export function outgoingCount(body: JsonObject, toward: Toward): JsonObject {
  const { generateContentRequest: inner } = body
  if (!isObject(inner)) return outgoing(body, toward)
  const { model = '' } = toward
  return { ...body, generateContentRequest: { ...outgoing(inner, toward), model: `models/${model}` } }
}

/** Some generations are told a level of thinking, and those before them a number of tokens. */
function inItsWords(body: JsonObject, thinking: Thinking | undefined): JsonObject {
  const config = objectOf(body.generationConfig)
  const { thinkingLevel, ...told } = objectOf(config.thinkingConfig)
  const rule = thinking?.budget
  if (rule === undefined || typeof thinkingLevel !== 'string') return body
  const tokens = budgetOf(thinkingLevel.toLowerCase(), rule, rule.most)
  const thinkingConfig = { thinkingBudget: tokens, ...told }
  return { ...body, generationConfig: { ...config, thinkingConfig } }
}
