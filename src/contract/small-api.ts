import { plainRefusal } from '../errors.ts'
import type { Dialect } from './dialect.ts'
import { failureOf, parseObject } from './loose-json.ts'

/**
 * What OpenAI's smaller APIs have in common: errors as `{ error }`, no usage to ask for, and streams, where there are
 * any, whose events say their `type`; the one that ends in `.done` or `.completed` is the last.
 */
export const smallApi = {
  forwardedHeaders: ['openai-beta', 'idempotency-key'],
  isStream: body => body.stream === true || body.stream === 'true',
  failure: part => (part.error == null ? undefined : failureOf(part.error)),
  isUsageOnly: () => false,
  endOf(data) {
    if (data === '[DONE]') return 'stream'
    if (!LAST.test(data)) return undefined
    const { type, error } = parseObject(data)
    return error != null || (typeof type === 'string' && LAST_TYPE.test(type)) ? 'stream' : undefined
  },
  refusalEvent: refusal => `data: ${JSON.stringify(plainRefusal(refusal))}\n\n`,
} as const satisfies Partial<Dialect>

/** Worth a closer look. */
const LAST = /\.done"|\.completed"|"error"/
const LAST_TYPE = /\.(?:done|completed)$/
