import { hasAny, type Question, questionIn, type Words } from '../../../src/contract/question.ts'
import type { JsonObject } from '../../../src/types.ts'

const words: Words = {
  field: 'input',
  roles: ['system', 'developer', 'user', 'assistant'],
  turn: ['type', 'role', 'content', 'id', 'status'],
  types: ['input_text', 'output_text', 'text'],
  part: ['type', 'text', 'annotations', 'logprobs'],
}

/** With tools it is more than a question. */
export const question = (body: JsonObject): Question | undefined =>
  hasAny(body, ['tools']) ? undefined : questionIn(body, words)
