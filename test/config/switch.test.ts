import { describe, expect, test } from 'bun:test'
import type { Connection } from '../../src/exchange.ts'
import { createFaults } from '../../src/faults.ts'
import type { Gateway } from '../../src/gateway.ts'
import { createReload } from '../../src/reload/reload.ts'
import { createSwitch } from '../../src/reload/switch.ts'
import { watch } from '../../src/reload/watch.ts'
import { build, createFolder, until } from './kit.ts'

const here: Connection = { loopback: true, keepOpen: () => {}, expectReading: () => {} }
const get = (path: string) => new Request(`http://localhost${path}`)
const put = (path: string) => new Request(`http://localhost${path}`, { method: 'PUT' })

/** A gateway that answers with its name when it is told to. */
function fake(name: string) {
  const waiting: (() => void)[] = []
  const stops: (number | undefined)[] = []
  const gateway = {
    fetch: () => new Promise<Response>(resolve => waiting.push(() => resolve(new Response(name)))),
    stop: async (deadline?: number) => void stops.push(deadline),
    heritage: { plugins: new Map(), faults: createFaults(Date.now) },
    providers: [],
  } as unknown as Gateway
  return { gateway, stops, waiting, answer: () => waiting.splice(0).forEach(tell => void tell()) }
}

const textOf = async (response: Response | Promise<Response>) => (await response).text()

describe('createSwitch()', () => {
  test('gives new requests to the new gateway, and lets the old one finish', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    const early = gateways.fetch(get('/v1/models'), here)
    await gateways.replace(async () => two.gateway)
    const late = gateways.fetch(get('/v1/models'), here)
    await Bun.sleep(5)
    expect(one.stops).toEqual([])
    one.answer()
    two.answer()
    expect([await textOf(early), await textOf(late)]).toEqual(['one', 'two'])
    await until(() => one.stops.length === 1, 'the old one to stop')
    expect(one.stops[0]).toBeGreaterThan(3_600_000)
    expect(two.stops).toEqual([])
  })

  test('waits for writes under way, and holds new ones back until the new gateway is there', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    const early = gateways.fetch(put('/admin/virtual-models'), here)
    let isBuilt = false
    const replaced = gateways.replace(async () => {
      isBuilt = true
      return two.gateway
    })
    const late = gateways.fetch(put('/admin/virtual-models'), here)
    const read = gateways.fetch(get('/admin/virtual-models'), here)
    await Bun.sleep(5)
    expect([isBuilt, one.waiting.length, two.waiting.length]).toEqual([false, 2, 0])
    one.answer()
    await replaced
    await until(() => two.waiting.length === 1, 'the late write to arrive')
    two.answer()
    expect([await textOf(early), await textOf(read), await textOf(late)]).toEqual(['one', 'one', 'two'])
  })

  test('waits for no write that waits for the new gateway, and still for the others', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    const waits = gateways.fetch(put('/admin/settings/retries'), here)
    const other = gateways.fetch(put('/admin/keys/1'), here)
    let isBuilt = false
    const taken = gateways.aside(() =>
      gateways.replace(async () => {
        isBuilt = true
        return two.gateway
      }),
    )
    await Bun.sleep(5)
    expect(isBuilt).toBe(false)
    one.waiting.pop()?.()
    await taken
    expect([isBuilt, await textOf(other)]).toEqual([true, 'one'])
    one.answer()
    expect(await textOf(waits)).toBe('one')
  })

  test('keeps the old gateway when the new one cannot be built', async () => {
    const one = fake('one')
    const gateways = createSwitch(one.gateway)
    const failure = gateways.replace(() => Promise.reject(new Error('no')))
    const write = gateways.fetch(put('/admin/keys'), here)
    await expect(failure).rejects.toThrow('no')
    await until(() => one.waiting.length === 1, 'the write to arrive')
    one.answer()
    expect(await textOf(write)).toBe('one')
    expect([gateways.current(), one.stops]).toEqual([one.gateway, []])
  })

  test('stops all of them, also those that still finish something', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    void gateways.fetch(get('/v1/models'), here)
    await gateways.replace(async () => two.gateway)
    await gateways.stop()
    expect([one.stops, two.stops]).toEqual([[undefined], [undefined]])
  })

  test('that stops lets nobody take over any more', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    await gateways.stop()
    let isBuilt = false
    const isReplaced = await gateways.replace(async () => {
      isBuilt = true
      return two.gateway
    })
    expect([isReplaced, isBuilt, gateways.current()]).toEqual([false, false, one.gateway])
  })

  test('that stops waits for the gateway that is just being built, and stops it too', async () => {
    const [one, two] = [fake('one'), fake('two')]
    const gateways = createSwitch(one.gateway)
    let finish = () => {}
    const built = new Promise<Gateway>(resolve => {
      finish = () => resolve(two.gateway)
    })
    const replaced = gateways.replace(() => built)
    let isStopped = false
    const stopped = gateways.stop().then(() => {
      isStopped = true
    })
    await Bun.sleep(5)
    expect([isStopped, one.stops]).toEqual([false, [undefined]])
    finish()
    expect(await replaced).toBe(false)
    await stopped
    expect([two.stops, gateways.current()]).toEqual([[0], one.gateway])
  })
})

