import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { chatInit, type Running, spawnGateway } from '../process/spawn.ts'
import { errorOf } from './shapes.ts'

const mock = createMockProvider({ models: ['one'] })
let gateway: Running
beforeAll(async () => {
  gateway = await spawnGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
    },
  })
})
afterAll(async () => {
  await gateway.stop()
  mock.stop()
})

/** The most memory that the gateway ever held, in megabytes. */
const peak = (): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024

const ask = async (plan: Plan, extra: object = {}) => {
  const init = chatInit({ model: 'one', messages: [], mock_plan: plan, ...extra })
  const response = await gateway.fetch('/v1/chat/completions', init)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('a provider that sends without end', () => {
  const MB = 1024 * 1024

  test('packed into a few bytes is stopped at the limit', async () => {
    await ask({})
    const before = peak()
    const answer = await ask({ bomb: 300 * MB })
    expect([answer.status, errorOf(answer).code]).toEqual([502, 'upstream_invalid'])
    expect(peak() - before).toBeLessThan(250)
    expect((await ask({ status: 500, bomb: 300 * MB })).status).toBe(502)
  })

  test('in one answer is stopped at the limit, in one event passes without piling up', async () => {
    const before = peak()
    const answer = await ask({ body: 'x'.repeat(MB), repeat: 0 })
    expect([answer.status, errorOf(answer).code]).toEqual([502, 'upstream_invalid'])
    const init = chatInit({
      model: 'one',
      messages: [],
      stream: true,
      mock_plan: { chunks: ['x'.repeat(MB)], repeat: 100, contentType: 'text/event-stream' },
    })
    let size = 0
    for await (const part of (await gateway.fetch('/v1/chat/completions', init)).body!) size += part.length
    expect(size).toBeGreaterThan(80 * MB)
    expect(peak() - before).toBeLessThan(500)
  })
})
