import { afterAll, beforeEach, expect, test } from 'bun:test'
import { chunksOf, createClient, type Json, messages } from './client.ts'
import type { Plan } from './plan.ts'
import { createMockProvider } from './provider.ts'

const mock = createMockProvider({ models: ['one', 'two'] })
afterAll(mock.stop)
beforeEach(mock.reset)

const { post, ask } = createClient(mock)
const stream = { stream: true }
const withUsage = { stream: true, stream_options: { include_usage: true } }

const json = async (response: Promise<Response>): Promise<Json> => (await (await response).json()) as Json

test('createMockProvider() answers like OpenAI, the same every time', async () => {
  const [first, second] = [await json(ask(undefined)), await json(ask(undefined))]
  expect(first).toMatchObject({
    object: 'chat.completion',
    model: 'one',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', refusal: null },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 8, completion_tokens: 16, total_tokens: 24 },
  })
  expect({ ...second, id: '' }).toEqual({ ...first, id: '' })
})

test('createMockProvider() streams role, deltas, finish and [DONE]', async () => {
  const response = await ask(undefined, stream)
  const text = await response.text()
  const chunks = chunksOf(text)
  expect(response.headers.get('content-type')).toStartWith('text/event-stream')
  expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '', refusal: null })
  expect(chunks.length).toBe(18)
  expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  expect(chunks.some(chunk => 'usage' in chunk)).toBe(false)
})

test('a stream says what the whole answer says', async () => {
  const whole = (await json(ask(undefined))) as {
    choices: { message: { content: string } }[]
  }
  const chunks = chunksOf(await (await ask(undefined, stream)).text())
  const text = chunks.map(chunk => chunk.choices[0]!.delta.content ?? '').join('')
  expect(text).toBe(whole.choices[0]!.message.content)
})

test('include_usage adds one chunk without choices and null to the others', async () => {
  for (const plan of [undefined, { tokens: 3 }]) {
    const chunks = chunksOf(await (await ask(plan, withUsage)).text())
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: plan ? 3 : 16, prompt_tokens: 8 },
    })
    expect(chunks.slice(0, -1).every(chunk => chunk.usage === null)).toBe(true)
  }
})

test('max_tokens ends an answer early, with the reason', async () => {
  expect(await json(ask(undefined, { max_tokens: 2 }))).toMatchObject({
    choices: [{ finish_reason: 'length' }],
    usage: { completion_tokens: 2 },
  })
})

test('requests remembers method, path, headers, body and JSON', async () => {
  await ask(undefined, { user: 'ä' }, { headers: { 'X-Trace': '7' } })
  const [seen] = mock.requests
  expect(seen).toMatchObject({
    method: 'POST',
    path: '/v1/chat/completions',
    json: { user: 'ä' },
  })
  expect(seen!.headers['x-trace']).toBe('7')
  expect(JSON.parse(seen!.body)).toEqual(seen!.json as Json)
})

test('a misspelt plan is refused with 400 that names the field', async () => {
  const response = await post({ model: 'one', mock_plan: { delayMS: 5 } })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('Cannot follow \\"mock_plan.delayMS\\": there is no such field')
  expect(await (await post({ model: 'one', mock_plan: { status: 'x' } })).text()).toContain(
    'mock_plan.status',
  )
})

test('broken JSON, a missing model and an unknown path are refused as OpenAI does', async () => {
  const statuses = [
    (await fetch(`${mock.url}/chat/completions`, { method: 'POST', body: '{' })).status,
    (await post({ messages })).status,
    (await fetch(`${mock.url}/nothing`, { method: 'POST', body: '{}' })).status,
  ]
  expect(statuses).toEqual([400, 400, 404])
})

test('status answers with an error of OpenAI shape', async () => {
  const response = await ask({ status: 429, headers: { 'retry-after': '7' } })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('7')
  expect(await response.json()).toMatchObject({
    error: { code: 'rate_limit_exceeded', param: null },
  })
})

test('headers replaces and repeats', async () => {
  const plan: Plan = {
    headers: { 'Set-Cookie': ['a=1', 'b=2'], 'X-Request-Id': 'mine' },
    contentType: 'text/html',
  }
  const { headers } = await ask(plan)
  expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect([headers.get('x-request-id'), headers.get('content-type')]).toEqual(['mine', 'text/html'])
})

test('body, bodyBase64 and chunks are sent as they are', async () => {
  expect(await (await ask({ body: '<html>' })).text()).toBe('<html>')
  expect([...(await (await ask({ bodyBase64: '/wD+' })).bytes())]).toEqual([255, 0, 254])
  expect(await (await ask({ chunks: ['a', 'ü', ''] }, stream)).text()).toBe('aü')
})

