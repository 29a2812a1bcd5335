import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { type Book, createReader, type Row } from './book.ts'

/** A provider tells what the prompt is when it begins to answer: whatever happens then, that is known. */

const input = {
  input_tokens: 1234,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 700,
  cache_creation: {
    ephemeral_5m_input_tokens: 200,
    ephemeral_1h_input_tokens: 500,
  },
}
const nothing = {
  input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
}
const words = 'It goes where the river goes, and then some way further. '.repeat(8)

/** What the prompt is said to have cost, and what becomes of the stream behind the words. */
let told: object = input
let fate: 'ends' | 'stays' | 'breaks' | 'completes' = 'ends'
let left: Promise<void>
let upstream: ReturnType<typeof Bun.serve>
let gateway: TestGateway
let book: Book

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const beginning = () => {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
  }
  return [
    event('message_start', {
      message: {
        ...message,
        stop_reason: null,
        usage: { ...told, output_tokens: 1 },
      },
    }),
    event('content_block_start', {
      index: 0,
      content_block: { type: 'text', text: '' },
    }),
    event('content_block_delta', {
      index: 0,
      delta: { type: 'text_delta', text: words },
    }),
  ].join('')
}
const ending = [
  event('content_block_stop', { index: 0 }),
  event('message_delta', {
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 99 },
  }),
  event('message_stop', {}),
].join('')

function answer(): Response {
  const { promise, resolve } = Promise.withResolvers<void>()
  left = promise
  const body = new ReadableStream({
    async start(controller) {
      const say = (text: string) => controller.enqueue(new TextEncoder().encode(text))
      say(beginning())
      if (fate === 'stays') return
      await Bun.sleep(30)
      if (fate === 'breaks')
        say(
          event('error', {
            error: { type: 'overloaded_error', message: 'Overloaded' },
          }),
        )
      if (fate === 'completes') say(ending)
      controller.close()
    },
    cancel: resolve,
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream' },
  })
}

beforeAll(async () => {
  upstream = Bun.serve({
    port: 0,
    async fetch(request) {
      if (request.method === 'GET') return new Response('no list', { status: 404 })
      await request.text()
      return answer()
    },
  })
  const { plugin, book: read } = createReader()
  book = read
  gateway = await startGateway({
    env: {
      ANTHROPIC_API_KEY: 'sk-upstream-0123456789',
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${upstream.port}`,
      ANTHROPIC_MODELS: 'claude-sonnet-4-5',
      RETRIES: '0',
    },
    extra: [plugin],
  })
})
beforeEach(async () => {
  told = input
  await book.flush()
  await book.db.delete(usageRecords)
})
afterAll(async () => {
  await gateway.close()
  await upstream.stop(true)
})

const ask = (path = '/v1/chat/completions') =>
  gateway.fetch(path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      model: 'anthropic/claude-sonnet-4-5',
      stream: true,
      ...(path.endsWith('/responses')
        ? { input: 'Where does it go?' }
        : {
            messages: [{ role: 'user', content: 'Where does it go?' }],
            max_tokens: 1000,
          }),
    }),
  })

async function theRow(): Promise<Row> {
  await until(async () => (await book.flush()) && (await book.rows()).length > 0, 'the record')
  const rows = await book.rows()
  expect(rows.length).toBe(1)
  return rows[0]!
}

const prompt = {
  input: 1234,
  cacheRead: 2000,
  cacheWrite: 200,
  cacheWriteHour: 500,
}
/** The words that went out, as an estimate counts them. */
const said = Math.ceil(words.length / 4)

for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/messages']) {
  for (const end of ['ends', 'breaks'] as const)
    test(`${path}: a stream of Claude that ${end} early costs the prompt that it told, and what it said so far`, async () => {
      fate = end
      const text = await (await ask(path)).text()
      expect(text.match(/^data: .*(?:"type":"(?:error|response\.failed)"|\{"error")/gm)?.length).toBe(1)
      expect(await theRow()).toMatchObject({
        ...prompt,
        output: said,
        billing: 'partial',
        hungUp: false,
        code: end === 'ends' ? 'upstream_cut' : 'upstream_overloaded',
      })
    })

  test(`${path}: the same where the client goes away`, async () => {
    fate = 'stays'
    const reader = (await ask(path)).body!.getReader()
    const decoder = new TextDecoder()
    for (let text = ''; !text.includes('further.'); ) text += decoder.decode((await reader.read()).value)
    await reader.cancel()
    await left
    expect(await theRow()).toMatchObject({
      ...prompt,
      output: said,
      billing: 'partial',
      hungUp: true,
    })
  })
}

test('what a stream tells at its end is what counts', async () => {
  fate = 'completes'
  await (await ask()).text()
  expect(await theRow()).toMatchObject({
    ...prompt,
    output: 99,
    billing: 'exact',
    code: null,
  })
})

test('who begins with zeros has told nothing yet', async () => {
  told = nothing
  fate = 'ends'
  await (await ask()).text()
  const row = await theRow()
  expect(row).toMatchObject({ output: said, billing: 'estimated' })
  expect(row.input!).toBeGreaterThan(0)
})
