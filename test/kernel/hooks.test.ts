import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refuse } from '../../src/errors.ts'
import { definePlugin, type Hooks, kinds, type Parts } from '../../src/plugin.ts'
import type { Caller } from '../../src/types.ts'
import { startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { type CallerEndpoint, findEndpoints } from './endpoints.ts'
import { anthropicErrorOf, errorOf } from './shapes.ts'

const SECRET = 'probe-secret'
type Hook = keyof Hooks
type Mode = 'sync bug' | 'async bug' | 'sync refusal' | 'async refusal'

/** What the probe does in which hook; and what it has seen. */
let act: { readonly hook: Hook; readonly mode: Mode } | undefined
let trace: Hook[] = []
let released: string[] = []

/** Requests carry no key: the probe says who calls, because nobody before it does. */
const caller: Caller = { kind: 'key', id: 'probe', name: 'Probe', subPaths: false, labels: {} }
const results: { readonly [H in Hook]?: (first: never) => unknown } = {
  authenticate: () => caller,
  scope: () => '/probe',
  route: route => route,
  order: targets => targets,
  admit: () => () => void released.push('probe'),
  guard: body => body,
  list: models => models,
  tap: () => (data: string) => data,
}

/** One hook of the probe: takes part, or fails as the test wants. */
const probeHook = (hook: Hook) => (first: never) => {
  trace.push(hook)
  const { mode } = act?.hook === hook ? act : { mode: undefined }
  const fail = () => {
    if (mode?.endsWith('bug')) throw new Error(SECRET)
    refuse('rate_limit_exceeded', 'The probe says no', { retryAfter: 7 })
  }
  if (mode === undefined) return results[hook]?.(first)
  return mode.startsWith('async') && hook !== 'tap' ? Promise.resolve().then(fail) : fail()
}

const probe = definePlugin({
  name: 'probe',
  about: 'Has every hook.',
  setup: () =>
    Object.fromEntries((Object.keys(kinds) as Hook[]).map(hook => [hook, probeHook(hook)])) as Parts,
})
const neighbour = (name: string) =>
  definePlugin({
    name,
    about: 'Takes room beside the probe.',
    setup: () => ({ admit: () => () => void released.push(name) }),
  })

const mock = createMockProvider({ models: ['one', 'two'], tokens: 2 })
let now = Date.parse('2026-01-01')
let gateway: TestGateway
let endpoints: readonly CallerEndpoint[]
let settled = 0
beforeAll(async () => {
  endpoints = await findEndpoints()
  gateway = await startGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream-secret',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one,two',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      BREAKER_FAILURES: '1000',
      VIRTUAL_MODELS: '[{"source":"both","targets":[{"model":"openai/one"},{"model":"openai/two"}]}]',
    },
    extra: [
      neighbour('before'),
      probe,
      neighbour('behind'),
      definePlugin({
        name: 'count',
        about: 'Counts records.',
        setup: () => ({ settle: () => void settled++ }),
      }),
    ],
    now: () => now,
  })
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

/** What a client of a dialect sends; `both` leads to two targets. */
const samples: Readonly<Record<string, (stream: boolean) => object>> = {
  'openai-chat': stream => ({ model: 'both', messages: [{ role: 'user', content: 'Hello' }], stream }),
  'anthropic-messages': stream => ({
    model: 'both',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'Hello' }],
    stream,
  }),
  'anthropic-count-tokens': () => ({ model: 'both', messages: [{ role: 'user', content: 'Hello' }] }),
}

async function call({ kind, name, method, path }: CallerEndpoint, stream: boolean) {
  trace = []
  released = []
  settled = 0
  gateway.logs.length = 0
  // Lists are remembered for a while.
  now += 60_000
  const sample = samples[name]
  if (kind === 'dialect' && sample === undefined)
    throw new Error(`Write a sample request for dialect "${name}"`)
  const response = await gateway.fetch(path.replace('*', 'openai/one'), {
    method,
    ...(sample && { body: JSON.stringify(sample(stream)), headers: { 'content-type': 'application/json' } }),
  })
  const body = await response.text()
  return { status: response.status, headers: response.headers, body }
}

