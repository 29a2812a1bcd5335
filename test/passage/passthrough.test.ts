import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { events, type House, last, openHouse, UPSTREAM_KEY } from './kit.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      ANTHROPIC_BASE_URL: '$/v1',
      GEMINI_BASE_URL: '$/v1beta',
      PERPLEXITY_BASE_URL: '$/bare',
    },
  })
})
afterAll(() => house[Symbol.asyncDispose]())

const settledLast = () => house.settled.at(-1)!

describe('what goes to the provider', () => {
  test.each([
    ['/p/openai/v1/chat/completions', '/v1/chat/completions'],
    ['/p/openai/chat/completions', '/v1/chat/completions'],
    ['/p/perplexity/v1/chat/completions', '/bare/chat/completions'],
    ['/p/perplexity/chat/completions', '/bare/chat/completions'],
    ['/p/perplexity/v1/voices', '/bare/v1/voices'],
    ['/p/gemini/v1beta/models/g:generateContent?alt=sse', '/v1beta/models/g:generateContent?alt=sse'],
    ['/p/openai/a%20b/%C3%A4/x%2Fy?q=%20+&q=2', '/v1/a%20b/%C3%A4/x%2Fy?q=%20+&q=2'],
  ])('is found at its place: %s', async (path, wanted) => {
    house.answer(() => Response.json({}))
    expect((await house.call('POST', path, { json: {} })).status).toBe(200)
    expect(last(house).path).toBe(wanted)
  })

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('has the method %s', async method => {
    house.answer(() => new Response('{"a": 1.0}', { headers: { 'content-type': 'application/json' } }))
    const response = await house.call(method, '/p/openai/things/7?seen')
    expect([response.status, await response.text()]).toEqual([200, method === 'HEAD' ? '' : '{"a": 1.0}'])
    expect([last(house).method, last(house).path]).toEqual([method, '/v1/things/7?seen'])
  })

  test('is the body byte for byte, big numbers and white space included', async () => {
    const json = '{ "model" : "gpt-5", "n": 12345678901234567890, "x": 1.0,\n "messages": [] }'
    await house.call('POST', '/p/openai/chat/completions', { json })
    expect(last(house).text).toBe(json)
    const array = '[1, 2.0, {"model": 7}]'
    await house.call('POST', '/p/openai/anything', { json: array })
    expect(last(house).text).toBe(array)
  })

  test('has the credentials of the operator, and none of the client, nor what belongs to the connection', async () => {
    await house.call('POST', '/p/openai/things?key=mine&api_key=mine&access_token=mine&keep=1', {
      json: {},
      headers: {
        cookie: 'session=1',
        'x-goog-api-key': 'mine',
        'xi-api-key': 'mine',
        'x-amz-security-token': 'mine',
        'x-auth-token': 'mine',
        'proxy-authorization': 'Basic mine',
        'openai-organization': 'org-mine',
        'openai-project': 'proj-mine',
        'x-forwarded-for': '1.2.3.4',
        'x-http-method-override': 'DELETE',
        'x-original-url': '/admin',
        'x-modelway-user-path': '/team',
        te: 'trailers',
        connection: 'keep-alive, x-private',
        'x-private': 'hop',
        'x-custom': 'kept',
        'openai-beta': 'assistants=v2',
      },
    })
    const { headers, path } = last(house)
    expect(path).toBe('/v1/things?keep=1')
    expect(headers.get('authorization')).toBe(`Bearer ${UPSTREAM_KEY}`)
    const names = [...headers.keys()].sort()
    expect(names).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'cdn-loop',
      'connection',
      'content-length',
      'content-type',
      'host',
      'openai-beta',
      'user-agent',
      'x-custom',
    ])
    expect(headers.get('accept-encoding')).toBe('identity')
    expect(JSON.stringify([...headers])).not.toContain('mine')
  })

  test('has the headers that its own language needs', async () => {
    await house.call('POST', '/p/anthropic/v1/messages', {
      json: { model: 'claude', messages: [] },
      headers: { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'files-api-2025-04-14' },
    })
    const { headers } = last(house)
    expect([headers.get('x-api-key'), headers.get('authorization')]).toEqual([UPSTREAM_KEY, null])
    expect(headers.get('anthropic-version')).toBe('2024-01-01')
    expect(headers.get('anthropic-beta')).toBe('files-api-2025-04-14')
  })

  test('is a form as it was written, or, where it names a model, the same form again', async () => {
    const form = () => {
      const data = new FormData()
      data.append('model', 'whisper-1')
      data.append('file', new File(['sound'], 'a b', { type: 'audio/wav' }))
      return data
    }
    for (const path of ['/p/openai/audio/transcriptions', '/p/openai/vendor/things']) {
      await house.call('POST', path, { body: form() })
      const { text, headers } = last(house)
      const boundary = /boundary=(\S+)/.exec(headers.get('content-type') ?? '')?.[1] ?? 'none'
      expect([path, text.startsWith(`--${boundary}\r\n`), text.includes(`--${boundary}--`)]).toEqual([
        path,
        true,
        true,
      ])
      expect(text).toMatch(/name="model"\r\n\r\nwhisper-1\r\n/)
      expect(text).toMatch(/name="file"; filename="a b"\r\n[\s\S]*?\r\n\r\nsound\r\n/)
    }
    expect(last(house).text).toContain('Content-Type: audio/wav')
    expect(house.settled.slice(-2).map(({ model }) => model)).toEqual(['whisper-1', ''])
  })
})

