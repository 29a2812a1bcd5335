import type { Lens } from '../../../src/contract/dialect.ts'
import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import { entryOf } from '../../../src/request/border.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'
import { costIn } from '../../../src/vendors/openai-usage.ts'
import { claudeTerms } from '../../families/claude-usage.ts'
import { count } from './read.ts'
import { statusOfType } from './refusal.ts'

/** How answers are read: https://platform.claude.com/docs/en/api/messages and …/build-with-claude/streaming */
export const lens: Lens = {
  usage(part, earlier) {
    const { usage } = isObject(part.message) ? part.message : part
    if (!isObject(usage)) return undefined
    const told = toUsage(usage, earlier)
    // Who does not know yet what a prompt costs begins with zeros: nothing is told by that.
    return part.type === 'message_start' && isNothing(told) ? earlier : told
  },
  failure(part) {
    if (part.type !== 'error' && !isObject(part.error)) return undefined
    const { type, message } = objectOf(part.error)
    const words = typeof message === 'string' ? message : 'no message'
    return { status: entryOf(statusOfType, type) ?? 502, message: words }
  },
  // Every event that reports usage says something else too, and clients get usage unasked.
  isUsageOnly: () => false,
  endOf: data => (MAY_END.test(data) && isEnd(data) ? 'stream' : undefined),
  finish({ stop_reason, delta, message }) {
    const reason = stop_reason ?? objectOf(delta).stop_reason ?? objectOf(message).stop_reason
    return typeof reason === 'string' ? reason : undefined
  },
  isPreamble: event => entryOf(preambles, event.type)?.(event) ?? false,
  modelAt: [['model'], ['message', 'model']],
}

/** Worth a closer look; an answer may also talk about these words. */
const MAY_END = /"type"\s*:\s*"(?:message_stop|error)"/

function isEnd(data: string): boolean {
  try {
    const event: unknown = JSON.parse(data)
    return isObject(event) && (event.type === 'message_stop' || event.type === 'error')
  } catch {
    return false
  }
}

/** Events that a client could not tell from silence. Which tool is called is something to see; an empty text is not. */
const preambles: Readonly<Record<string, (event: JsonObject) => boolean>> = {
  message_start: () => true,
  ping: () => true,
  content_block_start: ({ content_block }) => isEmpty(objectOf(content_block)),
  content_block_delta: ({ delta }) => isEmpty(objectOf(delta)),
}

const isEmpty = ({ type, text, thinking, citations }: JsonObject): boolean =>
  (type === 'text' || type === 'text_delta'
    ? text === ''
    : (type === 'thinking' || type === 'thinking_delta') && thinking === '') &&
  !(Array.isArray(citations) && citations.length > 0)

/**
 * The parts are disjoint already. What a stream tells at its end is cumulative: it takes the place of what its beginning
 * told, except where it is silent, or says 0 for an input that there was. Thinking is part of the output.
 */
function toUsage(usage: JsonObject, earlier: Usage | undefined): Usage {
  const extra = compactions(usage.iterations)
  const told = count(usage.output_tokens)
  const output = told === undefined ? (earlier?.output ?? 0) + (earlier?.reasoning ?? 0) : told + extra.output
  const thought = count(objectOf(usage.output_tokens_details).thinking_tokens) ?? earlier?.reasoning ?? 0
  const reasoning = Math.min(thought, output)
  // Anthropic itself tells no cost; routers that speak its language do.
  const reportedCost = costIn(usage) ?? earlier?.reportedCost
  const terms = both(earlier?.terms, claudeTerms(usage))
  return {
    ...toInput(usage, earlier, extra.input),
    output: output - reasoning,
    reasoning,
    ...(reportedCost !== undefined && { reportedCost }),
    ...(terms !== undefined && { terms }),
  }
}

/** What an event is silent about, it does not take back. */
const both = (earlier: string | undefined, now: string | undefined): string | undefined =>
  earlier === undefined || now === undefined
    ? (earlier ?? now)
    : [...new Set(`${earlier} ${now}`.split(' '))].join(' ')

function toInput(usage: JsonObject, earlier: Usage | undefined, extra: number) {
  const [input, read, written] = inputFields.map(field => count(usage[field]))
  const isSilent = !input && !read && !written && earlier !== undefined
  const hour = count(objectOf(usage.cache_creation).ephemeral_1h_input_tokens) ?? earlier?.cacheWriteHour
  const before = (earlier?.cacheWrite ?? 0) + (earlier?.cacheWriteHour ?? 0)
  const cacheWrite = isSilent ? before : (written ?? before)
  const cacheWriteHour = hour === undefined ? undefined : Math.min(hour, cacheWrite)
  return {
    input: isSilent ? earlier.input : input === undefined ? (earlier?.input ?? 0) : input + extra,
    cacheRead: isSilent ? earlier.cacheRead : (read ?? earlier?.cacheRead ?? 0),
    cacheWrite: cacheWrite - (cacheWriteHour ?? 0),
    ...(cacheWriteHour !== undefined && { cacheWriteHour }),
  }
}

const isNothing = ({ input, cacheRead, cacheWrite, cacheWriteHour = 0, output }: Usage): boolean =>
  input + cacheRead + cacheWrite + cacheWriteHour + output === 0

const inputFields = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const

/** Compacting the context is billed, and the totals leave it out: https://platform.claude.com/docs/en/build-with-claude/compaction */
function compactions(iterations: unknown): { input: number; output: number } {
  const sum = { input: 0, output: 0 }
  if (!Array.isArray(iterations)) return sum
  for (const each of iterations) {
    if (!isObject(each) || each.type !== 'compaction') continue
    sum.input += count(each.input_tokens) ?? 0
    sum.output += count(each.output_tokens) ?? 0
  }
  return sum
}
