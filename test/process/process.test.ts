import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTalk } from '../kernel/raw.ts'
import { errorsOf } from '../kernel/sse.ts'
import { until } from '../kit.ts'
import { readUntilBroken } from '../mock/client.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { chatInit, KEY, type Running, spawnGateway } from './spawn.ts'

const mock = createMockProvider({ models: ['one'] })
afterAll(mock.stop)

const start = (env: Record<string, string> = {}, cwd?: string): Promise<Running> =>
  spawnGateway({
    ...(cwd !== undefined && { cwd }),
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      ...env,
    },
  })

const ask = (gateway: Running, plan: Plan, extra: object = { stream: true }) =>
  gateway.fetch('/v1/chat/completions', chatInit({ model: 'one', messages: [], mock_plan: plan, ...extra }))

const timed = async <T>(work: Promise<T>): Promise<{ value: T; ms: number }> => {
  const began = performance.now()
  return { value: await work, ms: performance.now() - began }
}

/** A request on a connection of before the signal. */
const get = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\n\r\n`

/** One that is silent while the others are tested; at a mock of its own, for they count what is under way at theirs. */
const quiet = createMockProvider({ models: ['one'] })
let gateway: Running
let silence: Promise<Response>
beforeAll(async () => {
  gateway = await start({ OPENAI_BASE_URL: quiet.url })
  silence = ask(gateway, { silenceMs: 12_000 })
})
afterAll(async () => {
  await gateway.stop()
  quiet.stop()
})

describe('a signal to stop', () => {
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    test(`${name} lets running answers finish, takes no new work, and ends with 0`, async () => {
      await using gateway = await start({ DRAIN_TIMEOUT: '10s' })
      const talk = openTalk(gateway.port)
      expect((await talk.ask(get('/health/ready')))?.status).toBe(200)
      const stream = readUntilBroken(await ask(gateway, { tokens: 20, gapMs: 30 }))
      const whole = ask(gateway, { delayMs: 500 }, {}).then(response => response.json())
      while (mock.ledger.active() < 2) await Bun.sleep(5)
      gateway.signal(name)
      await Bun.sleep(100)

      const ready = await talk.ask(get('/health/ready'))
      expect([undefined, 503]).toContain(ready?.status)
      const models = await talk.ask(get('/v1/models'))
      expect([undefined, 503]).toContain(models?.status)
      if (models) expect(JSON.parse(models.body)).toMatchObject({ error: { code: 'shutting_down' } })
      const late = await ask(gateway, {}).then(
        ({ status }) => status,
        ({ code }) => code,
      )
      expect([503, 'ConnectionRefused', 'ECONNREFUSED']).toContain(late)

      expect(await whole).toMatchObject({ object: 'chat.completion' })
      const { text, error } = await stream
      expect(error).toBeUndefined()
      expect(text).toEndWith('data: [DONE]\n\n')
      const { value, ms } = await timed(gateway.exited)
      expect(value).toBe(0)
      expect(ms).toBeLessThan(2000)
      expect(gateway.stderr()).toBe('')
      expect(
        gateway.logs().filter(({ message, status }) => message === 'Request' && status === 200).length,
      ).toBe(2)
      talk.close()
    }, 60_000)
  }

  test('makes /health/ready say 503 while answers run', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '10s' })
    const talk = openTalk(gateway.port)
    await talk.ask(get('/health/ready'))
    const stream = readUntilBroken(await ask(gateway, { tokens: 20, gapMs: 30 }))
    gateway.signal('SIGTERM')
    await Bun.sleep(50)
    const ready = await talk.ask(get('/health/ready'))
    expect([ready?.status, JSON.parse(ready!.body)]).toEqual([503, { status: 'stopping' }])
    expect((await talk.ask(get('/health')))?.status).toBe(200)
    await stream
    talk.close()
    expect(await gateway.exited).toBe(0)
  }, 60_000)

  test('is not undone by a reload: SIGHUP and a saved file change nothing any more', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'modelway-stop-'))
    await using gateway = await start({ DRAIN_TIMEOUT: '10s' }, cwd)
    const talk = openTalk(gateway.port)
    await talk.ask(get('/health/ready'))
    const stream = readUntilBroken(await ask(gateway, { tokens: 60, gapMs: 50 }))
    gateway.signal('SIGTERM')
    await Bun.sleep(50)
    gateway.signal('SIGHUP')
    writeFileSync(join(cwd, 'modelway.yaml'), 'retries: 1\n')
    const said = () => gateway.logs().filter(({ message }) => /reload/i.test(String(message)))
    while (said().length < 2) await Bun.sleep(20)
    expect(said().map(({ why }) => why)).toEqual(['SIGHUP', 'modelway.yaml changed'])
    const ready = await talk.ask(get('/health/ready'))
    expect([ready?.status, JSON.parse(ready!.body)]).toEqual([503, { status: 'stopping' }])
    const models = await talk.ask(get('/v1/models'))
    expect(JSON.parse(models!.body)).toMatchObject({ error: { code: 'shutting_down' } })
    expect((await stream).text).toEndWith('data: [DONE]\n\n')
    talk.close()
    expect(await gateway.exited).toBe(0)
    rmSync(cwd, { recursive: true })
  }, 60_000)

  test('cuts what is still running at the deadline, with an error event', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '300ms' })
    const stream = readUntilBroken(await ask(gateway, { tokens: 1000, gapMs: 20 }))
    const silent = readUntilBroken(await ask(gateway, { silenceMs: 60_000 }))
    const whole = ask(gateway, { hang: true }, {})
    while (mock.ledger.active() < 3) await Bun.sleep(5)
    gateway.signal('SIGTERM')
    const { value, ms } = await timed(gateway.exited)
    expect([value, ms > 250, ms < 4000]).toEqual([0, true, true])
    for (const { text, error } of [await stream, await silent]) {
      expect(error).toBeUndefined()
      expect(errorsOf(text).map(({ code }) => code)).toEqual(['shutting_down'])
    }
    const refused = await whole
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'shutting_down' } }])
    while (mock.ledger.active() > 0) await Bun.sleep(5)
  }, 60_000)

  test('lets answers finish where DRAIN_TIMEOUT is longer than any timer of the runtime', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '30d' })
    const stream = readUntilBroken(await ask(gateway, { tokens: 20, gapMs: 30 }))
    gateway.signal('SIGTERM')
    expect((await stream).text).toEndWith('data: [DONE]\n\n')
    expect([await gateway.exited, gateway.stderr()]).toEqual([0, ''])
  }, 60_000)

  test('ends at once when it comes twice', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '60s' })
    const asked = ask(gateway, { hang: true }, {}).catch(({ code }) => code as string)
    while (mock.ledger.active() < 1) await Bun.sleep(5)
    gateway.signal('SIGTERM')
    await Bun.sleep(300)
    gateway.signal('SIGTERM')
    const { value, ms } = await timed(gateway.exited)
    expect([value, ms < 1000]).toEqual([1, true])
    expect(await asked).toBe('ECONNRESET')
  }, 60_000)

  test('is one signal where it comes twice at once, as a Ctrl-C at npx does', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '10s' })
    const stream = readUntilBroken(await ask(gateway, { tokens: 20, gapMs: 30 }))
    gateway.signal('SIGINT')
    await Bun.sleep(10)
    gateway.signal('SIGINT')
    expect((await stream).text).toEndWith('data: [DONE]\n\n')
    expect(await gateway.exited).toBe(0)
  }, 60_000)

  test('ends an idle gateway at once, also while clients keep their connections', async () => {
    await using gateway = await start({ DRAIN_TIMEOUT: '60s' })
    const talk = openTalk(gateway.port)
    await talk.ask(get('/health'))
    gateway.signal('SIGTERM')
    const { value, ms } = await timed(gateway.exited)
    expect([value, ms < 2500]).toEqual([0, true])
    talk.close()
  }, 60_000)
})

describe('a running gateway', () => {
  test('writes one line of the log for each request, with no body and no key', async () => {
    const secret = 'the-prompt-is-secret'
    await (await ask(gateway, { text: 'so is the answer' }, { user: secret, stream: false })).text()
    const read = () => gateway.logs().filter(({ log }) => log === 'request-log')
    await until(() => read().length > 0, 'a line of the log')
    const lines = read()
    expect(lines.at(-1)).toMatchObject({
      endpoint: 'openai-chat',
      status: 200,
      provider: 'openai',
      served: 'one',
    })
    for (const text of [secret, 'answer', KEY, 'sk-upstream']) expect(gateway.stdout()).not.toContain(text)
  })

  test('does not notice clients that hang up', async () => {
    for (let i = 0; i < 5; i++) {
      const control = new AbortController()
      const body = { model: 'one', messages: [], stream: true, mock_plan: { tokens: 100, gapMs: 10 } }
      const response = await gateway.fetch('/v1/chat/completions', chatInit(body, { signal: control.signal }))
      await response.body!.getReader().read()
      control.abort()
    }
    const gone = () => gateway.logs().filter(({ error }) => error === 'client_closed').length
    await until(() => gone() >= 5, 'five hang-ups in the log')
    const lines = gateway.logs()
    expect(gone()).toBe(5)
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(gateway.stderr()).toBe('')
  })

  test('does not cut a stream that is silent for twelve seconds', async () => {
    const { text, error } = await readUntilBroken(await silence)
    expect(error).toBeUndefined()
    expect(text).toEndWith('data: [DONE]\n\n')
  }, 60_000)
})
