import type { Ask } from './ask.ts'
import { hearChat } from './chat-heard.ts'
import type { Plan, ToolCall } from './plan.ts'

export type { Ask } from './ask.ts'

/** What the model will say, token by token. */
export interface Script {
  readonly reasoning: readonly string[]
  readonly text: readonly string[]
  readonly tools: readonly {
    readonly id: string
    readonly name: string
    readonly pieces: readonly string[]
  }[]
  readonly finishReason: string | null
  readonly tokens: number
}

/** Bytes of an answer and how many completion tokens they give away. */
export interface Piece {
  readonly text: string
  readonly tokens: number
}

/** 2024-11-23, so that answers are the same every day. */
const CREATED = 1_732_320_000
const WORDS = ['a', 'road', 'of', 'its', 'own', 'for', 'each', 'call', 'and', 'no', 'way', 'but', 'one']

export function toAsk(body: Readonly<Record<string, unknown>>): Ask {
  const options = body.stream_options as { include_usage?: unknown } | null | undefined
  const limit = body.max_completion_tokens ?? body.max_tokens
  return {
    model: String(body.model),
    stream: body.stream === true,
    includeUsage: options?.include_usage === true,
    promptTokens: countPrompt(body.messages),
    maxTokens: typeof limit === 'number' ? limit : undefined,
    ...(typeof body.n === 'number' && { choices: body.n }),
    heard: () => hearChat(body),
    body,
  }
}

/** Not a tokenizer, but the same for the same prompt: four characters are a token, a message costs three more. */
function countPrompt(messages: unknown): number {
  if (!Array.isArray(messages)) return 0
  return messages.reduce((sum: number, message: { content?: unknown }) => {
    const content = message?.content ?? ''
    const length = typeof content === 'string' ? content.length : JSON.stringify(content).length
    return sum + 3 + Math.ceil(length / 4)
  }, 0)
}

const sayWords = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? '' : ' ') + WORDS[i % WORDS.length])

const cutWords = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+|\s+$/g) ?? []

export function createScript(ask: Ask, plan: Plan, length: number): Script {
  const reasoning = cutWords(plan.reasoning ?? '')
  const words = plan.hear ? JSON.stringify(ask.heard()) : plan.text
  const calls = plan.toolCall === undefined ? [] : [plan.toolCall].flat()
  const tools = calls.map(toTool)
  const isSilent = tools.length > 0 && words === undefined && plan.tokens === undefined
  const wanted = isSilent ? 0 : (plan.tokens ?? length)
  const said = words === undefined ? sayWords(wanted) : cutWords(words).slice(0, plan.tokens)
  const text = said.slice(0, ask.maxTokens)
  const natural = text.length < said.length ? 'length' : tools.length > 0 ? 'tool_calls' : 'stop'
  return {
    reasoning,
    text,
    tools,
    finishReason: plan.finishReason === undefined ? natural : plan.finishReason,
    tokens: reasoning.length + text.length + tools.reduce((sum, tool) => sum + tool.pieces.length, 0),
  }
}

function toTool({ id, name, arguments: given }: ToolCall, index: number): Script['tools'][number] {
  const whole = typeof given === 'string' ? given : JSON.stringify(given)
  return {
    id: id ?? `call_mock_${index}`,
    name,
    pieces: whole.match(/.{1,8}/gsu) ?? [],
  }
}

export interface Cache {
  readonly read: number
  readonly written: number
}

const NO_CACHE: Cache = { read: 0, written: 0 }

/** The tokens as OpenAI reports them: what is cached is a part of the prompt, and reasoning of the completion. */
export const usageOf = (
  fresh: number,
  completion: number,
  reasoning: number,
  { read, written }: Cache = NO_CACHE,
): string =>
  `{"prompt_tokens":${fresh + read + written},"completion_tokens":${completion},` +
  `"total_tokens":${fresh + read + written + completion},` +
  `"prompt_tokens_details":{"cached_tokens":${read},` +
  `${written > 0 ? `"cache_write_tokens":${written},` : ''}"audio_tokens":0},` +
  `"completion_tokens_details":{"reasoning_tokens":${reasoning},"audio_tokens":0,` +
  '"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'

