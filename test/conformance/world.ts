import { plugins } from '../../plugins/index.ts'
import anthropic from '../../plugins/providers/anthropic.ts'
import bedrock from '../../plugins/providers/bedrock/index.ts'
import cohere from '../../plugins/providers/cohere/index.ts'
import gemini from '../../plugins/providers/gemini.ts'
import type { Plugin } from '../../src/contract/plugin.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider, type MockProvider, type Recorded } from '../mock/provider.ts'
import { type Case, type Language, MARK } from './case.ts'
import type { Place } from './run-js.ts'

/** Speaks chat, but no client's chat reaches it as it is. */
const plain = openaiCompatible({
  name: 'plain',
  about: 'Chat, by way of the AI SDK.',
  baseUrl: 'http://127.0.0.1:1/v1',
  speaks: [],
})

/** Who speaks a language itself. */
export const natives: Readonly<Record<Language, string>> = {
  chat: 'openai',
  messages: 'anthropic',
  responses: 'openai',
}

const versions: Readonly<Record<string, string>> = { GEMINI: '/v1beta', BEDROCK: '', COHERE: '/v2' }
/** Real names, where what a model can do depends on what it is called. */
const models: Readonly<Record<string, string>> = {
  OPENAI: 'one,gpt-5.4',
  ANTHROPIC: 'one,claude-sonnet-4-5,claude-opus-5-5',
  GEMINI: 'one,gemini-2.5-flash',
  BEDROCK: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  COHERE: 'command-a-03-2025',
}

/** A mock provider, the gateway before it, and both on sockets. */
export interface TwoWorlds extends AsyncDisposable {
  readonly mock: MockProvider
  readonly gateway: TestGateway
  readonly url: string
  /** The provider alone. */
  readonly alone: Place
  /** The same behind the gateway: each language at the provider that `to` names. */
  behind(to: (one: Case) => string): Place
  /** Answers each case as it wants to be answered. */
  expect(cases: readonly Case[]): void
  /** The requests that a case made, by its mark: `A:js:chat/text`. */
  received(): ReadonlyMap<string, readonly Recorded[]>
  /** Until nobody is answered any more. */
  quiet(): Promise<unknown>
}

export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly extra?: readonly Plugin[]
}

export async function openWorlds({ env = {}, extra = [] }: WorldOptions = {}): Promise<TwoWorlds> {
  const mock = createMockProvider({ models: ['one'], keep: 100_000 })
  const base = mock.url.replace(/\/v1$/, '')
  const ours = [anthropic, bedrock, cohere, gemini].filter(plugin => !plugins.includes(plugin))
  const vendors = ['OPENAI', 'ANTHROPIC', 'PLAIN', 'GEMINI', 'BEDROCK', 'COHERE', 'GROQ', 'XAI']
  const of = (field: string, value: (vendor: string) => string) =>
    Object.fromEntries(vendors.map(vendor => [`${vendor}_${field}`, value(vendor)]))
  const gateway = await startGateway({
    extra: [...ours, plain, ...extra],
    env: {
      ...of('BASE_URL', vendor => base + (versions[vendor] ?? '/v1')),
      ...of('API_KEY', () => 'sk-upstream'),
      ...of('MODELS', vendor => models[vendor] ?? 'one'),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
      ...env,
    },
  })
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    fetch: (request, server) =>
      gateway.gateway.fetch(request, {
        loopback: true,
        keepOpen: () => server.timeout(request, 0),
        expectReading: () => server.timeout(request, 240),
      }),
  })
  const url = `http://127.0.0.1:${server.port}`
  const plans = new Map<string, Plan>()
  return {
    mock,
    gateway,
    url,
    alone: { world: 'A', openai: mock.url, anthropic: base, key: 'sk-upstream', model: () => 'one' },
    behind: to => ({
      world: 'B',
      openai: `${url}/v1`,
      anthropic: url,
      key: MASTER,
      model: one => `${to(one)}/one`,
    }),
    expect(cases) {
      for (const { id, plan } of cases) if (plan) plans.set(id, plan)
      mock.setPlan(({ body }) => plans.get(MARK.exec(body)?.[3] ?? ''))
    },
    received() {
      const found = new Map<string, Recorded[]>()
      for (const request of mock.requests) {
        const [, world, client, id] = MARK.exec(request.body) ?? []
        const key = `${world}:${client}:${id}`
        found.set(key, [...(found.get(key) ?? []), request])
      }
      return found
    },
    quiet: () => until(() => mock.ledger.active() === 0, 'the provider to see that clients left'),
    async [Symbol.asyncDispose]() {
      await server.stop(true)
      await gateway.close()
      mock.stop()
    },
  }
}

/** Runs so many at once; outcomes stand at the places of their cases. */
export async function inParallel<A, B>(
  items: readonly A[],
  width: number,
  run: (item: A) => Promise<B>,
): Promise<B[]> {
  const results: B[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await run(items[at]!)
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}
