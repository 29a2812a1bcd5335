import { toCall } from '../../../plugins/dialects/google-generate-content/call.ts'
import { camelled } from '../../../plugins/dialects/google-generate-content/camel.ts'
import type { JsonObject } from '../../../src/types.ts'
import { compatible, facts as factsOf, refusedWith, to } from '../scripted.ts'

export { compatible, finish, result, to } from '../scripted.ts'

export const facts = (body: JsonObject = {}) => factsOf(body)
/** Of a client that wants to see thoughts. */
export const curious = facts({ generationConfig: { thinkingConfig: { includeThoughts: true } } })

const hello = [{ role: 'user', parts: [{ text: 'Hello' }] }]

export const body = (more: object = {}): JsonObject =>
  camelled({ model: 'm', stream: false, contents: hello, ...more })
export const call = (more: object = {}, destination = compatible) => toCall(body(more), destination)
export const promptOf = (contents: unknown, destination = compatible) =>
  call({ contents }, destination).options.prompt

export const claude = to('anthropic', 'claude-opus')
export const vertex = to('google', 'gemini-3-pro')

/** What a body is refused with. */
export function refusalOf(more: object, destination = compatible) {
  const { code, param } = refusedWith(() => call(more, destination))
  return { code, param }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events freely, and fail where they guess wrong
export const eventsIn = (text: string): any[] =>
  text
    .split('\n\n')
    .filter(block => block !== '' && !block.startsWith(':'))
    .map(block => JSON.parse(block.replace('data: ', '')))