describe('what comes back', () => {
  test('is the status, the body and the type, without cookies and what belongs to the account', async () => {
    house.answer(
      () =>
        new Response('bytes', {
          status: 202,
          headers: {
            'content-type': 'audio/mpeg',
            'content-disposition': 'attachment',
            etag: '"1"',
            'x-ratelimit-remaining-requests': '5',
            'set-cookie': 'a=b',
            'openai-organization': 'org-1',
            server: 'secret',
            'access-control-allow-origin': '*',
          },
        }),
    )
    const response = await house.call('GET', '/p/openai/things')
    expect([response.status, await response.text()]).toEqual([202, 'bytes'])
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'audio/mpeg',
      'content-disposition': 'attachment',
      'content-length': '5',
      etag: '"1"',
      'x-ratelimit-remaining-requests': '5',
      'x-request-id': expect.any(String),
      'x-modelway-model': '',
      'x-modelway-provider': 'openai',
      'x-modelway-attempts': '1',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })

  test.each([204, 205, 304])('may be nothing at all: %i', async status => {
    house.answer(() => new Response(null, { status }))
    const response = await house.call('DELETE', '/p/openai/things/1')
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  test.each([400, 404, 409, 413, 418, 422, 429, 451, 500, 503, 529])(
    'is an error with the status and the words of the provider: %i',
    async status => {
      const body = { error: { message: 'No', vendor: [1, 2], code: 7 }, more: true }
      house.answer(() => Response.json(body, { status, headers: { 'retry-after': '60' } }))
      const response = await house.call('POST', '/p/openai/chat/completions', {
        json: { model: `m${status}` },
      })
      expect([response.status, await response.json()]).toEqual([status, body])
      expect(response.headers.get('retry-after')).toBe('60')
    },
  )

  test('is an error in words of the gateway where the words of the provider speak of its account', async () => {
    for (const status of [401, 402, 403]) {
      house.answer(() => Response.json({ error: { message: 'Incorrect API key: sk-123' } }, { status }))
      const response = await house.call('POST', '/p/openai/things', { json: { model: `a${status}` } })
      const text = await response.text()
      expect([status, response.status, JSON.parse(text).error.code]).toEqual([
        status,
        502,
        'upstream_rejected',
      ])
      expect(text).not.toContain('sk-123')
    }
  })

  test('is an error of the gateway where the provider sends no JSON, or a redirect', async () => {
    house.answer(
      () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    )
    expect(await (await house.call('GET', '/p/openai/html')).json()).toMatchObject({
      error: { code: 'upstream_error' },
    })
    house.answer(() => new Response(null, { status: 302, headers: { location: 'http://evil.example/' } }))
    const response = await house.call('GET', '/p/openai/moved')
    expect([response.status, response.headers.get('location')]).toEqual([502, null])
  })

  test('is told as cut, not as complete, where the connection breaks', async () => {
    const net = await import('node:net')
    const server = net.createServer(socket => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a": ')
        setTimeout(() => socket.destroy(), 20)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await using other = await openHouse({ at: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` } })
    const response = await other.call('GET', '/p/openai/things')
    expect([response.status, (await response.json()).error.code]).toEqual([502, 'upstream_cut'])
    server.close()
  })

  test('is JSON of any length', async () => {
    const big = JSON.stringify({ text: 'x'.repeat(9_000_000) })
    house.answer(() => new Response(big, { headers: { 'content-type': 'application/json' } }))
    const response = await house.call('GET', '/p/openai/big')
    expect((await response.text()) === big).toBe(true)
  })
})

describe('a stream', () => {
  test('that breaks off is told in the language of the client', async () => {
    house.answer(() => events({ choices: [{ delta: { content: 'hi' } }] }))
    const response = await house.call('POST', '/p/openai/chat/completions', {
      json: { model: 'gpt-5', stream: true, messages: [] },
    })
    expect(await response.text()).toContain('"code":"upstream_cut"')
    expect(settledLast().code).toBe('upstream_cut')
  })

  test('in a language that nobody knows passes piece by piece', async () => {
    const gate = Promise.withResolvers<void>()
    house.answer(
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(new TextEncoder().encode('data: one\n\n'))
              await gate.promise
              controller.enqueue(new TextEncoder().encode('data: two\n\n'))
              controller.close()
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
    )
    const response = await house.call('GET', '/p/openai/vendor/stream')
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: one\n\n')
    gate.resolve()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: two\n\n')
    expect((await reader.read()).done).toBe(true)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
  })

  test('that the client leaves is left at the provider too, and settled once', async () => {
    let isGone = false
    house.answer(
      () =>
        new Response(
          new ReadableStream({
            pull: async controller => {
              await Bun.sleep(5)
              controller.enqueue(new Uint8Array(1000))
            },
            cancel: () => {
              isGone = true
            },
          }),
          { headers: { 'content-type': 'application/octet-stream' } },
        ),
    )
    const before = house.settled.length
    const response = await house.call('GET', '/p/openai/endless')
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    await until(() => isGone, 'the provider to see the close')
    expect(house.settled.slice(before)).toMatchObject([{ code: 'client_closed', hungUp: true }])
  })
})

describe('what cannot be passed on', () => {
  test.each([
    ['POST', '/p/nobody/chat', {}, 404, 'not_found'],
    ['GET', '/p/openai', {}, 404, 'not_found'],
    ['GET', '/p/openai/a%2f..%2fb', {}, 400, 'invalid_request'],
    ['POST', '/p/openai/chat/completions', { json: '{"model": "a", ' }, 400, 'invalid_request'],
    [
      'POST',
      '/p/openai/chat/completions',
      { body: '{"model":"a"}', headers: { 'content-type': 'text/plain' } },
      400,
      'invalid_request',
    ],
    ['POST', '/p/openai/things', { json: '{"model": 7}' }, 400, 'invalid_request'],
    ['POST', '/p/openai/things', { json: '{"model": " a"}' }, 400, 'invalid_request'],
    [
      'POST',
      '/p/openai/things',
      { json: {}, headers: { 'content-type': 'application/json; charset=utf-16' } },
      400,
      'invalid_request',
    ],
    [
      'POST',
      '/p/openai/things',
      { json: {}, headers: { 'content-encoding': 'gzip' } },
      400,
      'invalid_request',
    ],
    [
      'GET',
      '/p/openai/realtime',
      { headers: { upgrade: 'websocket', connection: 'Upgrade' } },
      426,
      'unsupported_operation',
    ],
  ] as const)('%s %s %j is refused with %i', async (method, path, init, status, code) => {
    const before = house.received.length
    const response = await house.call(method, path, init as object)
    expect([response.status, (await response.json()).error.code]).toEqual([status, code])
    expect(house.received.length).toBe(before)
  })

  test('is told to clients of Anthropic in their own words', async () => {
    const response = await house.call('POST', '/p/anthropic/v1/messages', { json: '{' })
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  test('needs a key', async () => {
    const response = await house.test.fetch('/p/openai/things')
    expect(response.status).toBe(401)
  })

  test('is JSON beyond BODY_SIZE_LIMIT: nobody would know its model', async () => {
    await using small = await openHouse({ env: { BODY_SIZE_LIMIT: '1k' } })
    const response = await small.call('POST', '/p/openai/things', { json: { text: 'x'.repeat(2000) } })
    expect([response.status, small.received.length]).toEqual([413, 0])
  })
})
