import { hasAny, type Question, questionIn, type Words } from '../../../src/contract/question.ts'
import type { JsonObject } from '../../../src/types.ts'

const words: Words = {
  field: 'messages',
  roles: ['system', 'user', 'assistant'],
  turn: ['role', 'content'],
  types: [],
  part: [],
}

/** With tools it is more than a question. */
export const questionOfChat = (body: JsonObject): Question | undefined =>
  hasAny(body, ['tools']) ? undefined : questionIn(body, words)

/** With pictures, and what else goes past a chat, too. */
export const questionOfGenerate = (body: JsonObject): Question | undefined =>
  hasAny(body, ['images', 'suffix', 'template', 'raw', 'context'])
    ? undefined
    : questionIn(body, { ...words, field: 'prompt' })
