import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createConnection, type Socket } from 'node:net'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { type House, messages, openHouse } from './house.ts'

/** Room that is taken and given back, and a gate that holds requests up. */
let room = 0
let given = 0
let gate: Promise<void> | undefined
const slots = definePlugin({
  name: 'slots',
  about: 'Counts who is inside.',
  setup: () => ({
    async admit() {
      room++
      await gate
      return () => {
        room--
        given++
      }
    },
  }),
})

let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [slots] })
})
beforeEach(() => {
  house.mock.reset()
  house.settled.length = 0
  given = 0
})
afterAll(() => house[Symbol.asyncDispose]())

/** Everything about a request is over: upstream is closed, room is given back, one record is written. */
async function isOver(): Promise<void> {
  await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
  await house.settlement(1)
  expect([room, given]).toEqual([0, 1])
}

const endings = () => house.mock.ledger.entries.map(({ ending }) => ending)

const raw = (host: string, plan: Plan | undefined) => {
  const body = JSON.stringify({ model: 'one', messages, stream: true, ...(plan && { mock_plan: plan }) })
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${MASTER}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function connect(): Promise<Socket> {
  const socket = createConnection({ port: house.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await new Promise<void>(resolve => socket.once('connect', resolve))
  return socket
}

async function abortAfter(plan: Plan, isReady: (text: string) => boolean, extra: object = { stream: true }) {
  const control = new AbortController()
  const asked = house.ask(plan, extra, { signal: control.signal })
  let text = ''
  if (isReady('')) await until(() => house.mock.ledger.active() === 1, 'the request to arrive')
  else {
    const reader = (await asked).body!.getReader()
    const decoder = new TextDecoder()
    while (!isReady(text)) text += decoder.decode((await reader.read()).value, { stream: true })
  }
  const began = performance.now()
  control.abort()
  await asked.catch(() => {})
  await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
  return performance.now() - began
}

describe('a client that hangs up', () => {
  const slow: Plan = { tokens: 400, gapMs: 10 }

  test('before the answer begins ends the call upstream at once, streamed or not', async () => {
    for (const extra of [{ stream: true }, {}]) {
      house.settled.length = given = 0
      expect(await abortAfter({ hang: true }, () => true, extra)).toBeLessThan(200)
      await isOver()
      expect(house.settled[0]).toMatchObject({ code: 'client_closed', status: 499 })
    }
    expect(endings()).toEqual(['client_closed', 'client_closed'])
  })

  test('in the middle of a stream ends the call upstream at once', async () => {
    expect(await abortAfter(slow, text => text.includes('"content":" road"'))).toBeLessThan(200)
    await isOver()
    expect(house.settled[0]).toMatchObject({ code: 'client_closed', status: 200 })
    expect(endings()).toEqual(['client_closed'])
  })

  test('between the last delta and "[DONE]", or behind it, is settled once with the usage that was told', async () => {
    const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
    for (const last of [usage, `${usage}data: [DONE]\n\n`]) {
      house.settled.length = given = 0
      const plan: Plan = {
        chunks: [finish + last, ': bye\n\n'],
        silenceMs: 60_000,
        contentType: 'text/event-stream',
      }
      await abortAfter(plan, text => text.includes(last.slice(-20)), {
        stream: true,
        stream_options: { include_usage: true },
      })
      await isOver()
      expect(house.settled[0]).toMatchObject({ status: 200, usage: { input: 3, output: 2 } })
    }
    expect(endings()).toEqual(['client_closed', 'client_closed'])
  })

  test('while a plugin still thinks asks nothing upstream', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    const control = new AbortController()
    const asked = house.ask({}, {}, { signal: control.signal }).catch(() => {})
    await until(() => room === 1, 'the request to be inside')
    control.abort()
    await asked
    await Bun.sleep(20)
    resolve()
    gate = undefined
    await isOver()
    expect(house.settled[0]!.code).toBe('client_closed')
    expect(house.received()).toEqual([])
  })

  test('is noticed whatever its Host header, by a goodbye and by a reset', async () => {
    for (const host of ['localhost', 'a', '']) {
      for (const leave of ['destroy', 'resetAndDestroy'] as const) {
        for (const plan of [{ hang: true }, slow]) {
          house.settled.length = given = 0
          const socket = await connect()
          socket.write(raw(host, plan))
          await until(() => house.mock.ledger.active() === 1, 'the request to arrive')
          if (plan === slow) await new Promise(resolve => socket.once('data', resolve))
          socket[leave]()
          await isOver()
          expect(house.settled[0]!.code).toBe('client_closed')
        }
      }
    }
  })

  test('two hundred times at any moment: as many records, nobody inside, nothing open', async () => {
    const leave = async (ms: number) => {
      const signal = AbortSignal.timeout(ms)
      const response = await house.ask(
        { tokens: 100, gapMs: 1, delayMs: 10 },
        { stream: ms % 2 === 0 },
        { signal },
      )
      await response.text()
    }
    await Promise.allSettled(Array.from({ length: 200 }, (_, i) => leave(1 + (i % 60))))
    await until(
      () => house.settled.length >= house.mock.ledger.entries.length && room === 0,
      'everybody to leave',
    )
    await Bun.sleep(50)
    expect([room, house.mock.ledger.active()]).toEqual([0, 0])
    expect(given).toBe(house.settled.length)
    expect(new Set(house.settled.map(({ id }) => id)).size).toBe(house.settled.length)
  })
})

describe('a client that reads slowly', () => {
  /** 128 MB of which the mock provider counts every 16 kB. */
  const flood: Plan = { text: `${'x'.repeat(16_000)} `.repeat(100), repeat: 80 }
  const sent = () => house.mock.ledger.entries[0]!.completion

  /** What has been sent when no more is. */
  async function plateau(): Promise<number> {
    let before = -1
    for (let now = sent(); now !== before; now = sent()) {
      before = now
      await Bun.sleep(250)
    }
    return before
  }
  const body = JSON.stringify({ model: 'one', messages, stream: true })

  test('holds the provider back: nothing piles up in the gateway', async () => {
    house.mock.setPlan(flood)
    const headers = { authorization: `Bearer ${MASTER}` }
    const { body: answer } = await house.test.fetch('/v1/chat/completions', { method: 'POST', headers, body })
    const reader = answer!.getReader()
    await reader.read()
    // The buffers of the sockets take a few megabytes.
    expect(await plateau()).toBeLessThan(2000)
    await reader.cancel()
    await isOver()
    expect(endings()).toEqual(['client_closed'])
  })

  test('gets everything in the end', async () => {
    house.mock.setPlan(flood)
    const socket = await connect()
    let received = 0
    socket.on('data', data => {
      received += data.length
    })
    socket.write(raw('x', undefined))
    await until(() => received > 100_000, 'the stream to begin')
    socket.pause()
    expect(await plateau()).toBeLessThan(6000)
    socket.resume()
    for (let left = 200; house.settled.length === 0 && left > 0; left--) await Bun.sleep(50)
    await isOver()
    expect(endings()).toEqual(['complete'])
    expect(house.settled[0]!.code).toBeUndefined()
    socket.destroy()
  })
})

test('silence of the provider cuts nobody, before the answer and in the middle of it', async () => {
  // The server closes silent connections after four seconds, its shortest time.
  await using quiet = await openHouse({ idleTimeout: 1 })
  const ask = async (plan: Plan, extra: object) => (await quiet.ask(plan, extra)).text()
  const [late, whole, paused] = await Promise.all([
    ask({ delayMs: 5500 }, { stream: true }),
    ask({ delayMs: 5500 }, {}),
    ask({ silenceMs: 5500 }, { stream: true }),
  ])
  for (const stream of [late, paused]) expect(stream).toEndWith('data: [DONE]\n\n')
  expect(JSON.parse(whole)).toMatchObject({ object: 'chat.completion' })
}, 20_000)
