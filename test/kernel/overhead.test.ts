import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER } from '../kit.ts'
import { type House, messages, openHouse } from './house.ts'

/** What the gateway adds to the time of a call: `x-modelway-overhead-ms`. */

/** Far more than the gateway itself needs, on a machine that is busy with other things (milliseconds). */
const SLOW = 400
/** Timers may be early by one. */
const EXACT = 2

const pauser = definePlugin({
  name: 'pauser',
  about: 'Takes its time where a test says so.',
  setup: () => ({
    async guard(body) {
      if (body.pause === true) await Bun.sleep(SLOW)
      return body
    },
  }),
})

let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [pauser], env: { RETRIES: '1' } })
})
afterAll(() => house[Symbol.asyncDispose]())

const overheadOf = ({ headers }: Response) => {
  const value = headers.get('x-modelway-overhead-ms')
  return value === null ? undefined : Number(value)
}

describe('the header x-modelway-overhead-ms', () => {
  test('leaves out the time that the provider took, and holds what the gateway took', async () => {
    const began = performance.now()
    const slow = await house.ask({ delayMs: SLOW })
    expect(performance.now() - began).toBeGreaterThan(SLOW - EXACT)
    expect(overheadOf(slow)).toBeWithin(0, SLOW - EXACT)
    const paused = await house.ask({}, { pause: true })
    expect(overheadOf(paused)).toBeGreaterThan(SLOW - EXACT)
    expect(paused.headers.get('x-modelway-overhead-ms')).toMatch(/^\d+(\.\d{1,2})?$/)
  })

  test('leaves out every try, and holds the pause between two', async () => {
    const failed = await house.ask({ status: 500, delayMs: SLOW, headers: { 'retry-after': '1' } })
    expect([failed.status, failed.headers.get('x-modelway-attempts')]).toEqual([502, '2'])
    expect(overheadOf(failed)).toBeWithin(1000 - EXACT, 1000 + 2 * SLOW - EXACT)
  })

  test('is told of an answer in another language, too', async () => {
    house.mock.setPlan(() => ({ delayMs: SLOW }))
    const asked = { model: 'one', max_tokens: 5, messages }
    const send = () =>
      fetch(`${house.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': MASTER, 'content-type': 'application/json' },
        body: JSON.stringify(asked),
      })
    // What speaks the language is loaded with the first call.
    await send()
    const began = performance.now()
    const response = await send()
    expect([response.status, response.headers.get('x-modelway-provider')]).toEqual([200, 'openai'])
    expect(performance.now() - began).toBeGreaterThan(SLOW - EXACT)
    expect(overheadOf(response)).toBeWithin(0, SLOW - EXACT)
    house.mock.reset()
  })

  test('is told neither of a stream, nor where no provider was asked, nor where the operator wants none of it', async () => {
    expect(overheadOf(await house.ask({}, { stream: true }))).toBeUndefined()
    expect(overheadOf(await house.ask({}, { model: 'unknown' }))).toBeUndefined()
    await using quiet = await openHouse({ env: { SERVED_MODEL_HEADERS: 'false' } })
    expect(overheadOf(await quiet.ask({}))).toBeUndefined()
  })
})
