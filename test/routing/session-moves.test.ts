import { describe, expect, test } from 'bun:test'
import { createPins } from '../../plugins/virtual-models/choosing/pins.ts'
import type { Ordering } from '../../src/exchange.ts'
import { EAST, type Fleet, startFleet, VLLM, WEST } from './fleet.ts'
import { type Ask, alternate, startTurns } from './turns.ts'

describe('R9: when the target changes', () => {
  const session = { 'x-session-id': 'one' }
  const ask = async (fleet: Fleet) => (await fleet.ask('turns', {}, session)).served

  test('R9 moves a session to the target that really served it, and leaves it there', async () => {
    await using fleet = await startTurns({ strategy: 'failover' })
    expect(await ask(fleet)).toBe(EAST)
    fleet.plan('openai-east', { status: 500 })
    expect(await ask(fleet)).toBe(WEST)
    fleet.plan('openai-east', undefined)
    fleet.calls.length = 0
    expect([await ask(fleet), await ask(fleet)]).toEqual([WEST, WEST])
    expect(fleet.calls).toEqual([WEST, WEST])
    expect((await fleet.ask('turns')).served).toBe(EAST)
  })

  test('R9 leaves a session where it is when nobody served it', async () => {
    await using fleet = await startTurns({ strategy: 'failover' })
    for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, { status: 500 })
    await ask(fleet)
    for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, undefined)
    expect(await ask(fleet)).toBe(EAST)
  })

  test('R9 gives a session another target when its own is not viable any more', async () => {
    await using fleet = await startTurns({ strategy: 'failover' })
    expect(await ask(fleet)).toBe(EAST)
    await fleet.put({ source: EAST, enabled: false })
    expect([await ask(fleet), await ask(fleet)]).toEqual([WEST, WEST])
  })

  test('R9 knows the target by its name when the redirect is reordered', async () => {
    await using fleet = await startTurns({ strategy: 'failover' })
    expect(await ask(fleet)).toBe(EAST)
    await fleet.redirect('turns', [VLLM, WEST, EAST], { strategy: 'failover' })
    expect(await ask(fleet)).toBe(EAST)
    await fleet.redirect('turns', [VLLM, WEST], { strategy: 'failover' })
    expect(await ask(fleet)).toBe(VLLM)
  })

  test('R9 keeps a session on its target through every redirect of a chain', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('inner', [EAST, WEST])
    await fleet.redirect('turns', ['inner', VLLM])
    const sessions = [...'abcdefgh'].map(
      (id): Ask =>
        fleet =>
          fleet.ask('turns', {}, { 'x-session-id': id }),
    )
    const served = await alternate(fleet, sessions)
    expect(served.map(targets => targets.length)).toEqual([...'abcdefgh'].map(() => 1))
    expect(new Set(served.flat())).toEqual(new Set([EAST, WEST, VLLM]))
  })
})

describe('what is remembered', () => {
  test('createPins() forgets the least used of a hundred thousand sessions, and keeps those in use', () => {
    const pins = createPins()
    const facts = { userPath: '/' } as unknown as Ordering
    for (let i = 0; i < 100_000; i++) pins.set('r', `s${i}`, facts, EAST)
    expect(pins.find('r', 's0', facts)).toBe(EAST)
    for (let i = 0; i < 500; i++) pins.set('r', `new-${i}`, facts, WEST)
    expect(pins.find('r', 's0', facts)).toBe(EAST)
    const lost = Array.from({ length: 500 }, (_, i) => pins.find('r', `s${i + 1}`, facts))
    expect(lost.every(target => target === undefined)).toBe(true)
    expect(pins.find('r', 's501', facts)).toBe(EAST)
  })

  test('explain and the list of models move neither turns nor sessions', async () => {
    await using fleet = await startTurns()
    const look = async () => {
      await fleet.explain({ model: 'turns' })
      await fleet.test.admin('GET', '/v1/models')
    }
    const served = []
    for (let i = 0; i < 3; i++) {
      for (let times = 0; times <= i; times++) await look()
      const { body } = await fleet.explain({ model: 'turns' })
      const { served: target } = await fleet.ask('turns')
      served.push(target)
      expect(`${body.targets[0].provider}/${body.targets[0].model}`).toBe(target!)
    }
    expect(served).toEqual([EAST, WEST, VLLM])
  })
})
