import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createLatencies } from '../../plugins/virtual-models/choosing/latency.ts'
import type { Ordering } from '../../src/exchange.ts'
import { askTimes, createClock, EAST, startFleet, tally, VLLM, WEST } from './fleet.ts'

describe('R7 round_robin', () => {
  test('R7 gives each target exactly its weight in a cycle, and never more than its share rounded up before', async () => {
    await using fleet = await startFleet()
    let count = 0
    const weights = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(weights, async weights => {
        const targets = weights.map((weight, i) => ({ model: [EAST, WEST, VLLM][i]!, weight }))
        const source = `robin-${count++}`
        await fleet.redirect(source, targets)
        const total = weights.reduce((sum, weight) => sum + weight)
        const served = await askTimes(fleet, 2 * total, source)
        for (const { model, weight } of targets) {
          for (let asked = 1; asked <= total; asked++) {
            const got = served.slice(0, asked).filter(name => name === model).length
            expect(got).toBeLessThanOrEqual(Math.ceil((asked * weight) / total))
          }
          for (const cycle of [served.slice(0, total), served.slice(total)])
            expect(cycle.filter(name => name === model).length).toBe(weight)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('R7 is the default, with equal weights and in declared order', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('turns', [WEST, EAST, VLLM])
    expect(await askTimes(fleet, 6, 'turns')).toEqual([WEST, EAST, VLLM, WEST, EAST, VLLM])
  })

  test('R7 counts only the weights of targets that are there', async () => {
    await using fleet = await startFleet()
    const targets = [
      { model: 'openai-east/none', weight: 10 },
      { model: EAST, weight: 1 },
      { model: WEST, weight: 3 },
    ]
    await fleet.redirect('partly', targets)
    expect(tally(await askTimes(fleet, 8, 'partly'))).toEqual({ [EAST]: 2, [WEST]: 6 })
  })

  test('R7 keeps the turns of one redirect apart from those of another', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('one', [EAST, WEST])
    await fleet.redirect('two', [EAST, WEST])
    const served: unknown[] = []
    for (let i = 0; i < 4; i++) for (const name of ['one', 'two']) served.push((await fleet.ask(name)).served)
    expect(served).toEqual([EAST, EAST, WEST, WEST, EAST, EAST, WEST, WEST])
  })

  test('R7 spreads callers at the same moment as evenly as callers one by one', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('at-once', [
      { model: EAST, weight: 2 },
      { model: WEST, weight: 1 },
    ])
    const said = await Promise.all(Array.from({ length: 60 }, () => fleet.ask('at-once')))
    expect(tally(said.map(({ served }) => served))).toEqual({ [EAST]: 40, [WEST]: 20 })
  })
})

describe('R7 failover and nested redirects', () => {
  test('R7 failover serves everything from the first target that is there', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('ordered', ['vllm/none', WEST, EAST], { strategy: 'failover' })
    expect(tally(await askTimes(fleet, 5, 'ordered'))).toEqual({ [WEST]: 5 })
  })

  test('R7 balances inside a leg that is a redirect itself', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('inner', [EAST, WEST])
    await fleet.redirect('outer', ['inner', VLLM])
    expect(tally(await askTimes(fleet, 8, 'outer'))).toEqual({ [EAST]: 2, [WEST]: 2, [VLLM]: 4 })
  })

  test('R7 lets each redirect of a chain follow its own strategy', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('first', [WEST, EAST], { strategy: 'failover' })
    await fleet.redirect('mixed', [
      { model: 'first', weight: 3 },
      { model: VLLM, weight: 1 },
    ])
    expect(tally(await askTimes(fleet, 8, 'mixed'))).toEqual({ [WEST]: 6, [VLLM]: 2 })
  })

  test('R7 takes turns between a model and others also where the redirect shadows it', async () => {
    await using fleet = await startFleet()
    await fleet.redirect(VLLM, [VLLM, EAST])
    expect(await askTimes(fleet, 4, VLLM)).toEqual([VLLM, EAST, VLLM, EAST])
  })

  test('R7 refuses an unknown strategy with 400 and names the field', async () => {
    await using fleet = await startFleet()
    for (const strategy of ['random', 'ROUND_ROBIN', '', 1]) {
      const body = { source: 'odd', targets: [{ model: EAST }], strategy }
      const { status, body: reply } = await fleet.test.admin('PUT', '/admin/virtual-models', body)
      expect([strategy, status, reply.error.param]).toEqual([strategy, 400, 'strategy'])
    }
  })
})

