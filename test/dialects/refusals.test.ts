import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openWorlds, type TwoWorlds } from '../conformance/world.ts'
import { MASTER } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'

/** A model that will not answer says so in the words of each language, whole and streamed. */

let worlds: TwoWorlds
beforeAll(async () => {
  worlds = await openWorlds()
})
afterAll(() => worlds[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
type Any = any

const WORDS = 'I will not'
const sse = (events: readonly Any[]): Plan => ({
  body: events.map(each => `event: ${each.type ?? 'message'}\ndata: ${JSON.stringify(each)}\n\n`).join(''),
  contentType: 'text/event-stream',
})

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const chatUsage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
const chatMessage = { role: 'assistant', content: null, refusal: WORDS }
const chat = (stream: boolean): Plan =>
  stream
    ? sse([
        chunk({ role: 'assistant', content: '' }),
        chunk({ refusal: 'I will ' }),
        chunk({ refusal: 'not' }),
        chunk({}, 'stop'),
        { ...chunk({}), choices: [], usage: chatUsage },
      ])
    : {
        body: JSON.stringify({
          ...chunk({}),
          choices: [{ index: 0, message: chatMessage, finish_reason: 'stop' }],
          usage: chatUsage,
        }),
      }

const item = {
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'refusal', refusal: WORDS }],
}
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status: 'completed',
  output: [item],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
}
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const responses = (stream: boolean): Plan =>
  stream
    ? sse([
        { type: 'response.created', response: { ...response, output: [], usage: null } },
        { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
        { type: 'response.refusal.delta', ...at, delta: 'I will ' },
        { type: 'response.refusal.delta', ...at, delta: 'not' },
        { type: 'response.refusal.done', ...at, refusal: WORDS },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response },
      ])
    : { body: JSON.stringify(response) }

const stop = {
  stop_reason: 'refusal',
  stop_sequence: null,
  stop_details: { type: 'refusal', category: 'cyber', explanation: WORDS },
}
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] }
const messages = (stream: boolean): Plan =>
  stream
    ? sse([
        {
          type: 'message_start',
          message: { ...message, stop_reason: null, usage: { input_tokens: 1, output_tokens: 1 } },
        },
        { type: 'message_delta', delta: stop, usage: { output_tokens: 1 } },
        { type: 'message_stop' },
      ])
    : { body: JSON.stringify({ ...message, ...stop, usage: { input_tokens: 1, output_tokens: 1 } }) }

async function ask(path: string, body: object, { plan, stream }: { plan: typeof chat; stream: boolean }) {
  worlds.mock.setPlan(() => plan(stream))
  const answer = await worlds.gateway.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ ...body, stream }),
  })
  const text = await answer.text()
  return text
    .split('\n')
    .flatMap((line): Any[] => (/^(?:data: )?\{/.test(line) ? [JSON.parse(line.replace('data: ', ''))] : []))
}

describe.each([[false], [true]])('streamed: %p', stream => {
  test.each([
    ['plain/one', chat, 'stop'],
    ['anthropic/one', messages, 'content_filter'],
  ] as const)('a client of chat finds the words of %s in `refusal`', async (model, plan, reason) => {
    const body = { model, messages: [{ role: 'user', content: 'Go' }] }
    const parts = await ask('/v1/chat/completions', body, { plan, stream })
    const said = parts.flatMap(({ choices }) =>
      choices.map(({ delta, message: whole }: Any) => whole ?? delta),
    )
    const ends = parts.flatMap(({ choices }) => choices.map(({ finish_reason }: Any) => finish_reason))
    expect(said.map(({ refusal }) => refusal ?? '').join('')).toBe(WORDS)
    expect(said.map(({ content }) => content ?? '').join('')).toBe('')
    expect(ends.at(-1)).toBe(reason)
  })

  test.each([
    ['plain/one', chat],
    ['anthropic/one', messages],
  ] as const)('a client of Responses finds those of %s in a part of their own', async (model, plan) => {
    const parts = await ask('/v1/responses', { model, input: 'Go', store: false }, { plan, stream })
    const { output } = stream ? parts.at(-1).response : parts[0]
    expect(output[0].content).toEqual([{ type: 'refusal', refusal: WORDS }])
    if (!stream) return
    const deltas = parts.filter(({ type }) => type === 'response.refusal.delta')
    expect(deltas.map(({ delta }) => delta).join('')).toBe(WORDS)
  })

  test.each([
    ['plain/one', chat],
    ['openai/gpt-5.4', responses],
  ] as const)('a client of Messages reads those of %s, and that the model refuses', async (model, plan) => {
    const body = { model, max_tokens: 100, messages: [{ role: 'user', content: 'Go' }] }
    const parts = await ask('/v1/messages', body, { plan, stream })
    const words = stream
      ? parts.map(({ delta }) => delta?.text ?? '').join('')
      : parts[0].content.map(({ text }: Any) => text).join('')
    const end = stream ? parts.find(({ type }) => type === 'message_delta').delta : parts[0]
    expect([words, end.stop_reason]).toEqual([WORDS, 'refusal'])
  })
})
