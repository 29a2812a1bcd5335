import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createOrder } from '../../plugins/virtual-models/choosing/order.ts'
import { toVirtualModel } from '../../plugins/virtual-models/model.ts'
import { expand } from '../../plugins/virtual-models/reading/snapshot.ts'
import { toDefinition, virtualModelInput } from '../../plugins/virtual-models/rows/input.ts'
import { ConfigError } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import { countSteps } from './steps.ts'
import { type As, createFolder, failureOf, startWorld, type World } from './world.ts'

const MANY = 10_000
const declare = (models: readonly object[]) => ({ VIRTUAL_MODELS: JSON.stringify(models) })

/** So many redirects and so many policies; the last of each stand where a walk would find them last. */
function crowd(count: number): object[] {
  const rows = Array.from({ length: count }, (_, index) => [
    { source: `smart-${index}`, target_model: 'vllm/alpha', user_paths: [`/team-${index}`, '/all'] },
    { source: `vllm/model-${index}`, user_paths: [`/team-${index}`] },
  ]).flat()
  const last = { source: 'last', target_model: 'vllm/alpha' }
  return [...rows, last, { source: 'vllm/beta', user_paths: ['/team'] }]
}

/** The least of several counts: timers of other gateways in this process may count along. */
async function fewestSteps(run: () => unknown): Promise<number> {
  const counts: number[] = []
  for (let i = 0; i < 4; i++) counts.push(await countSteps(run))
  return Math.min(...counts)
}

const deep = (depth: number) => `/team${'/x'.repeat(depth - 1)}`
/** What a decision may depend on: redirect, chain end, policy, denial, unknown name. */
const questions: readonly (readonly [name: string, as: As])[] = [
  ['last', { path: '/all' }],
  ['smart-0', { path: '/all/a' }],
  ['vllm/beta', { path: '/team/a' }],
  ['vllm/beta', { path: '/other' }],
  ['gamma', {}],
  ['smart-0', { path: '/nobody' }],
]

describe('10,000 redirects and 10,000 policies', () => {
  let small: World
  let large: World
  beforeAll(async () => {
    small = await startWorld({ env: declare(crowd(1)) })
    large = await startWorld({ env: declare(crowd(MANY)) })
    for (const world of [small, large]) for (const [name, as] of questions) await world.ask(name, as)
  }, 60_000)
  afterAll(async () => {
    await small[Symbol.asyncDispose]()
    await large[Symbol.asyncDispose]()
  })

  test('N2, P2 cost as many look-ups as two of them', async () => {
    for (const [name, as] of questions) {
      const [few, many] = [await small.ask(name, as), await large.ask(name, as)]
      expect([name, few.status, few.served]).toEqual([name, many.status, many.served])
      const [steps, fewSteps] = [
        await fewestSteps(() => large.ask(name, as)),
        await fewestSteps(() => small.ask(name, as)),
      ]
      expect(fewSteps).toBeGreaterThan(10)
      expect([name, steps < 1.2 * fewSteps + 20]).toEqual([name, true])
    }
  })

  test('P3 costs one look-up more for each segment of the path, and not one for each scope', async () => {
    const costs: number[] = []
    for (const depth of [1, 10, 30]) {
      const path = deep(depth)
      expect((await large.ask('vllm/beta', { path })).status).toBe(200)
      const other = path.replace('team', 'other')
      costs.push(await fewestSteps(() => large.ask('vllm/beta', { path: other })))
    }
    expect(costs[2]! - costs[0]!).toBeLessThan(29 * 6)
    expect(Math.abs((costs[2]! - costs[0]!) / 29 - (costs[1]! - costs[0]!) / 9)).toBeLessThan(1)
  })

  test('N2, P2 take about as long as among two', async () => {
    /** The best of many rounds: what disturbs one does not disturb all. */
    const best = async (world: World): Promise<number> => {
      let least = Number.POSITIVE_INFINITY
      for (let round = 0; round < 25; round++) {
        const began = performance.now()
        for (let call = 0; call < 20; call++) await world.ask('vllm/beta', { path: '/other' })
        least = Math.min(least, performance.now() - began)
      }
      return least
    }
    await best(small)
    expect((await best(large)) / (await best(small))).toBeLessThan(4)
  })

  test('L2 lists them all to whoever may use them, and none to others', async () => {
    expect(await large.list({ path: '/all' })).toHaveLength(MANY + 4)
    expect(await large.list({ path: '/nobody' })).toEqual([
      'last',
      'openai/beta',
      'openai/gamma',
      'vllm/alpha',
    ])
  })

  test('R12 stores one more at once', async () => {
    await large.put({ source: 'one-more', target_model: 'last' })
    expect((await large.ask('one-more')).served).toBe('vllm/alpha')
  })

  test('R12 a write takes as many steps as among two of them', async () => {
    const writes = (world: World) => [
      () => world.put({ source: 'written', target_model: 'last' }),
      () => world.put({ source: 'vllm/written', user_paths: ['/team'] }),
      () => world.call('DELETE', '/admin/virtual-models', { source: 'written' }),
    ]
    for (const world of [small, large]) for (const write of writes(world)) await write()
    for (const [index, write] of writes(large).entries()) {
      const [steps, fewSteps] = [await fewestSteps(write), await fewestSteps(writes(small)[index]!)]
      expect([index, steps < 1.2 * fewSteps + 200]).toEqual([index, true])
    }
  })
})

