import { blocks, dataOf, toJson } from '../../../src/respond/events.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Billing } from '../model.ts'
import type { Evidence, Tokens } from './tuples.ts'

/**
 * Tokens without a tokenizer: bytes of UTF-8 by four. OpenAI tells four characters a token for English
 * (help.openai.com, "What are tokens and how to count them?"); a Chinese character has three bytes, so 0.75, between
 * the 0.6 that DeepSeek tells (api-docs.deepseek.com, "Token & Token Usage") and the one and more of older vocabularies;
 * a Cyrillic letter 0.5. Linear in the length, unlike a tokenizer, which an unlucky text stops for minutes.
 */
const BYTES_PER_TOKEN = 4
/** What a chat format adds to each message (cookbook.openai.com, "How to count tokens with tiktoken"). */
const PER_MESSAGE = 3
/** An image of 1024 × 1024 in detail (platform.openai.com, "Images and vision": 85 + 4 × 170). */
const PER_IMAGE = 765
/** Longer runs of base64 are images, sounds or files, not words. */
const BASE64 = /^(?:data:[^,]{0,200},)?[A-Za-z0-9+/=_-]{512,}$/
/** Fields of a request that a model reads. */
const read = [
  'messages',
  'system',
  'tools',
  'functions',
  'input',
  'instructions',
  'prompt',
  'contents',
  'systemInstruction',
]
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Tokens of an answer whose end was not seen: what the provider told, and an estimate of the rest. */
export function estimate(evidence: Evidence): readonly [Tokens, Billing] {
  const { told } = evidence
  const seen = readAnswer(evidence)
  if (told !== null && seen.isWhole) return [told, 'exact']
  if (told === null) {
    const input = promptTokens(evidence)
    return [[input, 0, 0, null, null, null, seen.output, seen.reasoning, null, null, null], 'estimated']
  }
  const [input, cacheRead, cacheWrite, hour, audio, image, output, reasoning, ...rest] = told
  // Counts that grow along the stream are of an earlier moment; what was told already is never taken back.
  const text = Math.max(output ?? 0, seen.output)
  const thought = Math.max(reasoning ?? 0, seen.reasoning)
  return [[input, cacheRead, cacheWrite, hour, audio, image, text, thought, ...rest], 'partial']
}

interface Seen {
  readonly output: number
  readonly reasoning: number
  /** The answer said that it was complete. */
  readonly isWhole: boolean
}

/** The text of the events that are there; the rest of the stream is taken to be like them. */
function readAnswer({ bytes, size }: Evidence): Seen {
  const text = decoder.decode(bytes)
  let [output, reasoning, length, isWhole] = [0, 0, 0, false]
  for (const [start, end, isComplete] of blocks(text)) {
    if (!isComplete) continue
    const block = text.slice(start, end)
    length += bytesOf(block)
    const data = dataOf(block)
    const event = toJson(data)
    isWhole ||= data === '[DONE]' || LAST_EVENT.has(String(event?.type))
    const said = event === undefined ? undefined : textOf(event)
    output += said?.output ?? 0
    reasoning += said?.reasoning ?? 0
  }
  const share = length === 0 || size <= bytes.length ? 1 : size / length
  return {
    output: Math.ceil((output * share) / BYTES_PER_TOKEN),
    reasoning: Math.ceil((reasoning * share) / BYTES_PER_TOKEN),
    isWhole: isWhole && size <= bytes.length,
  }
}

const LAST_EVENT: ReadonlySet<string> = new Set(['message_stop', 'response.completed', 'response.incomplete'])

