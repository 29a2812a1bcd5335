import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Behind, eventsOf, startBehind } from './behind.ts'

type Event = { readonly type: string } & Record<string, unknown>
const event = (json: Event) => `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`
const start = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (index: number, delta: unknown) => ({ type: 'content_block_delta', index, delta })
const stop = (index: number) => ({ type: 'content_block_stop', index })
const usage = { input_tokens: 1, output_tokens: 1 }
const whole = (...inside: Event[]) =>
  [
    {
      type: 'message_start',
      message: { id: 'm', type: 'message', role: 'assistant', model: 'c', content: [], usage },
    },
    ...inside,
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
    { type: 'message_stop' },
  ]
    .map(event)
    .join('')
const stream = (...more: Event[]) =>
  whole(
    start(0, { type: 'text', text: '' }),
    ...more,
    delta(0, { type: 'text_delta', text: 'Hello' }),
    stop(0),
  )

let vendor: Behind
beforeAll(async () => {
  vendor = await startBehind(url => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: `${url}/v1` }))
})
afterAll(() => vendor.close())

async function ask(sent: string, more: object = {}): Promise<string> {
  vendor.answer({ contentType: 'text/event-stream', body: sent })
  return vendor.stream('/v1/chat/completions', {
    model: 'anthropic/claude-3-haiku-20240307',
    messages: [{ role: 'user', content: 'Go' }],
    ...more,
  })
}
const told = (text: string, kind: string) =>
  eventsOf(text)
    .map(({ choices }) => choices?.[0]?.delta[kind] ?? '')
    .join('')

test('anthropic: events that are new are passed over, and broken ones are not', async () => {
  const fresh = await ask(stream({ type: 'weather_report', sky: 'blue' }, { type: 'ping' }))
  expect(fresh).toContain('"content":"Hello"')
  expect(fresh).toEndWith('data: [DONE]\n\n')
  const broken = await ask(stream({ type: 'content_block_delta', index: 0, delta: 'Hello' }))
  expect(broken).toContain('"error"')
  expect(broken).not.toContain('[DONE]')
})

test('anthropic: blocks that are new are passed over with all that belongs to them, and nothing else is', async () => {
  const thought = start(3, { type: 'thinking', thinking: '' })
  const text = await ask(
    whole(
      start(0, { type: 'text', text: '' }),
      delta(0, { type: 'text_delta', text: 'One ' }),
      // One of a new kind in the middle of another block, and one between two, which use deltas of all kinds.
      start(1, { type: 'future_block', text: 'no', list: [1] }),
      delta(1, { type: 'text_delta', text: 'no' }),
      delta(1, { type: 'future_delta' }),
      delta(0, { type: 'text_delta', text: 'two ' }),
      delta(1, { type: 'thinking_delta', thinking: 'no' }),
      stop(1),
      delta(0, { type: 'text_delta', text: 'three ' }),
      stop(0),
      start(2, { type: 'future_block' }),
      { type: 'ping' },
      stop(2),
      thought,
      delta(3, { type: 'thinking_delta', thinking: 'Hm' }),
      stop(3),
      // A place may be used again.
      start(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'four' }),
      stop(1),
    ),
  )
  expect(text).toEndWith('data: [DONE]\n\n')
  expect(text).not.toContain('"error"')
  expect([told(text, 'content'), told(text, 'reasoning_content')]).toEqual(['One two three four', 'Hm'])
})

test('anthropic: deltas that are new are passed over, and broken blocks are not', async () => {
  const fresh = await ask(
    stream(
      delta(0, { type: 'future_delta', text: 'no' }),
      delta(0, { type: 'citations_delta', citation: { type: 'future_location' } }),
    ),
  )
  expect(told(fresh, 'content')).toBe('Hello')
  expect(fresh).toEndWith('data: [DONE]\n\n')
  for (const odd of [start(1, { type: 'text' }), start(1, {}), start(1, { type: 7 }), delta(0, {})]) {
    const broken = await ask(stream(odd))
    expect([odd, broken.includes('"error"'), broken.includes('[DONE]')]).toEqual([odd, true, false])
  }
})

test('anthropic: what a block says with its beginning is heard', async () => {
  const text = await ask(
    whole(
      start(0, { type: 'thinking', thinking: 'Hm', signature: 'sig' }),
      delta(0, { type: 'thinking_delta', thinking: ', yes' }),
      stop(0),
      start(1, { type: 'text', text: 'AB' }),
      delta(1, { type: 'text_delta', text: 'C' }),
      stop(1),
      start(2, { type: 'text', text: 'D' }),
      stop(2),
    ),
  )
  expect([told(text, 'content'), told(text, 'reasoning_content')]).toEqual(['ABCD', 'Hm, yes'])
  expect(text).toContain('"signature":"sig"')
  // Where the package asks for JSON by way of a tool, it keeps words back until it knows that they are the answer.
  const json_schema = { name: 'n', schema: { type: 'object', properties: {} } }
  const json = await ask(
    whole(start(0, { type: 'text', text: '{"a"' }), delta(0, { type: 'text_delta', text: ':1}' }), stop(0)),
    {
      response_format: { type: 'json_schema', json_schema },
    },
  )
  expect(told(json, 'content')).toBe('{"a":1}')
})
