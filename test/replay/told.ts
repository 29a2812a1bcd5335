import { isObject, type Json, listOf, numberOf, objectOr, textOf } from '../mock/heard.ts'

export { isObject, type Json, listOf, numberOf, objectOr, textOf }

/** What an answer says, whatever language it is written in. */
export interface Told {
  readonly text: string
  /** What the model thought, as far as it can be read. */
  readonly thought: string
  /** Tools that the client has to run. */
  readonly calls: readonly ToldCall[]
  readonly finish: Finish | undefined
  readonly usage: ToldUsage | undefined
  /** The answer is an error, or ends in one. */
  readonly failed: boolean
  /** It said itself that it was complete. */
  readonly ended: boolean
}

export interface ToldCall {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

export type Finish = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other'

/** Tokens: what is cached is part of the input, reasoning of the output. */
export interface ToldUsage {
  readonly input: number
  readonly cacheRead: number
  readonly output: number
  readonly reasoning: number
}

/** An answer as it came: one object, or the events of a stream. */
export type Came =
  | { readonly kind: 'whole'; readonly json: Json }
  | { readonly kind: 'stream'; readonly events: readonly Json[] }

/** Arguments as the object that they stand for; none are an empty one. */
export function inputOf(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? {}
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Agents wait for a call of a tool where there is one, and for none where there is not. */
export function settle(finish: Finish | undefined, calls: readonly ToldCall[]): Finish | undefined {
  if (finish === 'stop' && calls.length > 0) return 'tool_calls'
  return finish === 'tool_calls' && calls.length === 0 ? 'stop' : finish
}

export const count = (value: unknown): number => numberOf(value) ?? 0

/** Calls that grow piece by piece, in the order in which they began. */
export function createCalls() {
  const calls = new Map<string | number, { id: string; name: string; text: string; input?: unknown }>()
  return {
    at(key: string | number) {
      const known = calls.get(key)
      if (known) return known
      const begun = { id: '', name: '', text: '' } as {
        id: string
        name: string
        text: string
        input?: unknown
      }
      calls.set(key, begun)
      return begun
    },
    all: (): ToldCall[] =>
      [...calls.values()].map(({ id, name, text, input }) => ({ id, name, input: input ?? inputOf(text) })),
  }
}
