import { afterEach, expect, test } from 'bun:test'
import type { Log } from '../../src/log.ts'
import type { Spawn } from '../../src/workers/seat.ts'
import { createSupervisor, type Supervisor } from '../../src/workers/supervisor.ts'
import { until } from './kit.ts'

/** Workers that hang. These are none: they answer as workers do, or not any more. */

const PULSE = 10

interface Puppet {
  readonly number: number
  isHanging: boolean
  isEnded: boolean
}

let supervisor: Supervisor
const logs: unknown[] = []
const keep = (message: string, facts?: object) => void logs.push({ message, ...facts })
const log: Log = { debug: keep, info: keep, warn: keep, error: keep }

async function open(count: number): Promise<Puppet[]> {
  const puppets: Puppet[] = []
  const spawn: Spawn = (number, hear) => {
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; signal: string | null }>()
    const puppet: Puppet = { number, isHanging: false, isEnded: false }
    puppets.push(puppet)
    const end = (code: number | null, signal: string | null) => {
      puppet.isEnded = true
      resolve({ code, signal })
    }
    return {
      send(message) {
        if (message.kind !== 'request' || puppet.isHanging) return
        if ((message.request as { kind: string }).kind === 'stop') end(0, null)
        const facts = { order: [], providers: [], isOpen: true }
        queueMicrotask(() => hear({ kind: 'answer', turn: message.turn, answer: facts }))
      },
      kill: () => end(null, 'SIGKILL'),
      ended: () => promise,
    }
  }
  const opened = Promise.withResolvers<void>()
  supervisor = createSupervisor({
    count,
    spawn,
    start: () => ({
      flags: {},
      kept: { host: '127.0.0.1', port: 0, workers: count },
      port: 0,
      isPretty: false,
    }),
    opened: () => opened.resolve(),
    log,
    pulse: PULSE,
  })
  await opened.promise
  logs.length = 0
  return puppets
}

afterEach(async () => {
  supervisor.stop('SIGTERM')
  await supervisor.ended
})

test('one that hangs is ended, and another one takes its place', async () => {
  const puppets = await open(2)
  const hanging = puppets.find(({ number }) => number === 2)!
  hanging.isHanging = true
  await until(() => puppets.length === 3, 'another worker')
  expect([hanging.isEnded, puppets[2]?.number]).toEqual([true, 2])
  await until(() => logs.length === 3, 'the log')
  expect(logs).toMatchObject([
    { message: 'A worker hangs, and is ended', worker: 2 },
    { message: 'A worker ended: another one takes its place', worker: 2, signal: 'SIGKILL' },
    { message: 'The worker serves', worker: 2 },
  ])
})

test('one that is busy for a moment stays', async () => {
  const puppets = await open(2)
  puppets[0]!.isHanging = true
  await Bun.sleep(3 * PULSE)
  puppets[0]!.isHanging = false
  await Bun.sleep(10 * PULSE)
  expect([puppets.length, logs]).toEqual([2, []])
})

test('one that hangs does not keep the others from ending', async () => {
  const puppets = await open(2)
  puppets[0]!.isHanging = true
  supervisor.stop('SIGTERM')
  expect(await supervisor.ended).toBe(1)
  expect(puppets.map(({ isEnded }) => isEnded)).toEqual([true, true])
})
