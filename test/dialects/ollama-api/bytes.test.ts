import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../../src/contract/plugin.ts'
import type { Settled } from '../../../src/exchange.ts'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import type { Plan } from '../../mock/plan.ts'
import { createMockProvider } from '../../mock/provider.ts'

/** A provider that speaks Ollama's language is told what the client wrote, and says what the client reads. */

const mock = createMockProvider({ models: ['llama:8b'], tokens: 5 })
const settled: Partial<Settled>[] = []
const witness = definePlugin({
  name: 'witness',
  about: 'Writes down what is settled.',
  setup: () => ({
    settle: ({ usage, finish, refusal, unfinished }) =>
      void settled.push({ usage, finish, refusal, ...(unfinished && { unfinished }) }),
  }),
})
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      OLLAMA_BASE_URL: mock.url,
      OLLAMA_API_KEY: 'sk-upstream',
      OLLAMA_MODELS: 'llama:8b,plain:latest,gpt-oss:20b',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      CACHE_MODELS: 'kept',
      PING_INTERVAL: '200ms',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
      VIRTUAL_MODELS: JSON.stringify([
        {
          source: 'careful',
          target_model: 'ollama/llama:8b',
          parameters: {
            temperature: 0,
            max_output_tokens: 50,
            reasoning_effort: 'none',
            instructions: 'Be brief.',
          },
        },
        ...['llama:8b', 'gpt-oss:20b'].map(id => ({
          source: `thorough-${id}`,
          target_model: `ollama/${id}`,
          parameters: { reasoning_effort: 'high' },
        })),
        { source: 'kept', target_model: 'ollama/llama:8b' },
        {
          source: 'two',
          strategy: 'failover',
          targets: ['llama:8b', 'plain:latest'].map(id => ({ model: `ollama/${id}` })),
        },
      ]),
    },
    extra: [witness],
  })
})
beforeEach(() => {
  mock.reset()
  settled.length = 0
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const send = (path: string, body: object | string) =>
  gateway.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const messages = [{ role: 'user', content: 'Where does it go?' }]
const chat = async (plan: Plan = {}, more: object = {}) =>
  (await send('/api/chat', { model: 'ollama/llama:8b', messages, ...more, mock_plan: plan })).text()
/** What the client alone would read. */
const alone = async (plan: Plan, more: object = {}) =>
  (
    await fetch(`${mock.url.replace(/\/v1$/, '')}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama:8b', messages, ...more, mock_plan: plan }),
    })
  ).text()
const sent = () => mock.requests.at(-1)!

describe('what is asked', () => {
  test('arrives as it was written, but for the model and the key', async () => {
    const rest = `"options" : {"num_ctx":8192 , "seed":12345678901234567890},\n "keep_alive":"5m", "messages":[{"role":"user","content":"Hi"}]}`
    await (await send('/api/chat', `{ "model": "ollama/llama:8b",${rest}`)).text()
    expect([sent().path, sent().body]).toEqual(['/api/chat', `{ "model": "llama:8b",${rest}`])
    expect(sent().headers.authorization).toBe('Bearer sk-upstream')
  })

  test('may be each of four things', async () => {
    const asked = [
      ['/api/generate', { prompt: 'Hi', raw: true, stream: false }],
      ['/api/embed', { input: ['a', 'b'] }],
      ['/api/embeddings', { prompt: 'a' }],
      ['/api/chat', {}],
    ] as const
    for (const [path, body] of asked) {
      const response = await send(path, { model: 'ollama/llama:8b', ...body })
      expect([path, response.status, sent().path]).toEqual([path, 200, path])
      expect(sent().json).toEqual({ model: 'llama:8b', ...body })
      await response.text()
    }
  })

  test('names a model with the tag that Ollama adds, or without', async () => {
    for (const name of ['ollama/plain', 'plain', 'ollama/plain:latest', 'plain:latest']) {
      await (await send('/api/chat', { model: name, messages })).text()
      expect([name, sent().json!.model]).toEqual([name, 'plain:latest'])
    }
  })

  test('gives way to what a redirect sets', async () => {
    const options = { temperature: 1, num_predict: 900, num_ctx: 4096 }
    const response = await send('/api/chat', { model: 'careful', messages, options, think: true })
    await response.text()
    expect(sent().json).toEqual({
      model: 'llama:8b',
      messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
      options: { temperature: 0, num_predict: 50, num_ctx: 4096 },
      think: false,
    })
    expect(response.headers.get('x-modelway-warning')).toContain('options.temperature')
    await (await send('/api/generate', { model: 'careful', prompt: 'Hi', system: 'In French.' })).text()
    expect(sent().json).toMatchObject({ system: 'Be brief.\n\nIn French.', options: { temperature: 0 } })
  })
})

describe('how much a model shall think, as a redirect sets it', () => {
  const said = async (path: string, model: string | undefined, more: object = {}) => {
    const response = await send(path, { model, messages, ...more })
    await response.text()
    const { think, reasoning_effort, reasoning } = sent().json!
    return [think, reasoning_effort, reasoning, response.headers.has('x-modelway-warning')]
  }
  const google = '/v1beta/models/ollama/llama:8b:generateContent'
  const contents = [{ parts: [{ text: 'Hi' }] }]
  const thinking = { contents, generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } }

  test('is a level where that is known to be taken', async () => {
    expect(await said('/api/chat', 'thorough-gpt-oss:20b')).toEqual(['high', undefined, undefined, false])
    expect(await said('/v1/chat/completions', 'thorough-gpt-oss:20b')).toEqual([
      undefined,
      'high',
      undefined,
      false,
    ])
  })

  test('is that it shall, where a level would be refused, and the caller is told', async () => {
    expect(await said('/api/chat', 'thorough-llama:8b')).toEqual([true, undefined, undefined, true])
    const untold = [undefined, undefined, undefined, true]
    expect(await said('/v1/chat/completions', 'thorough-llama:8b')).toEqual(untold)
    const input = { messages: undefined, input: 'Hi' }
    expect(await said('/v1/responses', 'thorough-llama:8b', input)).toEqual([undefined, undefined, {}, true])
    expect(await said(google, undefined, { messages: undefined, ...thinking })).toEqual(untold)
  })

  test('is what a client says itself, where it asks Ollama in its own words', async () => {
    expect(await said('/api/chat', 'ollama/llama:8b', { think: 'high' })).toEqual([
      'high',
      undefined,
      undefined,
      false,
    ])
  })
})

describe('what is answered', () => {
  const full: Plan = {
    text: 'Grüße, “wohin” 😀 auch.',
    reasoning: 'Let me see.',
    toolCall: { name: 'go', arguments: { to: 'the moon' } },
  }

  test('is what the provider wrote, whole and as lines cut anywhere', async () => {
    expect(await chat(full, { stream: false })).toBe(await alone(full, { stream: false }))
    const lines = await alone(full)
    expect(lines.trimEnd().split('\n').length).toBeGreaterThan(6)
    for (const splitAt of [1, 2, 7, 100]) expect(await chat({ ...full, splitAt })).toBe(lines)
    const { eval_count: output } = JSON.parse(lines.trimEnd().split('\n').at(-1)!)
    const usage = { input: 8, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 }
    expect(settled).toEqual(Array(5).fill({ usage, finish: 'stop', refusal: undefined }))
  })

  test('that breaks off ends with a line that says so', async () => {
    for (const plan of [
      { text: 'one two three', noDone: true },
      { text: 'one two three', cutAfterBytes: 250 },
    ] as Plan[]) {
      const lines = (await chat(plan)).trimEnd().split('\n')
      const last = JSON.parse(lines.at(-1)!)
      expect(Object.keys(last)).toEqual(['error'])
      expect(last.error).toContain('before the answer was complete')
      for (const line of lines.slice(0, -1)) expect(JSON.parse(line).done).toBe(false)
      expect(settled.at(-1)).toMatchObject({ refusal: { code: 'upstream_cut' } })
    }
  })

  test('that fails on its way passes with its own words, and is a failure', async () => {
    const plan: Plan = { text: 'one two three', errorEvent: { after: 2 } }
    expect(await chat(plan)).toBe(await alone(plan))
    expect(settled.at(-1)!.refusal).toMatchObject({ code: 'upstream_error' })
  })

  test('with an error in the first line is none: the next target is asked', async () => {
    mock.setPlan(({ json }) =>
      json?.model === 'llama:8b' ? { errorEvent: { after: 0 } } : { text: 'Here.' },
    )
    const lines = (await (await send('/api/chat', { model: 'two', messages })).text()).trimEnd().split('\n')
    expect(JSON.parse(lines[0]!).message.content).toBe('Here.')
    const refused = await send('/api/chat', { model: 'ollama/llama:8b', messages })
    expect([refused.status, Object.keys(await refused.json())]).toEqual([502, ['error']])
  })

  test('with an error instead is that error, in one sentence', async () => {
    const plan: Plan = { status: 400, body: '{"error":"llama:8b does not support tools"}' }
    const response = await send('/api/chat', { model: 'ollama/llama:8b', messages, mock_plan: plan })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'llama:8b does not support tools' },
    ])
  })

  test('that lets wait begins with a space, which means nothing and keeps the connection', async () => {
    const response = await send('/api/chat', {
      model: 'ollama/llama:8b',
      messages,
      mock_plan: { text: 'At last.', delayMs: 450 },
    })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const text = await response.text()
    expect(text).toMatch(/^ +\{/)
    const said = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).message.content)
    expect(said.join('')).toBe('At last.')
  })

  test('is told again as lines, where it is kept', async () => {
    const ask = async () => (await send('/api/chat', { model: 'kept', messages })).text()
    const first = await ask()
    expect(first.trimEnd().split('\n').length).toBe(6)
    expect(await ask()).toBe(first)
    expect(mock.requests.length).toBe(1)
  })
})

test('clients of chat reach the same provider as before', async () => {
  const { body } = await gateway.chat({ model: 'ollama/llama:8b', messages })
  expect([sent().path, body.object]).toEqual(['/v1/chat/completions', 'chat.completion'])
})