const STAMP = '"service_tier":"default","system_fingerprint":"fp_mock0000"'

/** A whole `chat.completion`. */
export function renderWhole(id: string, ask: Ask, script: Script, usage: string | undefined): string {
  const content = script.text.length === 0 && script.tools.length > 0 ? null : script.text.join('')
  const reasoning =
    script.reasoning.length === 0 ? '' : `"reasoning_content":${JSON.stringify(script.reasoning.join(''))},`
  const tools = script.tools.map(({ id, name, pieces }) => ({
    id,
    type: 'function',
    function: { name, arguments: pieces.join('') },
  }))
  const choices = Array.from(
    { length: ask.choices ?? 1 },
    (_, index) =>
      `{"index":${index},"message":{"role":"assistant","content":${JSON.stringify(content)},${reasoning}` +
      `${tools.length === 0 ? '' : `"tool_calls":${JSON.stringify(tools)},`}"refusal":null,"annotations":[]},` +
      `"logprobs":null,"finish_reason":${JSON.stringify(script.finishReason)}}`,
  )
  return (
    `{"id":"${id}","object":"chat.completion","created":${CREATED},"model":${JSON.stringify(ask.model)},` +
    `"choices":[${choices.join()}],` +
    `${usage === undefined ? '' : `"usage":${usage},`}${STAMP}}`
  )
}

const ROLE =
  '{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}'

/** The choices of a stream, one for each chunk; the first and the last carry no token. */
export function renderChoices(script: Script): Piece[] {
  const choices: Piece[] = [{ text: ROLE, tokens: 0 }]
  const say = (delta: string, tokens: number) =>
    choices.push({
      text: `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":null}`,
      tokens,
    })
  for (const word of script.reasoning) say(`{"reasoning_content":${JSON.stringify(word)}}`, 1)
  for (const word of script.text) say(`{"content":${JSON.stringify(word)}}`, 1)
  script.tools.forEach(({ id, name, pieces }, index) => {
    say(
      JSON.stringify({
        tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
      }),
      0,
    )
    for (const piece of pieces)
      say(
        JSON.stringify({
          tool_calls: [{ index, function: { arguments: piece } }],
        }),
        1,
      )
  })
  const finish = JSON.stringify(script.finishReason)
  choices.push({
    text: `{"index":0,"delta":{},"logprobs":null,"finish_reason":${finish}}`,
    tokens: 0,
  })
  return choices
}

export interface StreamOptions {
  readonly id: string
  readonly ask: Ask
  readonly choices: readonly Piece[]
  /** The usage after so many completion tokens; absent when the provider never tells. */
  readonly usage: ((completion: number) => string) | undefined
  readonly usageAt: 'end' | 'finish' | 'every'
}

/** The events of a stream but for `[DONE]`. */
export function renderEvents({ id, ask, choices, usage, usageAt }: StreamOptions): Piece[] {
  const head =
    `data: {"id":"${id}","object":"chat.completion.chunk","created":${CREATED},` +
    `"model":${JSON.stringify(ask.model)},${STAMP},"choices":[`
  const isAsked = usage !== undefined && usageAt === 'end' && ask.includeUsage
  const plain = isAsked ? '],"usage":null}\n\n' : ']}\n\n'
  let completion = 0
  const events = choices.map(({ text, tokens }, i): Piece => {
    completion += tokens
    const isTold = usageAt === 'every' || (usageAt === 'finish' && i === choices.length - 1)
    const tail = isTold && usage ? `],"usage":${usage(completion)}}\n\n` : plain
    return { text: head + text + tail, tokens }
  })
  if (isAsked)
    events.push({
      text: `${head}],"usage":${usage(completion)}}\n\n`,
      tokens: 0,
    })
  return events
}

export const DONE = 'data: [DONE]\n\n'
