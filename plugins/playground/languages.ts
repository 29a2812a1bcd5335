import type { JsonObject } from '../../src/types.ts'

/** What is asked, in no language yet. */
export interface Words {
  readonly model: string
  readonly system: string
  readonly text: string
  readonly stream: boolean
}

/** What an answer says, or one event of it. */
export interface Said {
  readonly text?: string
  /** What the model thinks before it speaks. */
  readonly thought?: string
  /** Names of the tools that it calls. */
  readonly tools?: readonly string[]
  /** Why the answer ends before its end. */
  readonly trouble?: string
  /** The same in one word. */
  readonly code?: string
}

/** One that clients speak. */
export interface Language {
  readonly id: string
  readonly name: string
  readonly path: `/v1/${string}`
  /** What its clients send beside the body. */
  readonly headers: Readonly<Record<string, string>>
  body(words: Words): JsonObject
  /** Reads one event of a stream. */
  event(event: JsonObject): Said
  /** Reads a whole answer. */
  whole(answer: JsonObject): Said
}

/** Messages wants to be told when to stop. */
const MAX_TOKENS = 1024

const streamed = ({ stream }: Words) => (stream ? { stream } : {})

const chat: Language = {
  id: 'chat',
  name: 'OpenAI chat',
  path: '/v1/chat/completions',
  headers: {},
  body: words => ({
    model: words.model,
    messages: [
      ...(words.system === '' ? [] : [{ role: 'system', content: words.system }]),
      { role: 'user', content: words.text },
    ],
    ...streamed(words),
  }),
  event: event => saidByChat(at(event, 'choices', 0, 'delta'), event),
  whole: answer => saidByChat(at(answer, 'choices', 0, 'message'), answer),
}

const saidByChat = (message: unknown, around: JsonObject): Said => ({
  text: textOf(at(message, 'content')) + textOf(at(message, 'refusal')),
  thought: textOf(at(message, 'reasoning_content')) || textOf(at(message, 'reasoning')),
  tools: listOf(at(message, 'tool_calls')).map(call => textOf(at(call, 'function', 'name'))),
  ...troubleIn(around.error),
})

const responses: Language = {
  id: 'responses',
  name: 'OpenAI Responses',
  path: '/v1/responses',
  headers: {},
  body: words => ({
    model: words.model,
    ...(words.system !== '' && { instructions: words.system }),
    input: words.text,
    // Nobody comes back to what was only tried.
    store: false,
    ...streamed(words),
  }),
  event(event) {
    const delta = textOf(event.delta)
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return { text: delta }
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        return { thought: delta }
      case 'response.output_item.added':
        return { tools: toolsIn([event.item], 'function_call') }
      case 'error':
        return troubleIn(event.error ?? event)
      case 'response.failed':
        return troubleIn(at(event, 'response', 'error'))
      default:
        return {}
    }
  },
  whole(answer) {
    const items = listOf(answer.output)
    const parts = items.flatMap(item => (at(item, 'type') === 'message' ? listOf(at(item, 'content')) : []))
    const thoughts = items.flatMap(item => listOf(at(item, 'summary')))
    return {
      text: joined(parts, 'text') + joined(parts, 'refusal'),
      thought: joined(thoughts, 'text'),
      tools: toolsIn(items, 'function_call'),
      ...troubleIn(answer.error),
    }
  },
}

const messages: Language = {
  id: 'messages',
  name: 'Anthropic Messages',
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body: words => ({
    model: words.model,
    max_tokens: MAX_TOKENS,
    ...(words.system !== '' && { system: words.system }),
    messages: [{ role: 'user', content: words.text }],
    ...streamed(words),
  }),
  event(event) {
    switch (event.type) {
      case 'content_block_delta':
        return { text: textOf(at(event, 'delta', 'text')), thought: textOf(at(event, 'delta', 'thinking')) }
      case 'content_block_start':
        return { tools: toolsIn([event.content_block], 'tool_use') }
      case 'error':
        return troubleIn(event.error)
      default:
        return {}
    }
  },
  whole(answer) {
    const blocks = listOf(answer.content)
    return {
      text: joined(blocks, 'text'),
      thought: joined(blocks, 'thinking'),
      tools: toolsIn(blocks, 'tool_use'),
      ...troubleIn(answer.error),
    }
  },
}

/** In the order of the page. */
export const languages: readonly Language[] = [chat, responses, messages]

/** Follows keys into what came from elsewhere; undefined where they lead nowhere. */
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as JsonObject | null | undefined)?.[key], value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const troubleIn = (error: unknown): Said => ({
  trouble: textOf(at(error, 'message')),
  // Messages has types of its own, and the gateway's word beside them.
  code: textOf(at(error, 'code')) || textOf(at(error, 'details', 'error_code')) || textOf(at(error, 'type')),
})

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const joined = (parts: readonly unknown[], field: string): string =>
  parts.map(part => textOf(at(part, field))).join('')

const toolsIn = (items: readonly unknown[], type: string): readonly string[] =>
  items.flatMap(item => (at(item, 'type') === type ? [textOf(at(item, 'name'))] : []))