describe('R7 cost', () => {
  const price = (input: number, output: number) => ({ input, output })

  test('R7 cost takes the lowest sum of input and output; what has no price comes last', async () => {
    const prices = { [EAST]: price(1, 9), [WEST]: price(4, 4) }
    await using fleet = await startFleet({ env: { MODEL_PRICES: JSON.stringify(prices) } })
    await fleet.redirect('cheap', [VLLM, EAST, WEST], { strategy: 'cost' })
    await fleet.redirect('priced', [VLLM, EAST], { strategy: 'cost' })
    expect(tally(await askTimes(fleet, 3, 'cheap'))).toEqual({ [WEST]: 3 })
    expect((await fleet.ask('priced')).served).toBe(EAST)
    fleet.plan(WEST, { status: 500 })
    expect((await fleet.ask('cheap')).served).toBe(VLLM)
  })

  test('R7 cost takes what is free before what costs, and among equals the first declared', async () => {
    const prices = { [EAST]: price(0, 1), [WEST]: price(0, 0), [VLLM]: price(0, 0) }
    await using fleet = await startFleet({ env: { MODEL_PRICES: JSON.stringify(prices) } })
    await fleet.redirect('free', [EAST, VLLM, WEST], { strategy: 'cost' })
    await fleet.redirect('unpriced', ['vllm/m', 'openai-west/m'], { strategy: 'cost' })
    expect((await fleet.ask('free')).served).toBe(VLLM)
    expect((await fleet.ask('unpriced')).served).toBe(VLLM)
  })

  test('R7 cost knows the price of well-known models, at each instance of their vendor, unless it is overridden', async () => {
    const llama = 'llama-3.3-70b-versatile'
    const lists = {
      'openai-east': ['gpt-4o', 'gpt-4o-mini', 'homemade'],
      'groq-eu': [llama],
      vllm: ['gpt-4o-mini', llama],
    }
    const targets = ['vllm/gpt-4o-mini', 'openai-east/gpt-4o', 'openai-east/gpt-4o-mini']
    {
      await using fleet = await startFleet({ lists })
      await fleet.redirect('known', targets, { strategy: 'cost' })
      await fleet.redirect('unknown', ['openai-east/homemade', 'openai-east/gpt-4o'], { strategy: 'cost' })
      expect((await fleet.ask('known')).served).toBe('openai-east/gpt-4o-mini')
      await fleet.redirect('instance', [`vllm/${llama}`, `groq-eu/${llama}`], { strategy: 'cost' })
      expect((await fleet.ask('unknown')).served).toBe('openai-east/gpt-4o')
      expect((await fleet.ask('instance')).served).toBe(`groq-eu/${llama}`)
    }
    const prices = { 'openai-east/gpt-4o': price(0.01, 0.01) }
    await using fleet = await startFleet({ lists, env: { MODEL_PRICES: JSON.stringify(prices) } })
    await fleet.redirect('known', targets, { strategy: 'cost' })
    expect((await fleet.ask('known')).served).toBe('openai-east/gpt-4o')
  })

  test('R7 cost judges a leg that is a redirect by the model that it puts first', async () => {
    const prices = { [EAST]: price(1, 1), [WEST]: price(9, 9), [VLLM]: price(3, 3) }
    await using fleet = await startFleet({ env: { MODEL_PRICES: JSON.stringify(prices) } })
    await fleet.redirect('dear-first', [WEST, EAST], { strategy: 'failover' })
    await fleet.redirect('cheap-first', [EAST, WEST], { strategy: 'failover' })
    await fleet.redirect('a', ['dear-first', VLLM], { strategy: 'cost' })
    await fleet.redirect('b', [VLLM, 'cheap-first'], { strategy: 'cost' })
    expect([(await fleet.ask('a')).served, (await fleet.ask('b')).served]).toEqual([VLLM, EAST])
  })
})

