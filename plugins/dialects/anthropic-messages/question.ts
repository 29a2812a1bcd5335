import { hasAny, type Question, questionIn, type Words } from '../../../src/contract/question.ts'
import type { JsonObject } from '../../../src/types.ts'

const words: Words = {
  field: 'messages',
  roles: ['system', 'user', 'assistant'],
  turn: ['role', 'content'],
  types: ['text'],
  part: ['type', 'text', 'cache_control'],
}

/** With tools it is more than a question. */
export const question = (body: JsonObject): Question | undefined =>
  hasAny(body, ['tools', 'mcp_servers']) ? undefined : questionIn(body, words)
