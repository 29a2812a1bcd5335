import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createMockProvider } from '../mock/provider.ts'
import { KEY, type Running, spawnGateway } from '../process/spawn.ts'
import { askOnce, openTalk } from './raw.ts'
import { errorOf, refusalOf } from './shapes.ts'

const LIMIT = 2000
const mock = createMockProvider({ models: ['one'], tokens: 1 })
let gateway: Running

beforeAll(async () => {
  gateway = await spawnGateway({
    env: {
      BODY_SIZE_LIMIT: String(LIMIT),
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    },
  })
})
beforeEach(mock.reset)
afterAll(async () => {
  await gateway.stop()
  mock.stop()
})

const head = (lines: string, path = '/v1/chat/completions') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${lines}\r\n\r\n`

/** A chat request of exactly so many bytes. */
function bodyOf(size: number): string {
  const body = (text: string) => `{"model":"one","messages":[{"role":"user","content":"${text}"}]}`
  return body('x'.repeat(size - body('').length))
}

const sized = (body: string) => head(`Content-Length: ${Buffer.byteLength(body)}`) + body
const chunked = (body: string, size: number) =>
  head('Transfer-Encoding: chunked') +
  (body.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [])
    .map(part => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`)
    .join('') +
  '0\r\n\r\n'

const ask = async (bytes: string) => {
  const answer = await askOnce(gateway.port, bytes)
  if (answer === undefined) throw new Error('The gateway closed the connection without an answer')
  return answer
}

describe('the body limit', () => {
  for (const [form, write] of [
    ['with a content-length', sized],
    ['in chunks', (body: string) => chunked(body, 300)],
    ['in chunks of one byte', (body: string) => chunked(body, 1)],
  ] as const) {
    test(`lets through what just fits, ${form}, byte by byte`, async () => {
      for (const size of [LIMIT - 1, LIMIT]) {
        expect((await ask(write(bodyOf(size)))).status).toBe(200)
        expect(mock.requests.at(-1)!.body).toBe(bodyOf(size))
      }
    })

    test(`refuses one byte more, ${form}, with 413 in the client's dialect`, async () => {
      const answer = await ask(write(bodyOf(LIMIT + 1)))
      expect(refusalOf(answer)).toEqual([413, 'request_too_large'])
      expect(errorOf(answer).message).toContain(String(LIMIT))
      expect(answer.headers.get('x-should-retry')).toBe('false')
      expect(mock.requests).toEqual([])
    })
  }

  test('counts bytes, not characters', async () => {
    const text = (count: number) => `{"model":"one","messages":[],"user":"${'€'.repeat(count)}"}`
    const most = Math.floor((LIMIT - Buffer.byteLength(text(0))) / 3)
    expect((await ask(sized(text(most)))).status).toBe(200)
    expect((await ask(sized(text(most + 1)))).status).toBe(413)
  })

  test('answers as soon as it is passed: nobody has to send the rest', async () => {
    const began = performance.now()
    const announced = await ask(head('Content-Length: 5000000000') + '{"model":"one"')
    expect(refusalOf(announced)).toEqual([413, 'request_too_large'])
    const part = 'x'.repeat(LIMIT + 1)
    const endless = await ask(
      `${head('Transfer-Encoding: chunked')}${part.length.toString(16)}\r\n${part}\r\n`,
    )
    expect(refusalOf(endless)).toEqual([413, 'request_too_large'])
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('holds for operators too', async () => {
    const body = JSON.stringify({ source: 'x', description: 'x'.repeat(LIMIT) })
    const put = head(`Content-Length: ${body.length}`, '/admin/virtual-models').replace('POST', 'PUT')
    expect(refusalOf(await ask(put + body))).toEqual([413, 'request_too_large'])
  })

  test('leaves the connection fit for the next request', async () => {
    const talk = openTalk(gateway.port)
    expect((await talk.ask(sized(bodyOf(LIMIT + 1))))?.status).toBe(413)
    expect((await talk.ask(sized(bodyOf(LIMIT))))?.status).toBe(200)
    expect((await talk.ask(chunked(bodyOf(LIMIT + 1), 64)))?.status).toBe(413)
    expect((await talk.ask(sized(bodyOf(LIMIT))))?.status).toBe(200)
    talk.close()
  })
})

describe('a content-length that lies', () => {
  test('low: the rest is no part of the request', async () => {
    const body = bodyOf(200)
    const talk = openTalk(gateway.port)
    expect(refusalOf((await talk.ask(head('Content-Length: 100') + body))!)).toEqual([400, 'invalid_request'])
    talk.close()
    expect(mock.requests).toEqual([])
  })

  test('high: nothing is asked upstream, and the gateway goes on', async () => {
    const talk = openTalk(gateway.port)
    const socket = await talk.socket()
    socket.write(head('Content-Length: 500') + bodyOf(200))
    await Bun.sleep(100)
    socket.end()
    await Bun.sleep(100)
    talk.close()
    expect(mock.requests).toEqual([])
    expect((await ask(sized(bodyOf(200)))).status).toBe(200)
  })
})

test('a body that arrives byte by byte, or after "100-continue", arrives whole', async () => {
  const body = bodyOf(300)
  const talk = openTalk(gateway.port)
  const socket = await talk.socket()
  for (const byte of sized(body)) {
    socket.write(byte)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect((await talk.ask(''))?.status).toBe(200)
  const expecting = `${head(`Content-Length: ${body.length}\r\nExpect: 100-continue`)}${body}`
  expect((await talk.ask(expecting))?.status).toBe(200)
  talk.close()
  expect(mock.requests.map(request => request.body)).toEqual([body, body])
})
