import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'
import type { Refusal } from '../../src/errors.ts'
import type { Attempt, Usage } from '../../src/types.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider, type MockProvider, type Recorded } from '../mock/provider.ts'

/** The key that the gateway sends upstream; no client and no log may ever see it. */
export const UPSTREAM_KEY = 'sk-upstream-0123456789'

/** What was known about a request when it was over. */
export interface Settlement {
  readonly id: string
  readonly endpoint: string
  readonly status: number
  readonly code: string | undefined
  readonly usage: Usage | undefined
  readonly attempts: readonly Attempt[]
  readonly refusal: Refusal | undefined
}

/** The whole gateway between a mock provider and clients, both on real sockets. */
export interface House extends AsyncDisposable {
  readonly test: TestGateway
  readonly mock: MockProvider
  /** Where clients reach it. */
  readonly url: string
  readonly port: number
  /** Requests that are over, oldest first. */
  readonly settled: Settlement[]
  /** A chat request over the socket. */
  send(body: BodyInit, init?: RequestInit): Promise<Response>
  /** The same with a plan for the mock provider. */
  ask(plan?: Plan, extra?: object, init?: RequestInit): Promise<Response>
  /** The chat requests that reached the provider. */
  received(): readonly Recorded[]
  /** The next settlement; fails when there are more. */
  settlement(count?: number): Promise<Settlement>
}

export interface HouseOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly extra?: readonly Plugin[]
  /** Seconds that a client's connection may be silent. */
  readonly idleTimeout?: number
  /** Seconds that a client may take nothing of an answer. */
  readonly stalledTimeout?: number
  readonly now?: () => number
}

export const messages = [{ role: 'user', content: 'Where does it go?' }]

export async function openHouse({
  env = {},
  extra = [],
  idleTimeout = 60,
  stalledTimeout = 240,
  now,
}: HouseOptions = {}): Promise<House> {
  const mock = createMockProvider({ models: ['one', 'two'], tokens: 4 })
  const settled: Settlement[] = []
  const witness = definePlugin({
    name: 'witness',
    about: 'Writes down what is settled.',
    setup: () => ({
      settle({ id, endpoint, status = 0, refusal, usage, attempts = [] }) {
        settled.push({
          id,
          endpoint: endpoint.name,
          status,
          code: refusal?.code,
          usage,
          attempts: [...attempts],
          refusal,
        })
      },
    }),
  })
  const test = await startGateway({
    env: {
      OPENAI_API_KEY: UPSTREAM_KEY,
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one,two',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      DRAIN_TIMEOUT: '1s',
      BREAKER_FAILURES: '1000',
      ...env,
    },
    extra: [...extra, witness],
    ...(now && { now }),
  })
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, server) =>
      test.gateway.fetch(request, {
        loopback: true,
        keepOpen: () => server.timeout(request, 0),
        expectReading: () => server.timeout(request, stalledTimeout),
      }),
  })
  const url = `http://127.0.0.1:${server.port}`
  const send = (body: BodyInit, { headers, ...init }: RequestInit = {}) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${MASTER}`,
        'content-type': 'application/json',
        ...(headers as Record<string, string>),
      },
      body,
      ...init,
    })
  return {
    test,
    mock,
    url,
    port: server.port!,
    settled,
    send,
    ask: (plan, extra = {}, init = {}) =>
      send(JSON.stringify({ model: 'one', messages, ...(plan && { mock_plan: plan }), ...extra }), init),
    received: () => mock.requests.filter(({ method }) => method === 'POST'),
    async settlement(count = settled.length + 1) {
      await until(() => settled.length >= count, `settlement ${count}`)
      if (settled.length > count) throw new Error(`${settled.length} settlements, expected ${count}`)
      return settled[count - 1]!
    },
    async [Symbol.asyncDispose]() {
      await server.stop(true)
      await test.close()
      mock.stop()
    },
  }
}
