import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { definePlugin, kinds, type Parts } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import type { Caller } from '../../src/types.ts'
import { startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { addressOf, type CallerEndpoint, findEndpoints } from './endpoints.ts'
import { type Hook, inOrder, type Variant, variantsOf } from './matrix.ts'
import { cases } from './passages.ts'
import { everyProvider, planFor } from './replies.ts'
import { type Sent, samples } from './samples.ts'
import { errorIn } from './shapes.ts'

/** Each test calls every endpoint, once for each hook: on a machine that is busy that takes its time. */
setDefaultTimeout(20_000)

const SECRET = 'probe-secret'
const modes = ['sync bug', 'async bug', 'sync refusal', 'async refusal'] as const
type Mode = (typeof modes)[number]

/** What the probe does in which hook; and what it has seen. */
let act: { readonly hook: Hook; readonly mode: Mode } | undefined
let trace: Hook[] = []
let released: string[] = []
let settled: string[] = []

/** Requests carry no key: the probe says who calls, because nobody before it does. */
const caller: Caller = { kind: 'key', id: 'probe', name: 'Probe', subPaths: false, labels: {} }
const results: { readonly [H in Hook]?: (first: never) => unknown } = {
  authenticate: () => caller,
  scope: () => '/probe',
  route: route => route,
  order: targets => targets,
  shape: asked => asked,
  admit: () => () => void released.push('probe'),
  guard: body => body,
  list: models => models,
  tap: () => (data: string) => data,
  head: () => ({ 'x-probe': 'was here', 'x-request-id': 'of the probe' }),
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
  return mode.startsWith('async') && !['tap', 'head'].includes(hook) ? Promise.resolve().then(fail) : fail()
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
const count = definePlugin({
  name: 'count',
  about: 'Counts records.',
  setup: () => ({ settle: ({ id }) => void settled.push(id) }),
})

const mock = createMockProvider({ models: ['one', 'two'], tokens: 2 })
mock.setPlan(planFor)
let now = Date.parse('2026-01-01')
let gateway: TestGateway
let endpoints: readonly CallerEndpoint[]
let variants: readonly Variant[]
beforeAll(async () => {
  endpoints = await findEndpoints()
  variants = variantsOf(endpoints)
  gateway = await startGateway({
    env: { ...everyProvider(mock.url), BREAKER_FAILURES: '1000' },
    extra: [neighbour('before'), probe, neighbour('behind'), count],
    now: () => now,
  })
})
beforeEach(() => {
  act = undefined
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

async function send(method: string, path: string, { headers, body }: Partial<Sent> = {}) {
  const response = await gateway.fetch(path, { method, ...(headers && { headers }), ...(body && { body }) })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

const prepare = async (...request: Parameters<typeof send>) => {
  const { status, body } = await send(...request)
  if (status !== 200) throw new Error(`${request[1]} answered ${status}: ${body}`)
  return JSON.parse(body) as Record<string, unknown>
}

/** The variant is called while the probe does what the test wants. */
async function call({ endpoint, make }: Variant, wanted?: typeof act) {
  act = undefined
  // Lists are remembered for a while, and so is a model that asked for a pause.
  now += 60_000
  const { path = endpoint.path, ...sent } = await make(prepare)
  trace = []
  released = []
  settled = []
  act = wanted
  const answer = await send(endpoint.method, path, sent)
  return { ...answer, id: answer.headers.get('x-request-id')! }
}

/** What the log says about faults, by request. */
async function faults(): Promise<ReadonlyMap<unknown, string>> {
  await Bun.sleep(30)
  const errors = gateway.logs.filter(({ level }) => level === 'error')
  gateway.logs.length = 0
  return new Map(errors.map(({ id, message, error }) => [id, `${message} ${error}`]))
}

const holds = ({ hooks }: Variant) => hooks.includes('admit')

describe('the matrix', () => {
  test('covers the endpoints that there are', () => {
    expect(endpoints.map(addressOf)).toEqual(
      expect.arrayContaining([
        'POST /v1/chat/completions',
        'GET /v1/models',
        'GET /v1/models/*',
        'POST /v1/audio/speech',
        'GET /v1/files/:id/content',
      ]),
    )
    const titles = variants.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
  })

  test('has no sample for what is gone', () => {
    const kept = new Set(
      endpoints.map(endpoint => (endpoint.kind === 'dialect' ? endpoint.name : addressOf(endpoint))),
    )
    expect([...Object.keys(samples), ...Object.keys(cases)].filter(name => !kept.has(name))).toEqual([])
  })
})

describe('a plugin with every hook', () => {
  test('takes part in the documented order, on every endpoint', async () => {
    for (const variant of variants) {
      const { title, endpoint, hooks, status } = variant
      const answer = await call(variant)
      expect([title, answer.status, status >= 400 ? '' : answer.body]).toEqual([
        title,
        status,
        status >= 400 ? '' : expect.not.stringContaining('"error":{'),
      ])
      // A name may be decided upon several times: for a list, or inside of files.
      const seen = endpoint.kind === 'dialect' ? trace : inOrder(trace)
      // The audit trail hears of some when all is over: test/keys.
      if (endpoint.path.startsWith('/v1/keys') && endpoint.method !== 'GET')
        expect([title, trace.pop(), seen.pop()]).toEqual([title, 'audit', 'audit'])
      const dry = holds(variant) ? [] : ['route']
      expect([title, ...seen.filter(hook => !dry.includes(hook))]).toEqual([title, ...hooks])
      expect([title, trace.at(0), trace.at(-1)]).toEqual([title, 'authenticate', 'settle'])
      expect([title, answer.headers.get('x-probe')]).toEqual([
        title,
        hooks.includes('head') ? 'was here' : null,
      ])
      expect([title, settled]).toEqual([title, [answer.id]])
      expect([title, released]).toEqual([title, holds(variant) ? ['before', 'probe', 'behind'] : []])
    }
  })

  for (const mode of modes) {
    test(`stops the request in each hook with a ${mode}, on every endpoint`, async () => {
      const isBug = mode.endsWith('bug')
      const failed = new Map<string, string>()
      for (const variant of variants) {
        const { title, endpoint, shape } = variant
        for (const hook of variant.hooks.filter(hook => hook !== 'settle')) {
          const answer = await call(variant, { hook, mode })
          const where = `${title}: ${hook}`
          failed.set(answer.id, hook)
          expect([where, answer.status]).toEqual([where, isBug ? 500 : 429])
          expect([where, answer.headers.get('retry-after')]).toEqual([where, isBug ? null : '7'])
          expect([where, settled]).toEqual([where, [answer.id]])
          if (endpoint.method !== 'HEAD') {
            const error = errorIn[shape](answer)
            const code = isBug ? 'internal_error' : 'rate_limit_exceeded'
            expect([where, error.code ?? code, error.message]).toEqual([
              where,
              code,
              isBug ? 'The gateway failed to handle this request' : 'The probe says no',
            ])
          }
          const order = inOrder([...variant.hooks])
          const isIn = holds(variant) && order.indexOf(hook) > order.indexOf('admit')
          expect([where, released.toSorted().join()]).toEqual([
            where,
            hook === 'admit' ? 'before' : isIn ? 'before,behind,probe' : '',
          ])
        }
      }
      const told = await faults()
      if (!isBug) expect([...told]).toEqual([])
      else {
        for (const [id, hook] of failed) {
          expect(told.get(id)).toContain(`Plugin "probe" failed in "${hook}"`)
          expect(told.get(id)).toContain(SECRET)
        }
        expect(told.size).toBe(failed.size)
      }
    })
  }

  test('changes nothing when it fails in "settle"; the log names it', async () => {
    for (const mode of modes) {
      const ids: string[] = []
      for (const variant of variants) {
        const { title, status } = variant
        const answer = await call(variant, { hook: 'settle', mode })
        expect([title, answer.status, settled]).toEqual([title, status, [answer.id]])
        ids.push(answer.id)
      }
      const told = await faults()
      for (const id of ids) expect(told.get(id)).toContain('Plugin "probe" failed in "settle"')
    }
  })
})
