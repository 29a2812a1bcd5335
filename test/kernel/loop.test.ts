import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'

/** Gateways with sockets, so that the address of a provider can lead to one of them, and what came to each. */
const gateways: TestGateway[] = []
let arrived: string[][] = []
const doors = [0, 1].map(i =>
  Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      if (request.method === 'POST') arrived[i]!.push(request.headers.get('cdn-loop') ?? '')
      return gateways[i]!.gateway.fetch(request)
    },
  }),
)
const mock = createMockProvider({ models: ['end'] })
const redirect = (source: string, target: string) => ({ source, targets: [{ model: target }] })
const environment = (redirects: readonly object[]) => ({
  OPENAI_API_KEY: MASTER,
  OPENAI_BASE_URL: `http://127.0.0.1:${doors[0]!.port}/v1`,
  OPENAI_MODELS: 'round,ping,end,copied',
  VLLM_API_KEY: MASTER,
  VLLM_BASE_URL: `http://127.0.0.1:${doors[1]!.port}/v1`,
  VLLM_MODELS: 'ping,end',
  GROQ_API_KEY: 'sk-upstream',
  GROQ_BASE_URL: mock.url,
  GROQ_MODELS: 'end',
  CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
  VIRTUAL_MODELS: JSON.stringify([...redirects, redirect('end', 'groq/end')]),
})

beforeAll(async () => {
  const first = [redirect('round', 'openai/round'), redirect('ping', 'vllm/ping'), redirect('on', 'vllm/end')]
  const mirror = { model: 'openai/copied', share: 1 }
  const more = [redirect('self', 'openai/end'), { ...redirect('copied', 'groq/end'), mirror }]
  gateways.push(await startGateway({ env: environment([...first, ...more]) }))
  gateways.push(await startGateway({ env: environment([redirect('ping', 'openai/ping')]) }))
})
beforeEach(() => {
  arrived = [[], []]
})
afterAll(async () => {
  for (const gateway of gateways) await gateway.close()
  for (const door of doors) await door.stop(true)
})

const messages = [{ role: 'user', content: 'Hello' }]
const ask = async (path: string, model: string, more: object = {}) => {
  const body = JSON.stringify({
    model,
    ...(path.endsWith('responses') ? { input: 'Hello' } : { messages }),
    ...more,
  })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  return gateways[0]!.json(path, { method: 'POST', headers, body })
}

const idsIn = (header: string): string[] =>
  [...header.matchAll(/modelway; id=([\w-]+)/g)].map(([, id]) => id!)

test.each(['/v1/chat/completions', '/v1/responses', '/v1/messages'])(
  'a redirect to a provider that is this very gateway ends, at %s',
  async path => {
    for (const stream of [false, true]) {
      arrived = [[], []]
      const { status, body } = await ask(path, 'round', { max_tokens: 5, stream })
      expect([status, JSON.stringify(body)]).toEqual([508, expect.stringContaining('leads back')])
      expect(arrived[0]!.length).toBe(2)
    }
  },
)

test('two gateways that lead to each other end it, too', async () => {
  const { status, body } = await ask('/v1/chat/completions', 'ping')
  expect([status, body.error.code]).toEqual([508, 'loop_detected'])
  expect(arrived.map(({ length }) => length)).toEqual([2, 2])
})

test('one behind the other is no circle, nor is one that asks itself once', async () => {
  expect((await ask('/v1/chat/completions', 'on')).status).toBe(200)
  expect(arrived.map(({ length }) => length)).toEqual([0, 1])
  expect((await ask('/v1/chat/completions', 'self')).status).toBe(200)
  expect(arrived[0]!.length).toBe(1)
})

test('copies that lead back end, too', async () => {
  expect((await ask('/v1/chat/completions', 'copied')).status).toBe(200)
  await until(() => arrived[0]!.length === 2, 'the copy of the copy')
  expect(arrived[0]!.map(header => idsIn(header).length)).toEqual([1, 2])
})

test('each gateway says only that it was there, behind those before it', async () => {
  await ask('/v1/chat/completions', 'ping')
  const [first, second] = [idsIn(arrived[1]![0]!), idsIn(arrived[0]![0]!)]
  expect([first.length, second.length]).toEqual([1, 2])
  expect(second[0]).toBe(first[0])
  const { 'cdn-loop': told } = mock.requests.at(-1)?.headers ?? {}
  expect(told).toMatch(/^modelway; id=[\w-]+(, modelway; id=[\w-]+)*$/)
})

test('what pretends to have come a long way is refused', async () => {
  const headers = { authorization: `Bearer ${MASTER}`, 'cdn-loop': 'other; id=1, '.repeat(200) }
  const { status } = await gateways[0]!.json('/v1/models', { headers })
  expect(status).toBe(508)
})
