import { toCall } from '../../../plugins/dialects/openai-responses/call.ts'
import type { JsonObject } from '../../../src/types.ts'
import { compatible, refusedWith } from '../scripted.ts'

export { compatible, createScripted, facts, finish, result, streamOf, to, usage } from '../scripted.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
export type Any = any

/** The least that is a body, and more. */
export const body = (more: object = {}): JsonObject => ({ model: 'm', input: 'Hello', ...more })

export const call = (more: object = {}, destination = compatible) => toCall(body(more), destination)
export const promptOf = (input: unknown, destination = compatible, more: object = {}) =>
  call({ input, ...more }, destination).options.prompt

/** What a body is refused with. */
export function refusalOf(more: object, destination = compatible) {
  const { code, param } = refusedWith(() => toCall(body(more), destination))
  return { code, param }
}
