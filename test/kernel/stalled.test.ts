import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createConnection } from 'node:net'
import { MASTER, until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createUntil } from '../until.ts'
import { type House, messages, openHouse } from './house.ts'

/** The server looks for silent connections every four seconds. */
const untilGone = createUntil(12_000)

let house: House
beforeAll(async () => {
  house = await openHouse({ stalledTimeout: 1, env: { PING_INTERVAL: '200ms' } })
})
afterAll(() => house[Symbol.asyncDispose]())

/** Asks, and reads nothing of the answer until `rest`, which tells how many bytes there are until the connection ends. */
async function stall(path: string, body: object) {
  const socket = createConnection({ port: house.port, host: '127.0.0.1' })
  socket.pause()
  socket.on('error', () => {})
  await new Promise<void>(resolve => socket.once('connect', resolve))
  const text = JSON.stringify(body)
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${MASTER}\r\nContent-Type: application/json`
  socket.write(`${head}\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
  return {
    async rest() {
      let size = 0
      const ended = new Promise(resolve => socket.once('close', resolve))
      socket.on('data', data => {
        size += data.length
      })
      socket.resume()
      await ended
      return size
    },
  }
}

test('who takes nothing of an answer for a while, or asks nothing more, is gone, and nobody waits for them', async () => {
  const endless: Plan = { text: `${'x'.repeat(16_000)} `.repeat(100), repeat: 0 }
  const speech = { ...endless, contentType: 'audio/mpeg' }
  const large = 40_000_000
  const ask = (plan: Plan, more: object) => ({ model: 'one', messages, mock_plan: plan, ...more })
  const idle = await stall('/v1/chat/completions', ask({ tokens: 2 }, {}))
  house.mock.setPlan({ body: JSON.stringify({ choices: [], filling: 'x'.repeat(large) }) })
  const whole = await stall('/v1/chat/completions', { model: 'one', messages })
  await until(() => house.settled.length === 2, 'the whole answers to be given')
  const stream = await stall('/v1/chat/completions', ask(endless, { stream: true }))
  const bytes = await stall('/v1/audio/speech', ask(speech, { input: 'a', voice: 'b' }))
  await untilGone(() => house.settled.length === 4, 'the others to be given up')
  expect(house.settled.map(({ code }) => code)).toEqual([
    undefined,
    undefined,
    'client_closed',
    'client_closed',
  ])
  await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
  await Promise.all([idle, stream, bytes].map(({ rest }) => rest()))
  expect(await whole.rest()).toBeLessThan(large)
}, 20_000)
