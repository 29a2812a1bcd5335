import { toCall } from '../../../plugins/dialects/anthropic-messages/call.ts'
import type { JsonObject } from '../../../src/types.ts'
import { compatible, facts as factsOf, refusedWith, to } from '../scripted.ts'

export { compatible, createScripted, result, to, usage } from '../scripted.ts'

export const facts = factsOf()

/** The least that is a body, and more. */
export const body = (more: object = {}): JsonObject => ({
  model: 'm',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello' }],
  ...more,
})

export const call = (more: object = {}, destination = compatible) => toCall(body(more), destination)

export const claude = to('anthropic', 'claude-opus')
export const bedrock = to('bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0')
export const gemini = to('google', 'gemini-3-pro')
export const cache = { cache_control: { type: 'ephemeral', ttl: '1h' } }
export const png = { type: 'base64', media_type: 'image/png', data: 'aGk=' }
export const user = (...content: unknown[]) => [{ role: 'user', content }]
export const promptOf = (messages: unknown, destination = compatible) =>
  call({ messages }, destination).options.prompt

/** What a body is refused with. */
export function refusalOf(more: object, destination = compatible) {
  const { code, param } = refusedWith(() => toCall(body(more), destination))
  return { code, param }
}

/** An event of a stream. */
export interface Event {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events freely, and fail where they guess wrong
  readonly data: any
}

export const eventsIn = (text: string): Event[] =>
  text
    .split('\n\n')
    .filter(block => block !== '' && !block.startsWith(':'))
    .map(block => {
      const [first = '', second = ''] = block.split('\n')
      return { event: first.replace('event: ', ''), data: JSON.parse(second.replace('data: ', '')) }
    })

/** The message that events add up to, by an oracle of our own; it fails where events are not as the API documents them. */
export function accumulate(events: readonly Event[]): JsonObject {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  let message: any
  let open: number | undefined
  const inputs = new Map<number, string>()
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(what)
  }
  for (const [i, { event, data }] of events.entries()) {
    must(event === data.type, `"${event}" says it is "${data.type}"`)
    must((i === 0) === (event === 'message_start'), 'message_start is first, once')
    must((i === events.length - 1) === (event === 'message_stop'), 'message_stop is last, once')
    if (event === 'message_start') message = structuredClone(data.message)
    if (event === 'content_block_start') {
      must(open === undefined && data.index === message.content.length, 'blocks come one by one')
      open = data.index
      message.content.push(structuredClone(data.content_block))
    }
    if (event === 'content_block_delta') {
      must(data.index === open, 'deltas belong to the open block')
      const block = message.content[open!]
      const { delta } = data
      if (delta.type === 'text_delta') block.text += delta.text
      else if (delta.type === 'thinking_delta') block.thinking += delta.thinking
      else if (delta.type === 'signature_delta') block.signature = delta.signature
      else if (delta.type === 'citations_delta')
        block.citations = [...(block.citations ?? []), delta.citation]
      else if (delta.type === 'input_json_delta')
        inputs.set(open!, (inputs.get(open!) ?? '') + delta.partial_json)
      else throw new Error(`"${delta.type}" is no delta`)
    }
    if (event === 'content_block_stop') {
      must(data.index === open, 'the open block stops')
      const json = inputs.get(open!)
      if (json) message.content[open!].input = JSON.parse(json)
      open = undefined
    }
    if (event === 'message_delta') {
      must(open === undefined, 'no block is open at the end')
      Object.assign(message, data.delta, { usage: { ...message.usage, ...data.usage } })
    }
  }
  return message
}