describe('hostile shapes', () => {
  test('R5 refuses a chain of a thousand at the start, with a line that can be read', async () => {
    using folder = createFolder()
    const chain = Array.from({ length: 1000 }, (_, link) => ({
      source: `c${link}`,
      target_model: `c${link + 1}`,
    }))
    const error = await failureOf(() => startWorld({ folder: folder.path, env: declare(chain) }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message.length).toBeLessThan(500)
  })

  test('R5 costs as much as there are redirects, not as there are ways through them', async () => {
    const [layers, width] = [8, 5]
    const lattice = Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: width }, (_, index) => ({
        source: `l${layer}-${index}`,
        targets:
          layer === layers - 1
            ? [{ model: 'vllm/alpha' }]
            : Array.from({ length: width }, (_, next) => ({ model: `l${layer + 1}-${next}` })),
      })),
    ).flat()
    using folder = createFolder()
    const start = startWorld({ folder: folder.path, env: declare(lattice) })
    const refused = await start.then(
      () => undefined,
      error => error as Error,
    )
    if (refused) return expect(refused).toBeInstanceOf(ConfigError)
    await using world = await start
    expect((await world.ask('l0-0')).served).toBe('vllm/alpha')
    expect(await fewestSteps(() => world.ask('l0-0'))).toBeLessThan(10_000)
  }, 60_000)
})

test('R8 orders a long chain of redirects without looking twice as often at each level', async () => {
  const looksAt = async (length: number): Promise<number> => {
    const chain = Array.from({ length }, (_, at): object => ({
      source: `step-${at}`,
      targets: [{ model: at === length - 1 ? 'a/x' : `step-${at + 1}` }, { model: `a/y${at}` }],
      session_affinity: false,
    }))
    const stored = { managed: false, version: 1, updatedAt: 0 }
    const all = new Map(
      chain.map(entry => {
        const model = toVirtualModel(toDefinition(check(virtualModelInput, entry)), stored)
        return [model.source, model] as const
      }),
    )
    const facts = { caller: MASTER, userPath: '/', dry: false, trace: undefined } as const
    const asked = { asked: 'step-0', names: [{ name: 'step-0', via: [] }], targets: [], dropped: [] }
    const { names } = expand({ all, revision: 0 }, asked, facts)
    let looks = 0
    const get = all.get.bind(all)
    all.get = name => {
      looks++
      return get(name)
    }
    const nobody = {} as never
    const prices = {
      loading: () => undefined,
      perMillion: () => undefined,
      perMillionOf: () => nobody,
      windowOf: () => undefined,
      recipe: () => nobody,
    }
    const order = createOrder({
      current: () => ({ all, revision: 0 }),
      prices,
      latencies: nobody,
      pins: nobody,
      turns: new Map(),
    })
    const targets = names.map(({ name, via }) => ({ provider: 'a', model: name, via }))
    expect(await order(targets, facts)).toHaveLength(length + 1)
    return looks
  }
  expect((await looksAt(8)) / (await looksAt(4))).toBeLessThan(5)
})

const MASTER = { kind: 'master', id: 'master', name: 'Master key', subPaths: false, labels: {} } as const
