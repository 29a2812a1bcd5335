import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { toCall } from '../../../plugins/dialects/openai-chat/call.ts'
import { createWriter } from '../../../plugins/dialects/openai-chat/writer.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readEvents } from '../../kernel/sse.ts'
import { facts, finish, refusedWith, to } from '../scripted.ts'

export { compatible, createScripted, facts, finish, result, to, usage } from '../scripted.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON freely, and fail where they guess wrong
export type Loose = any

export const stranger = to('stranger')
export const anthropic = to('anthropic', 'claude-sonnet-5')
export const google = to('google', 'gemini-3-pro')
export const bedrock = to('bedrock', 'eu.anthropic.claude-sonnet-5')
export const cohere = to('cohere', 'command-a-03-2025')

export const body = (more: object = {}): JsonObject => ({
  model: 'm',
  messages: [{ role: 'user', content: 'Hello' }],
  ...more,
})
export const says = (...messages: object[]): JsonObject => body({ messages })

export const call = (more: object = {}, destination = stranger) => toCall(body(more), destination)
export const promptOf = (messages: object[], destination = stranger) =>
  toCall(body({ messages }), destination).options.prompt

/** What a body is refused with. */
export function refusalOf(run: () => unknown): string {
  const { code, param } = refusedWith(run)
  return `${code} ${param}`
}

/** All that a writer writes of these parts. */
export function written(parts: readonly LanguageModelV4StreamPart[], request: JsonObject = {}): string {
  const writer = createWriter(facts(request))
  return parts.map(part => writer.write(part)).join('') + writer.end()
}

/** The completion that chunks add up to, by an oracle of our own; it fails where chunks are not as the API documents them. */
export function accumulate(text: string): Loose {
  const { data, tail } = readEvents(text)
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}: ${text}`)
  }
  must(tail === '' && data.at(-1) === '[DONE]', '[DONE] is the last event')
  const chunks: Loose[] = data.slice(0, -1).map(each => JSON.parse(each))
  const message: Loose = {}
  let reason: string | undefined
  let told: Loose
  for (const [i, chunk] of chunks.entries()) {
    must(chunk.object === 'chat.completion.chunk' && chunk.id === chunks[0].id, 'chunks belong together')
    if (chunk.choices.length === 0) {
      must(i === chunks.length - 1 && reason !== undefined, 'usage is last')
      told = chunk.usage
      continue
    }
    const [{ delta, finish_reason }] = chunk.choices
    must(reason === undefined, 'nothing is said after the end')
    must((i === 0) === 'role' in delta, 'the role is first, once')
    merge(message, delta, must)
    if (finish_reason !== null) reason = finish_reason
  }
  must(reason !== undefined && told !== undefined, 'it says why it ended, and what it cost')
  if (message.content === '' && (message.tool_calls || message.function_call)) message.content = null
  return { message, reason, usage: told, model: chunks[0].model, id: chunks[0].id }
}

function merge(message: Loose, delta: Loose, must: (holds: boolean, what: string) => void): void {
  for (const [key, value] of Object.entries<Loose>(delta)) {
    if (key === 'tool_calls') {
      for (const { index, ...call } of value) {
        message.tool_calls ??= []
        const known = message.tool_calls[index]
        must(known !== undefined || index === message.tool_calls.length, 'calls begin in order')
        if (known === undefined) message.tool_calls[index] = structuredClone(call)
        else {
          must(call.id === undefined, 'a call has one id')
          if (call.function) known.function.arguments += call.function.arguments
          if (call.extra_content) known.extra_content = call.extra_content
        }
      }
    } else if (key === 'function_call') {
      message.function_call ??= { arguments: '' }
      if (value.name !== undefined) message.function_call.name = value.name
      message.function_call.arguments += value.arguments
    } else if (Array.isArray(value)) message[key] = [...(message[key] ?? []), ...value]
    else if (typeof value === 'string' && key !== 'role') message[key] = (message[key] ?? '') + value
    else message[key] = value
  }
}

/** A whole answer in parts, every text in two pieces. */
export function toParts(content: readonly LanguageModelV4Content[]): LanguageModelV4StreamPart[] {
  const parts = content.flatMap((part, i): LanguageModelV4StreamPart[] => {
    const id = `${i}`
    if (part.type === 'text' || part.type === 'reasoning') {
      const pieces = [part.text.slice(0, 1), part.text.slice(1)]
      const meta = part.providerMetadata ? { providerMetadata: part.providerMetadata } : {}
      return [
        { type: `${part.type}-start`, id },
        ...pieces.map(delta => ({ type: `${part.type}-delta` as const, id, delta })),
        {
          type: `${part.type}-end`,
          id,
          ...meta,
          ...(part.type === 'text' && part.citations && { citations: part.citations }),
        },
      ] as LanguageModelV4StreamPart[]
    }
    if (part.type === 'tool-call') {
      const { toolCallId, toolName, input, providerMetadata, providerExecuted } = part
      return [
        { type: 'tool-input-start', id: toolCallId, toolName, ...(providerExecuted && { providerExecuted }) },
        { type: 'tool-input-delta', id: toolCallId, delta: input.slice(0, 2) },
        { type: 'tool-input-delta', id: toolCallId, delta: input.slice(2) },
        { type: 'tool-input-end', id: toolCallId },
        { ...part, ...(providerMetadata && { providerMetadata }) },
      ]
    }
    return [part as LanguageModelV4StreamPart]
  })
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'x', modelId: 'served' },
    ...parts,
    finish(),
  ]
}
