import type { Plan } from '../mock/plan.ts'

/** One call of an official client, as data: the same for every client that speaks the language. */
export interface Case {
  /** `chat/tools/stream`: unique. */
  readonly id: string
  readonly language: Language
  /** The method of the client: `chat.completions.create`. */
  readonly call: string
  /** What it is given. `[[]]` becomes the mark by which the mock provider knows the case; the model is added. */
  readonly params: Readonly<Record<string, unknown>>
  readonly stream?: true
  /** How the mock provider answers. */
  readonly plan?: Plan
  /** Leaves the stream after so many events. */
  readonly leaveAfter?: number
  /** Milliseconds; retries are off then. */
  readonly timeout?: number
  readonly retries?: number
  /** Not for a client that has no such method. */
  readonly only?: 'js'
}

export type Language = 'chat' | 'messages' | 'responses'

/** What came of it. */
export interface Outcome {
  readonly value?: unknown
  readonly events?: readonly unknown[]
  readonly error?: Failure
}

export interface Failure {
  /** The class that the client threw. */
  readonly name: string
  readonly status?: number
  readonly code?: string | null
  readonly type?: string | null
  readonly message?: string
}

/** Which world it ran in: the provider alone, or the gateway before it. One letter each, so that texts are as long. */
export type World = 'A' | 'B'

/** Stands in a prompt, so that plans find their requests, and requests their cases. */
export const mark = (world: World, client: string, id: string): string => `[[${world}:${client}:${id}]]`

export const MARK = /\[\[([A-Z]):([a-z]+):([^\]]+)\]\]/

/** The same question, whole and as a stream. */
export const both = (
  one: Omit<Case, 'stream'> & { readonly streamed?: Readonly<Record<string, unknown>> },
): Case[] => {
  const { streamed, ...whole } = one
  const params = { ...whole.params, ...streamed, stream: true }
  return [whole, { ...whole, id: `${whole.id}/stream`, stream: true, params }]
}