/** Each endpoint, streamed too where there are streams. */
const variants = () =>
  endpoints.flatMap(endpoint =>
    endpoint.kind === 'dialect'
      ? [false, true].map(stream => ({
          endpoint,
          stream,
          title: `${endpoint.name}${stream ? ' (stream)' : ''}`,
        }))
      : [{ endpoint, stream: false, title: `${endpoint.method} ${endpoint.path}` }],
  )

/** The order in which `Hooks` documents them is the order of a request. */
const ofModels = (Object.keys(kinds) as Hook[]).filter(
  hook => !['administrate', 'audit', 'list'].includes(hook),
)
const ofRoutes: readonly Hook[] = ['authenticate', 'scope', 'permit', 'list', 'tap', 'settle']
const hooksOf = ({ kind }: CallerEndpoint) => (kind === 'dialect' ? ofModels : ofRoutes)

/** What the log says about faults. */
const blamed = async () => {
  await Bun.sleep(25)
  return gateway.logs
    .filter(({ level }) => level === 'error')
    .map(({ message, error }) => `${message} ${error}`)
    .join()
}

test('the matrix covers the endpoints that there are', () => {
  expect(endpoints.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['POST /v1/chat/completions', 'GET /v1/models', 'GET /v1/models/*']),
  )
})

describe('a plugin with every hook', () => {
  test('takes part in the documented order, on every endpoint', async () => {
    act = undefined
    for (const { endpoint, stream, title } of variants()) {
      expect([title, (await call(endpoint, stream)).status]).toEqual([title, 200])
      // A list is made by asking for the route of each of its models, on a dry run.
      const seen = endpoint.kind === 'dialect' ? trace : trace.filter(hook => hook !== 'route')
      expect([title, ...seen]).toEqual([title, ...hooksOf(endpoint)])
      expect([title, settled]).toEqual([title, 1])
      expect(released).toEqual(endpoint.kind === 'dialect' ? ['before', 'probe', 'behind'] : [])
    }
  })

  for (const mode of ['sync bug', 'async bug', 'sync refusal', 'async refusal'] as const) {
    test(`stops the request in each hook with a ${mode}, on every endpoint`, async () => {
      const isBug = mode.endsWith('bug')
      for (const { endpoint, stream, title } of variants()) {
        for (const hook of hooksOf(endpoint).filter(hook => hook !== 'settle')) {
          act = { hook, mode }
          const answer = await call(endpoint, stream)
          const where = `${title}: ${hook}`
          const wanted = isBug ? [500, 'internal_error'] : [429, 'rate_limit_exceeded']
          const { message, code } = (endpoint.name.startsWith('anthropic-') ? anthropicErrorOf : errorOf)(
            answer,
          )
          expect([where, answer.status, code]).toEqual([where, ...wanted])
          expect(message).toBe(isBug ? 'The gateway failed to handle this request' : 'The probe says no')
          expect(answer.headers.get('retry-after')).toBe(isBug ? null : '7')
          const log = await blamed()
          if (isBug) {
            expect([where, log]).toEqual([
              where,
              expect.stringContaining(`Plugin "probe" failed in "${hook}"`),
            ])
            expect(log).toContain(SECRET)
          } else expect([where, log]).toEqual([where, ''])
          expect([where, settled]).toEqual([where, 1])
          const holders = released.toSorted().join()
          const isIn = ofModels.indexOf(hook) > ofModels.indexOf('admit') && endpoint.kind === 'dialect'
          expect([where, holders]).toEqual([
            where,
            hook === 'admit' ? 'before' : isIn ? 'before,behind,probe' : '',
          ])
        }
      }
    })
  }

  test('changes nothing when it fails in "settle"; the log names it', async () => {
    for (const mode of ['sync bug', 'async bug', 'sync refusal', 'async refusal'] as const) {
      for (const { endpoint, stream, title } of variants()) {
        act = { hook: 'settle', mode }
        expect([title, (await call(endpoint, stream)).status]).toEqual([title, 200])
        expect([title, settled]).toEqual([title, 1])
        expect(await blamed()).toContain('Plugin "probe" failed in "settle"')
      }
    }
  })
})