/** Bytes of text in one event, whatever language it is in. */
function textOf(event: JsonObject): { output: number; reasoning: number } {
  const { choices, delta, type, candidates, message, response } = event
  if (Array.isArray(choices)) return sum(choices.map(choice => fromChoice(objectOf(choice))))
  if (Array.isArray(candidates)) return sum(candidates.map(candidate => fromCandidate(objectOf(candidate))))
  if (typeof response === 'string') return fromMessage({ ...event, content: response })
  if (message !== undefined && delta === undefined && type === undefined)
    return fromMessage(objectOf(message))
  // OpenAI's responses: `response.output_text.delta`, `response.reasoning_summary_text.delta`.
  if (typeof delta === 'string') {
    return String(type).includes('reasoning')
      ? { output: 0, reasoning: sizeOf(delta) }
      : { output: sizeOf(delta), reasoning: 0 }
  }
  // Anthropic's messages: `content_block_delta`. Thinking is billed, and reported, as output there.
  const { text, partial_json: json, thinking } = objectOf(delta)
  return { output: sizeOf(text) + sizeOf(json) + sizeOf(thinking), reasoning: 0 }
}

/** Chat completions, and the older ones that have a `text`. */
function fromChoice({ delta, text }: JsonObject): { output: number; reasoning: number } {
  const { content, refusal, reasoning_content: thought, reasoning, tool_calls: calls } = objectOf(delta)
  const tools = Array.isArray(calls) ? calls.map(call => objectOf(objectOf(call).function)) : []
  const called = tools.reduce((size: number, tool) => size + sizeOf(tool.name) + sizeOf(tool.arguments), 0)
  return {
    output: sizeOf(text) + sizeOf(content) + sizeOf(refusal) + called,
    reasoning: sizeOf(thought ?? reasoning),
  }
}

/** Ollama's own language: `/api/chat`, and `/api/generate`. */
function fromMessage({ content, thinking, tool_calls: calls }: JsonObject): {
  output: number
  reasoning: number
} {
  const called = Array.isArray(calls) ? sizeOf(JSON.stringify(calls)) : 0
  return { output: sizeOf(content) + called, reasoning: sizeOf(thinking) }
}

/** Gemini's own language. */
function fromCandidate({ content }: JsonObject): { output: number; reasoning: number } {
  const { parts } = objectOf(content)
  const pieces = Array.isArray(parts) ? parts.map(objectOf) : []
  return sum(
    pieces.map(({ text, thought }) =>
      thought === true ? { output: 0, reasoning: sizeOf(text) } : { output: sizeOf(text), reasoning: 0 },
    ),
  )
}

/** Tokens of what was sent; null where it was no text. */
function promptTokens({ prompt, promptSize }: Evidence): number | null {
  if (promptSize === 0) return null
  const json = prompt.length === promptSize ? toJson(prompt) : undefined
  if (json !== undefined) {
    const said = read.map(field => json[field]).filter(value => value !== undefined)
    return Math.ceil(said.reduce((total: number, value) => total + tokensIn(value), 0))
  }
  // Too long to be parsed: as text, without what is no text.
  const text = prompt.replace(/[A-Za-z0-9+/=_-]{512,}/g, '')
  return Math.ceil((bytesOf(text) / BYTES_PER_TOKEN) * (promptSize / prompt.length))
}

function tokensIn(value: unknown): number {
  if (typeof value === 'string') return BASE64.test(value) ? PER_IMAGE : bytesOf(value) / BYTES_PER_TOKEN
  if (Array.isArray(value)) return value.reduce((total: number, item) => total + tokensIn(item), 0)
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? 0 : 1
  const { role, type, ...fields } = value as JsonObject
  const own = role === undefined ? 0 : PER_MESSAGE
  return Object.values(fields).reduce((total: number, field) => total + tokensIn(field), own)
}

const bytesOf = (text: string): number => encoder.encode(text).length
const sizeOf = (value: unknown): number => (typeof value === 'string' ? bytesOf(value) : 0)
const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : {}
const sum = (parts: readonly { output: number; reasoning: number }[]) => ({
  output: parts.reduce((total, part) => total + part.output, 0),
  reasoning: parts.reduce((total, part) => total + part.reasoning, 0),
})
