import { hasAny, type Question, questionIn, type Words } from '../../../src/contract/question.ts'
import type { JsonObject } from '../../../src/types.ts'

const words: Words = {
  field: 'messages',
  roles: ['system', 'developer', 'user', 'assistant'],
  turn: ['role', 'content', 'name'],
  types: ['text'],
  // Some providers take marks for their cache here, too.
  part: ['type', 'text', 'cache_control'],
}

/** With several answers to it, or tools, it is more than a question. */
export const question = (body: JsonObject): Question | undefined =>
  (body.n ?? 1) === 1 && !hasAny(body, ['tools', 'functions', 'web_search_options'])
    ? questionIn(body, words)
    : undefined
