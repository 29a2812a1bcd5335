import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRepricing, type Hands } from '../../plugins/usage/report/repricing.ts'
import type { Gateway } from '../../src/gateway.ts'
import { build } from '../config/kit.ts'
import { MASTER, until } from '../kit.ts'

setDefaultTimeout(30_000)

/** A reload of the configuration does not end what is priced anew. */

const folder = mkdtempSync(join(tmpdir(), 'modelway-repricing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HOUR = 3_600_000

/** Hands for a day of calls, and the steps that they were asked for. */
function handsThat(act: (from: number) => Promise<number>) {
  const steps: number[] = []
  const hands: Hands = {
    ask: (async () => ({ first: 0, last: 24 * HOUR - 1, newest: null })) as unknown as Hands['ask'],
    reprice(from) {
      steps.push(from / HOUR)
      return act(from)
    },
  }
  return { hands, steps }
}

describe('what is priced anew', () => {
  test('goes on where it was, with the hands of the gateway that took over', async () => {
    const repricing = createRepricing()
    const next = handsThat(async () => 10)
    let close = () => {}
    const old = handsThat(async from => {
      if (from === 0) return 1
      // The next gateway stands, and this one closes in the middle of a step.
      repricing.join(next.hands)
      close()
      throw new Error('closed')
    })
    close = repricing.join(old.hands)
    await repricing.begin(0, 30 * HOUR)
    expect(old.steps).toEqual([0, 6])
    expect(next.steps).toEqual([6, 12, 18])
    expect(repricing.job()).toMatchObject({ state: 'done', until: 30 * HOUR, changed: 31 })
  })

  test('stays with the gateway that goes on where the next one fails', async () => {
    const repricing = createRepricing()
    const next = handsThat(async () => 0)
    const old = handsThat(async from => {
      if (from === 6 * HOUR) repricing.join(next.hands)()
      return 1
    })
    repricing.join(old.hands)
    await repricing.begin(0, 24 * HOUR)
    expect([old.steps, next.steps]).toEqual([[0, 6, 12, 18], []])
  })

  test('fails where it fails by itself, and where no gateway is left', async () => {
    const repricing = createRepricing()
    const close = repricing.join(handsThat(() => Promise.reject(new Error('no disk'))).hands)
    await expect(repricing.begin(0, HOUR)).rejects.toThrow('no disk')
    expect(repricing.job()).toMatchObject({ state: 'failed', until: 0 })
    close()
    await expect(repricing.begin(0, HOUR)).rejects.toThrow('stops')
  })
})

test('POST /admin/usage/recompute is finished over a reload, and the next gateway tells of it', async () => {
  const environment = {
    MODELWAY_MASTER_KEY: MASTER,
    DATABASE_URL: `file:${join(folder, 'x.db')}`,
    DEMO: 'true',
    MODEL_PRICES: '{}',
  }
  const call = async (gateway: Gateway, method: string, path: string, body?: object) => {
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return (await gateway.fetch(request)).json() as Promise<
      Record<string, unknown> & { total: { calls: number } }
    >
  }
  const old = await build(environment)
  const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
  for (let i = 0; i < 5; i++) await call(old, 'POST', '/v1/chat/completions', hello)
  await until(
    async () => (await call(old, 'GET', '/admin/usage')).total.calls === 5,
    'the calls to be written',
  )
  const begun = call(old, 'POST', '/admin/usage/recompute', { from: '2020-01-01' })
  const next = await build(
    { ...environment, MODEL_PRICES: '{"demo/parrot": {"input": 5, "output": 5}}' },
    old.heritage,
  )
  await Promise.all([begun, old.stop()])
  const told = () => call(next, 'GET', '/admin/usage/recompute')
  await until(async () => (await told()).state === 'done', 'the work to be done')
  expect((await told()).from).toBe('2020-01-01T00:00:00+00:00')
  await next.stop()
})
