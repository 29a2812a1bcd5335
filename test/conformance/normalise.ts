import { isObject } from '../mock/heard.ts'
import type { Outcome } from './case.ts'

/** Ids that providers make up; those of tool calls are part of the answer, and stay. */
const ID = /^(?:chatcmpl|cmpl|msg|resp|rs|fc|ctc|modr|file|batch|req|rerank)[-_][\w-]+$/
/** Times, and what belongs to the request rather than to the answer. */
const timed = new Set(['created', 'created_at', 'completed_at', '_request_id', 'request_id'])

/** The same for two answers that differ in nothing but when and for whom they were made. */
export function normalise(outcome: Outcome): Outcome {
  const ids = new Map<string, string>()
  const name = (id: string) => {
    if (!ids.has(id)) ids.set(id, `id ${ids.size + 1}`)
    return ids.get(id)!
  }
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return ID.test(value) ? name(value) : unmarked(value)
    if (Array.isArray(value)) return value.map(walk)
    if (!isObject(value)) return value
    const isChunk = value.object === 'chat.completion.chunk' || value.object === 'text_completion'
    const kept = Object.entries(value).filter(
      // A chunk without usage says nothing with `null`; providers write it because the gateway asked.
      ([key, field]) => !timed.has(key) && !(isChunk && key === 'usage' && field === null),
    )
    return Object.fromEntries(kept.map(([key, field]) => [key, walk(field)]))
  }
  const { value, events, error } = outcome
  return {
    ...(value !== undefined && { value: walk(value) }),
    ...(events && { events: events.map(walk) }),
    ...(error && { error: walk({ ...error, message: undefined }) as typeof error }),
  }
}

/** Marks say which world they belong to. */
const unmarked = (text: string): string => text.replace(/\[\[[A-Z]:[a-z]+:/g, '[[')