test('body answers on any path', async () => {
  const init = {
    method: 'POST',
    body: JSON.stringify({ mock_plan: { body: '{"a":1}' } }),
  }
  expect(await (await fetch(mock.url.replace('/v1', '/x/embeddings'), init)).text()).toBe('{"a":1}')
})

test('events become server-sent events', async () => {
  const plan: Plan = { events: ['x', { a: 1 }], noDone: true, newline: '\r\n' }
  expect(await (await ask(plan, stream)).text()).toBe('data: x\r\n\r\ndata: {"a":1}\r\n\r\n')
})

test('tokens, text, reasoning and toolCall shape the answer', async () => {
  const plan: Plan = {
    text: 'so be it',
    reasoning: 'let me see',
    toolCall: { name: 'go', arguments: { to: 'the moon' } },
  }
  const whole = await json(ask(plan))
  expect(whole).toMatchObject({
    choices: [
      {
        message: {
          content: 'so be it',
          reasoning_content: 'let me see',
          tool_calls: [
            {
              type: 'function',
              function: { name: 'go', arguments: '{"to":"the moon"}' },
            },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: {
      completion_tokens: 9,
      completion_tokens_details: { reasoning_tokens: 3 },
    },
  })
  const deltas = chunksOf(await (await ask(plan, stream)).text()).map(chunk => chunk.choices[0]!.delta)
  const calls = deltas.flatMap(delta => (delta.tool_calls as { function: { arguments: string } }[]) ?? [])
  expect(calls.map(call => call.function.arguments).join('')).toBe('{"to":"the moon"}')
  expect(deltas.map(delta => delta.reasoning_content ?? '').join('')).toBe('let me see')
})

test('usage can be odd, null or missing', async () => {
  expect((await json(ask({ usage: { prompt_tokens: -1 } }))).usage).toEqual({ prompt_tokens: -1 })
  expect((await json(ask({ usage: null }))).usage).toBe(null)
  expect(await json(ask({ usage: false }))).not.toContainKey('usage')
  expect(await (await ask({ usage: false }, withUsage)).text()).not.toContain('usage')
})

test('usageAt reports in the finish or in every chunk, unasked', async () => {
  const finish = chunksOf(await (await ask({ usageAt: 'finish', tokens: 2 }, stream)).text())
  expect(finish.map(chunk => chunk.usage?.completion_tokens)).toEqual([undefined, undefined, undefined, 2])
  const every = chunksOf(await (await ask({ usageAt: 'every', tokens: 2 }, stream)).text())
  expect(every.map(chunk => chunk.usage?.completion_tokens)).toEqual([0, 1, 2, 2])
})

test('errorEvent fails a stream after some deltas; noDone leaves the end out', async () => {
  const text = await (await ask({ errorEvent: { after: 2, event: 'error' } }, stream)).text()
  expect(text.match(/"content":" ?\w+"/g)?.length).toBe(2)
  expect(text).toMatch(/event: error\ndata: \{"error":.*\}\n\n$/)
  expect(await (await ask({ noDone: true }, stream)).text()).not.toContain('[DONE]')
})

test('echo returns what was received', async () => {
  expect(await json(ask({ echo: true }, {}, { headers: { 'X-Via': 'gateway' } }))).toMatchObject({
    object: 'mock.echo',
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'x-via': 'gateway' },
  })
})

test('setPlan() serves requests without a plan of their own', async () => {
  mock.setPlan(request => (request.json?.model === 'two' ? { status: 503 } : undefined))
  expect((await ask(undefined, { model: 'two' })).status).toBe(503)
  expect((await ask({ tokens: 1 }, { model: 'two' })).status).toBe(200)
  expect((await ask(undefined)).status).toBe(200)
})

test('GET /models lists, fails, waits and changes', async () => {
  const get = () => fetch(`${mock.url}/models`)
  expect(await json(get())).toMatchObject({
    object: 'list',
    data: [{ id: 'one', object: 'model' }, { id: 'two' }],
  })
  mock.setModels({ ids: ['three'] })
  expect(await json(get())).toMatchObject({ data: [{ id: 'three' }] })
  mock.setModels({ plan: { status: 500 } })
  expect((await get()).status).toBe(500)
  mock.setModels({ ids: ['four'], plan: { delayMs: 5 } })
  expect(await json(get())).toMatchObject({ data: [{ id: 'four' }] })
})

test('a chunked request body and a large one arrive whole', async () => {
  const body = JSON.stringify({ model: 'one', messages, pad: 'ü'.repeat(400_000) })
  const parts = new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.length; at += 50_000) controller.enqueue(body.slice(at, at + 50_000))
      controller.close()
    },
  })
  for (const sent of [parts, body]) {
    await fetch(`${mock.url}/chat/completions`, { method: 'POST', body: sent as BodyInit })
  }
  expect(mock.requests.map(request => request.body === body)).toEqual([true, true])
})
