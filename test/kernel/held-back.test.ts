import { describe, expect, test } from 'bun:test'
import { failover, openStage, type Stage, speaker, sse, streamed } from './puppets.ts'
import { asJson } from './samples.ts'
import { anthropicErrorOf, errorOf } from './shapes.ts'

/** The first events of a stream say nothing yet: they are held back, so that a failure right behind them can be tried elsewhere. */

const messages = [{ role: 'user', content: 'Hello' }]
const whole = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
}
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const ROLE = chunk({ role: 'assistant', content: '' })
const good = sse(
  ROLE,
  chunk({ content: 'Hi' }),
  chunk({}, 'stop'),
  { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
  '[DONE]',
)
const chat = (more: object = {}) => asJson({ model: 'auto', messages, ...more })
const native = speaker('native', ['openai-chat'], ({ stream }) =>
  stream ? streamed(good) : Response.json(whole),
)

async function ask(stage: Stage, more: object = {}, path = '/v1/chat/completions') {
  const response = await stage.send(path, chat(more))
  return { status: response.status, headers: response.headers, body: await response.text() }
}
const servedBy = ({ headers }: { headers: Headers }) => [
  headers.get('x-modelway-provider'),
  headers.get('x-modelway-attempts'),
  headers.get('x-modelway-warning'),
]

describe('a stream that fails before it has said anything', () => {
  const item = { type: 'response.created', response: { id: 'r', object: 'response', status: 'in_progress' } }
  const start = {
    type: 'message_start',
    message: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content: [],
      model: 'm',
      usage: { input_tokens: 3 },
    },
  }
  const languages = [
    ['openai-chat', '/v1/chat/completions', [ROLE, { error: { message: 'Out of memory', code: 503 } }], good],
    [
      'anthropic-messages',
      '/v1/messages',
      [start, { type: 'ping' }, { type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }],
      sse(
        start,
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
        { type: 'message_stop' },
      ),
    ],
    [
      'openai-responses',
      '/v1/responses',
      [
        item,
        { ...item, type: 'response.in_progress' },
        { type: 'error', code: 'server_error', message: 'Busy' },
      ],
      sse(
        item,
        { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'Hi' },
        {
          type: 'response.completed',
          response: { ...item.response, status: 'completed', usage: { input_tokens: 3, output_tokens: 2 } },
        },
      ),
    ],
  ] as const
  const env = failover('auto', 'first/m', 'second/m')
  const input = { stream: true, input: 'Hello', max_tokens: 9, stream_options: { include_usage: true } }

  for (const [dialect, path, failing, answer] of languages) {
    test(`is answered by the next target, and nobody hears of it: ${dialect}`, async () => {
      const first = speaker('first', [dialect], () => streamed(sse(...failing)))
      const second = speaker('second', [dialect], () => streamed(answer))
      await using stage = await openStage({ providers: [first, second], env })
      const given = await ask(stage, input, path)
      expect([given.status, ...servedBy(given), given.body]).toEqual([200, 'second', '2', null, answer])
      expect(stage.over.length).toBe(1)
      expect(stage.over[0]).toMatchObject({ status: 200, code: undefined, usage: { input: 3, output: 2 } })
      expect(stage.over[0]!.attempts.map(([, ok]) => ok)).toEqual([false, true])
    })

    test(`is a plain refusal where no target is left: ${dialect}`, async () => {
      const first = speaker('first', [dialect], () => streamed(sse(...failing)))
      await using stage = await openStage({ providers: [first] })
      const given = await ask(stage, { ...input, model: 'first/m' }, path)
      const { code } = (dialect === 'anthropic-messages' ? anthropicErrorOf : errorOf)(given)
      expect(given.status).toBeGreaterThanOrEqual(500)
      expect(stage.over).toMatchObject([{ status: given.status, code, attempts: [['first', false, code]] }])
    })
  }

  test('does so too where the beginning arrives in pieces, with comments, or breaks off', async () => {
    const encoder = new TextEncoder()
    const beginnings: readonly (readonly [string, boolean])[] = [
      [`: hello\n\n${sse(ROLE)}: ping\n\n${sse(ROLE, { error: { message: 'Busy' } })}`, false],
      [sse(chunk({ role: 'assistant', content: '' }, ''), { error: { message: 'Busy' } }), false],
      [sse(ROLE), true],
      [sse(ROLE), false],
      ['', false],
    ]
    for (const [text, isBroken] of beginnings) {
      const body = () => {
        const left = [...encoder.encode(text)]
        return new ReadableStream<Uint8Array>({
          pull(controller) {
            const piece = left.splice(0, 7)
            if (piece.length > 0) controller.enqueue(new Uint8Array(piece))
            else if (isBroken) controller.error(new Error('reset'))
            else controller.close()
          },
        })
      }
      const first = speaker('first', ['openai-chat'], () => streamed(body()))
      const second = speaker('second', ['openai-chat'], () => streamed(good))
      await using stage = await openStage({ providers: [first, second], env })
      const given = await ask(stage, input)
      expect([text, given.status, given.body]).toEqual([text, 200, good])
    }
  })

  test('but what can be seen is not taken back: words, and an end', async () => {
    const failure = sse({ error: { message: 'Out of memory', code: 503 } })
    for (const body of [
      sse(ROLE, chunk({ content: 'a' })) + failure,
      sse(ROLE, chunk({ tool_calls: [{ index: 0, id: 't' }] })) + failure,
      sse(ROLE, chunk({}, 'stop'), '[DONE]'),
      sse(ROLE, '[DONE]'),
    ]) {
      const first = speaker('first', ['openai-chat'], () => streamed(body))
      await using stage = await openStage({
        providers: [first, native],
        env: failover('auto', 'first/m', 'native/m'),
      })
      const given = await ask(stage, input)
      expect([given.status, ...servedBy(given), given.body]).toEqual([200, 'first', '1', null, body])
    }
  })

  test('and what says nothing for long, or at length, is given to the client after all', async () => {
    const encoder = new TextEncoder()
    const events = [...Array.from({ length: 1000 }, () => ROLE), { error: { message: 'Busy' } }]
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        const event = events.shift()
        if (event === undefined) controller.close()
        else controller.enqueue(encoder.encode(sse(event)))
      },
    })
    const silent = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(encoder.encode(sse(ROLE))),
    })
    for (const body of [long, silent]) {
      const first = speaker('first', ['openai-chat'], () => streamed(body))
      await using stage = await openStage({
        providers: [first, native],
        env: failover('auto', 'first/m', 'native/m'),
      })
      const response = await stage.send('/v1/chat/completions', chat(input))
      const reader = response.body!.getReader()
      const { value } = await reader.read()
      expect(new TextDecoder().decode(value)).toStartWith(sse(ROLE))
      expect(response.headers.get('x-modelway-provider')).toBe('first')
      await reader.cancel()
    }
  })
})