describe('R7 latency', () => {
  test('R7 latency settles on the target that begins to answer first, and follows when that changes', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('quick', [EAST, WEST], { strategy: 'latency', session_affinity: false })
    fleet.plan('openai-east', { delayMs: 40 })
    await askTimes(fleet, 2, 'quick')
    expect(tally(await askTimes(fleet, 25, 'quick'))[WEST]).toBeGreaterThan(18)
    fleet.plan('openai-west', { status: 500 })
    await askTimes(fleet, 3, 'quick')
    fleet.calls.length = 0
    await askTimes(fleet, 10, 'quick')
    expect(tally(fleet.calls)[WEST] ?? 0).toBeLessThan(4)
  })

  test('R7 latency measures also where nothing else would be tried', async () => {
    await using fleet = await startFleet()
    const rest = { strategy: 'latency', session_affinity: false, failover: false }
    await fleet.redirect('quick', [EAST, WEST], rest)
    fleet.plan('openai-east', { delayMs: 40 })
    await askTimes(fleet, 2, 'quick')
    expect(tally(await askTimes(fleet, 15, 'quick'))[WEST] ?? 0).toBeGreaterThan(9)
  })

  test('R7 latency does not hold the mistakes of callers against a target', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('quick', [EAST, WEST], { strategy: 'latency', session_affinity: false })
    fleet.plan('openai-east', ({ json }) => (json?.user === 'clumsy' ? { status: 400 } : undefined))
    fleet.plan('openai-west', { delayMs: 40 })
    await askTimes(fleet, 2, 'quick')
    for (let i = 0; i < 8; i++) await fleet.ask('quick', { user: 'clumsy' })
    expect(tally(await askTimes(fleet, 20, 'quick'))[EAST] ?? 0).toBeGreaterThan(14)
  })

  test('R7 latency holds an overload against a target', async () => {
    await using fleet = await startFleet({ env: { BREAKER_FAILURES: '1000' } })
    await fleet.redirect('quick', [EAST, WEST], { strategy: 'latency', session_affinity: false })
    fleet.plan('openai-west', { delayMs: 40 })
    await askTimes(fleet, 2, 'quick')
    fleet.plan('openai-east', { status: 529 })
    await askTimes(fleet, 2, 'quick')
    fleet.calls.length = 0
    await askTimes(fleet, 10, 'quick')
    expect(tally(fleet.calls)[EAST] ?? 0).toBeLessThan(4)
  })

  test('R7 latency holds no limit of ours against a target that it keeps from being asked', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('quick', [EAST, WEST], { strategy: 'latency', session_affinity: false })
    fleet.plan('openai-west', { delayMs: 40 })
    await askTimes(fleet, 2, 'quick')
    await fleet.test.admin('PUT', '/admin/limits/few', { models: ['openai-east/'], requests: 1 })
    expect(tally(await askTimes(fleet, 6, 'quick'))[WEST]).toBeGreaterThan(4)
    await fleet.test.admin('DELETE', '/admin/limits/few')
    expect(tally(await askTimes(fleet, 20, 'quick'))[EAST] ?? 0).toBeGreaterThan(14)
  })

  const facts = { caller: {}, userPath: '/', dry: false, trace: undefined } as unknown as Ordering
  const branch = (provider: string) => ({ targets: [{ provider, model: 'm', via: [] }] })
  const branches = [branch('slow'), branch('fast'), branch('middle')]
  const [slow, fast, middle] = branches as [Branch, Branch, Branch]
  type Branch = ReturnType<typeof branch>

  function measured(random: () => number) {
    const clock = createClock()
    const latencies = createLatencies({ now: clock.now, random })
    const learn = ({ targets }: Branch, ms: number, ok = true) =>
      latencies.learn(targets[0]!, { ok, ms, ...(!ok && { code: 'upstream_error' }) })
    for (const [target, ms] of [[slow, 900] as const, [fast, 100] as const, [middle, 300] as const])
      learn(target, ms)
    const pick = (x = facts) => latencies.pick(branches, x)
    return { latencies, learn, pick, pass: clock.pass }
  }

  test('createLatencies() explores one time in twenty, any branch, but not on a dry run', () => {
    const draws = [0.05, 0.049, 0.0, 0.049, 0.999, 0.049, 0.5]
    const { pick } = measured(() => draws.shift()!)
    expect([pick(), pick(), pick(), pick()]).toEqual([fast, slow, middle, fast])
    expect(measured(() => 0.01).pick({ ...facts, dry: true })).toBe(fast)
  })

  test('createLatencies() moves slowly with each measurement and takes a failure for a very slow answer', () => {
    const { latencies, learn, pick } = measured(() => 1)
    learn(fast, 600)
    expect(latencies.of(fast.targets[0]!)).toBeCloseTo(200)
    expect(pick()).toBe(fast)
    learn(fast, 5, false)
    expect(latencies.of(fast.targets[0]!)).toBeCloseTo(6160)
    expect(pick()).toBe(middle)
  })

  test('createLatencies() measures anew what was not measured lately', () => {
    const { learn, pick, pass } = measured(() => 1)
    pass(119_000)
    for (const target of [fast, middle]) learn(target, 100)
    expect(pick()).toBe(fast)
    pass(1000)
    expect(pick()).toBe(slow)
  })
})
