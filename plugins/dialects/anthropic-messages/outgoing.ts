import type { Toward } from '../../../src/contract/dialect.ts'
import { isObject, listOf, objectOf } from '../../../src/contract/loose-json.ts'
import { lacksThoughts, NEEDS_THOUGHTS, type Step } from '../../../src/translate/thinking.ts'
import type { JsonObject } from '../../../src/types.ts'
import { withoutCarried } from './carry.ts'
import { inItsWords, withoutOtherEfforts, withoutThinking } from './generations.ts'
import { withoutLateSystem } from './late-system.ts'

/**
 * A conversation that moves to Anthropic: it refuses what we carry for others, efforts that only others have words for, to
 * think between calls of tools when somebody else made the first of them, and what another generation of its models takes.
 */
export function outgoing(given: JsonObject, { thinking, refusesLateSystem, warn }: Toward): JsonObject {
  const own = withoutOtherEfforts(withoutCarried(given))
  const body = inItsWords(refusesLateSystem ? withoutLateSystem(own) : own, thinking, warn)
  const isAsked = objectOf(body.thinking).type === 'enabled'
  if (!isAsked || !thinking?.budget?.isWithinLimit || !lacksThoughts(listOf(body.messages).map(stepOf)))
    return body
  warn(`thinking: ${NEEDS_THOUGHTS}`)
  return withoutThinking(body)
}

function stepOf(message: unknown): Step {
  const { role, content } = objectOf(message)
  const types = listOf(content).map(block => (isObject(block) ? block.type : undefined))
  if (role !== 'assistant') return types.includes('tool_result') ? 'results' : 'asked'
  return types[0] === 'thinking' || types[0] === 'redacted_thinking' ? 'thought' : 'said'
}