describe('a replaced gateway', () => {
  test('is forgotten: none of those before stays in memory', async () => {
    using folder = createFolder()
    const environment = {
      DATABASE_URL: `file:${folder.path}/test.db`,
      MODELWAY_MASTER_KEY: 'master-key-for-tests',
    }
    const gone: WeakRef<Gateway>[] = []
    let current = await build(environment)
    for (let i = 0; i < 6; i++) {
      const next = await build(environment, current.heritage)
      gone.push(new WeakRef(current))
      await current.stop()
      current = next
    }
    await until(() => {
      Bun.gc(true)
      return gone.filter(ref => ref.deref() !== undefined).length <= 1
    }, 'the old gateways to be collected')
    await current.stop()
  })
})

describe('createReload()', () => {
  test('runs one at a time, and once more for all that came meanwhile', async () => {
    const settings = { host: 'a', port: 1, databaseUrl: 'file:x' } as never
    let [running, most, runs] = [0, 0, 0]
    const reload = createReload({
      settings,
      async load() {
        most = Math.max(most, ++running)
        runs++
        await Bun.sleep(5)
        running--
        throw new Error('enough')
      },
      build: () => Promise.reject(new Error()),
      gateways: createSwitch(fake('one').gateway),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      ended() {},
    })
    const first = reload('first')
    await Bun.sleep(1)
    await Promise.all([first, reload('second'), reload('third'), reload('fourth')])
    expect([most, runs]).toEqual([1, 2])
    await reload('fifth')
    expect(runs).toBe(3)
  })

  test('reads nothing once the gateway is told to stop, and says so', async () => {
    const gateways = createSwitch(fake('one').gateway)
    await gateways.stop()
    const said: string[] = []
    let runs = 0
    const reload = createReload({
      settings: { host: 'a', port: 1, databaseUrl: 'file:x' } as never,
      load: () => Promise.reject(new Error(`run ${++runs}`)),
      build: () => Promise.reject(new Error()),
      gateways,
      log: {
        debug() {},
        info: message => said.push(message),
        warn() {},
        error: message => said.push(message),
      },
      ended() {},
    })
    await reload('SIGHUP')
    expect([runs, said]).toEqual([0, ['Did not reload the configuration: the gateway stops']])
  })
})

describe('watch()', () => {
  test('tells once per change, when the file is left alone', async () => {
    let stamp: string | undefined = 'a'
    let told = 0
    const stop = watch({ stamp: async () => stamp, every: 60, changed: () => told++ })
    await Bun.sleep(150)
    expect(told).toBe(0)
    for (const next of ['b', 'c', undefined, 'd']) {
      stamp = next
      await Bun.sleep(2)
    }
    await until(() => told > 0, 'a change to be told')
    await Bun.sleep(150)
    expect(told).toBeLessThanOrEqual(2)
    const before = told
    stamp = undefined
    await until(() => told === before + 1, 'the loss to be told')
    stop()
    stamp = 'e'
    await Bun.sleep(50)
    expect(told).toBe(before + 1)
  })
})
