import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import { unsupported } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './sources.ts'

/** What the system says between turns, as a word of the user, where it may not speak there itself. */
export const asUsers = (words: string): string => `<system>\n${words}\n</system>`

/**
 * A body for a model of Anthropic's that refuses such words. What else stands there (tools that come and go) says nothing
 * that such a model has not in `tools`. The same object where there are none.
 */
export function withoutLateSystem(body: JsonObject): JsonObject {
  if (!Array.isArray(body.messages) || !body.messages.some(isSystem)) return body
  const messages = body.messages.map(said => (isSystem(said) ? toUser(said) : said))
  return { ...body, messages: messages.filter(said => said !== undefined) }
}

const isSystem = (message: unknown): message is JsonObject => isObject(message) && message.role === 'system'

function toUser({ content }: JsonObject): JsonObject | undefined {
  if (typeof content === 'string') return { role: 'user', content: asUsers(content) }
  if (!Array.isArray(content)) return undefined
  const texts = content.flatMap(block =>
    isObject(block) && typeof block.text === 'string' ? [{ ...block, text: asUsers(block.text) }] : [],
  )
  return texts.length > 0 ? { role: 'user', content: texts } : undefined
}

/** Tools that come and go amid a conversation: elsewhere a model is told of all of `tools` from the beginning. */
export const withoutToolChanges = (
  content: readonly unknown[],
  at: string,
  { warn }: Reading,
): readonly unknown[] =>
  content.filter((block, i) => {
    const { type, tool } = objectOf(block)
    if (type === 'tool_removal')
      warn(`${at}[${i}]: this provider cannot be told that a tool is gone, so it stays on offer`)
    else if (type !== 'tool_addition') return true
    else if (objectOf(tool).type === 'tool_definition')
      unsupported(`${at}[${i}].tool`, 'brings a tool that has to stand in "tools" for this provider')
    return false
  })
