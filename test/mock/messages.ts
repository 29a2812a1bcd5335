import type { Piece } from './chat.ts'
import { anthropicError } from './errors.ts'
import { countHeard, type Json, numberOf } from './heard.ts'
import { hearMessages } from './messages-heard.ts'
import { event, type Language, type Talk } from './talk.ts'

/** Anthropic's Messages API. */
export const messages: Language = {
  name: 'anthropic-messages',
  isAsked: ({ path }) => path.endsWith('/messages'),
  toAsk: body => ({
    model: String(body.model),
    stream: body.stream === true,
    includeUsage: true,
    promptTokens: countHeard(hearMessages(body)),
    maxTokens: numberOf(body.max_tokens),
    heard: () => hearMessages(body),
    body,
  }),
  whole: talk =>
    JSON.stringify({
      ...envelope(talk),
      content: blocksOf(talk).map(({ whole }) => whole),
      ...stopOf(talk),
      ...usageOf(talk),
    }),
  events,
  failure: {
    event: 'error',
    data: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
  errorBody: anthropicError,
}

/** How many tokens a prompt has; the same number that its answer reports. */
export const countTokens = (body: Json): string =>
  JSON.stringify({ input_tokens: countHeard(hearMessages(body)) })

const envelope = ({ id, ask }: Talk) => ({
  id: `msg_${id}`,
  type: 'message',
  role: 'assistant',
  model: ask.model,
})

const words: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
}

function stopOf({ ask, script: { finishReason } }: Talk) {
  const stop_reason = finishReason === null ? null : (words[finishReason] ?? finishReason)
  const [stop_sequence = null] = stop_reason === 'stop_sequence' ? (ask.heard().stop ?? []) : []
  return { stop_reason, stop_sequence }
}

function usageOf({ plan, ask, script, cache }: Talk, output = script.tokens): { usage?: unknown } {
  if (plan.usage === false) return {}
  const usage = plan.usage ?? {
    input_tokens: ask.promptTokens,
    cache_creation_input_tokens: cache.written,
    cache_read_input_tokens: cache.read,
    cache_creation: { ephemeral_5m_input_tokens: cache.written, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    ...(script.reasoning.length > 0 && {
      output_tokens_details: { thinking_tokens: Math.min(output, script.reasoning.length) },
    }),
    service_tier: 'standard',
  }
  return { usage }
}

interface Block {
  readonly whole: Json
  readonly start: Json
  readonly deltas: readonly (readonly [delta: Json, tokens: number])[]
}

function blocksOf({ script, plan }: Talk): Block[] {
  const blocks: Block[] = []
  const { reasoning, text, tools } = script
  const signature = plan.proof ?? 'c2lnbmF0dXJl'
  if (reasoning.length > 0)
    blocks.push({
      whole: { type: 'thinking', thinking: reasoning.join(''), signature },
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...reasoning.map(thinking => [{ type: 'thinking_delta', thinking }, 1] as const),
        [{ type: 'signature_delta', signature }, 0],
      ],
    })
  if (text.length > 0)
    blocks.push({
      whole: { type: 'text', text: text.join('') },
      start: { type: 'text', text: '' },
      deltas: text.map(word => [{ type: 'text_delta', text: word }, 1] as const),
    })
  for (const { id, name, pieces } of tools)
    blocks.push({
      whole: { type: 'tool_use', id, name, input: JSON.parse(pieces.join('') || '{}') },
      start: { type: 'tool_use', id, name, input: {} },
      deltas: ['', ...pieces].map(
        (partial_json, i) => [{ type: 'input_json_delta', partial_json }, i === 0 ? 0 : 1] as const,
      ),
    })
  return blocks
}

function events(talk: Talk): Piece[] {
  const say = (type: string, fields: Json, tokens = 0) => event(type, { type, ...fields }, tokens)
  const message = { ...envelope(talk), content: [], stop_reason: null, stop_sequence: null }
  const said = blocksOf(talk).flatMap(({ start, deltas }, index) => [
    say('content_block_start', { index, content_block: start }),
    ...(index === 0 ? [say('ping', {})] : []),
    ...deltas.map(([delta, tokens]) => say('content_block_delta', { index, delta }, tokens)),
    say('content_block_stop', { index }),
  ])
  return [
    say('message_start', { message: { ...message, ...usageOf(talk, 1) } }),
    ...said,
    say('message_delta', { delta: stopOf(talk), ...usageOf(talk) }),
    ...(talk.plan.noDone ? [] : [say('message_stop', {})]),
  ]
}
