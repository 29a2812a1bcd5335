import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { withMendedChat } from '../../src/vendors/mended-chat.ts'
import { cutAt } from '../kernel/script.ts'
import { type Behind, events, eventsOf, startBehind } from './behind.ts'

/** What servers of chat completions send that is not wrong, and that the package takes for an error. */

let groq: Behind
beforeAll(async () => {
  groq = await startBehind(url => ({ GROQ_API_KEY: 'k', GROQ_BASE_URL: `${url}/v1` }))
})
afterAll(() => groq.close())

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const piece = (call: object) => chunk({ tool_calls: [{ index: 0, ...call }] })
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
const asked = {
  model: 'groq/m',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Go' }],
  tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
}

async function stream(...list: object[]) {
  groq.answer(events(...list))
  const text = await groq.stream('/v1/messages', asked)
  const told = eventsOf(text)
  const words = (kind: string) => told.map(({ delta }) => delta?.[kind] ?? '').join('')
  return {
    errors: told.filter(({ type }) => type === 'error'),
    text: words('text'),
    input: words('partial_json'),
    stop: words('stop_reason'),
    usage: told.find(({ type }) => type === 'message_delta')?.usage,
  }
}

describe('a stream for clients of another language', () => {
  const begun = piece({ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":' } })
  const rest = piece({ function: { arguments: '1}' } })

  test.each([
    ['nothing but an index', {}],
    ['its type', { type: 'function' }],
    ['a function that is null', { type: 'function', function: null }],
    ['its id', { id: 'c1' }],
  ])('passes over a piece of a call that holds %s', async (_, odd) => {
    const told = await stream(begun, piece(odd), rest, piece(odd), chunk({}, 'tool_calls'))
    expect(told).toMatchObject({ errors: [], input: '{"a":1}', stop: 'tool_use' })
  })

  test('passes over one that no call follows, and waits for the name of one that has its id first', async () => {
    const [index, type] = [1, 'function']
    const said = chunk({ tool_calls: [{ index, type }] })
    const late = chunk({ tool_calls: [{ index: 2, id: 'c2', type }] })
    const named = chunk({ tool_calls: [{ index: 2, function: { name: 'f', arguments: '{}' } }] })
    const told = await stream(begun, rest, said, late, named, chunk({}, 'tool_calls'))
    expect(told).toMatchObject({ errors: [], input: '{"a":1}{}' })
  })

  test('takes an error that is null for none', async () => {
    const hello = { ...chunk({ content: 'Grüße 😀' }), error: null }
    expect(await stream(hello, chunk({}, 'stop'))).toMatchObject({ errors: [], text: 'Grüße 😀' })
  })

  test.each([
    ['choices that are null', { choices: null }],
    ['no choices', {}],
  ])('learns usage from a chunk with %s', async (_, odd) => {
    const told = await stream(chunk({ content: 'Hi' }), chunk({}, 'stop'), { id: 'c', ...odd, usage })
    expect(told).toMatchObject({ errors: [], text: 'Hi', usage: { input_tokens: 3, output_tokens: 2 } })
  })

  test('keeps its end where a chunk behind it has an empty one', async () => {
    const told = await stream(chunk({ content: 'Hi' }), chunk({}, 'length'), { ...chunk({}, ''), usage })
    expect(told).toMatchObject({ errors: [], stop: 'max_tokens' })
  })

  test('still breaks where something is wrong', async () => {
    const wrong = [{ error: { message: 'Busy' } }, { choices: null, error: { message: 'Busy' } }, { what: 1 }]
    for (const odd of wrong) expect((await stream(chunk({ content: 'Hi' }), odd)).errors).toHaveLength(1)
  })
})

test.each([
  ['null', { name: 'f', arguments: null }],
  ['not there', { name: 'f' }],
])('a whole answer may call a tool whose arguments are %s', async (_, own) => {
  const message = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: own }],
  }
  groq.answer({ id: 'c', error: null, choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage })
  const { status, body } = await groq.ask('/v1/messages', asked)
  expect(status).toBe(200)
  expect(body.content).toMatchObject([{ type: 'tool_use', id: 'c1', name: 'f', input: {} }])
})

describe('of the bytes of a stream', () => {
  const encoder = new TextEncoder()
  async function through(bytes: Uint8Array<ArrayBuffer>, cuts: readonly number[]): Promise<string> {
    const offsets = [...new Set(cuts)].filter(at => at < bytes.length).toSorted((a, b) => a - b)
    const pieces = cutAt(bytes, offsets)
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = pieces.shift()
        if (next === undefined) controller.close()
        else controller.enqueue(next)
      },
    })
    const headers = { 'content-type': 'text/event-stream' }
    const send = withMendedChat((async () => new Response(body, { headers })) as never)
    return Buffer.from(await (await send('http://x')).arrayBuffer()).toString()
  }

  test('nothing changes where nothing is wrong, in whatever pieces they come', async () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"error": null', '"choices":null', '"finish_reason":""', 'data: {"error":null}\n\n'),
    )
    const call = fc.record({ index: fc.nat(3), function: fc.record({ arguments: words }) })
    const delta = fc.oneof(fc.record({ content: words }), fc.record({ tool_calls: fc.array(call) }))
    const event = fc.oneof(
      fc
        .tuple(delta, fc.constantFrom(undefined, 1))
        .map(
          ([delta, space]) => `data: ${JSON.stringify(chunk(delta), undefined, space).replaceAll('\n', '')}`,
        ),
      fc.constantFrom(': ping', 'event: a', 'id: 7', 'data', 'data: [DONE]', 'data: {broken'),
      fc.constant(`data: ${JSON.stringify({ choices: [], usage })}`),
      fc.constant('data: {"error": {"message": "no"}}'),
      fc.constant('data: {"choices":[],\ndata: "error":null}'),
    )
    const line = fc.tuple(event, fc.constantFrom('\n', '\r\n', '\r'))
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(900), { maxLength: 12 }), async (lines, cuts) => {
        // Each with an id of its own, so that no words are joined.
        const text = lines
          .map(([event, end], i) => `id: ${i}${end}${event.replaceAll('\n', end)}${end}${end}`)
          .join('')
        expect(await through(encoder.encode(text), cuts)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test.each(['\n', '\r\n', '\r'])(
    'what is wrong is mended at every split point, and nothing else (%j)',
    async end => {
      const lines = (odd: object) =>
        [
          ': é',
          '',
          'event: a',
          `data: ${JSON.stringify({ ...chunk({ content: 'é😀' }), ...odd })}`,
          'id: 1',
          '',
          'data: [DONE]',
          '',
          'da',
        ].join(end)
      const [bytes, wanted] = [encoder.encode(lines({ error: null })), lines({})]
      for (let at = 0; at <= bytes.length; at++)
        expect([at, await through(bytes, [at])]).toEqual([at, wanted])
    },
  )
})
