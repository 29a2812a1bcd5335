import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { until } from '../kit.ts'
import { openHouse } from './house.ts'
import { openStage, type Stage, speaker, sse, streamed } from './puppets.ts'
import { asJson } from './samples.ts'

/** Answers that are read on for the bill although their client is gone: neither many nor for ever. */

const LIMIT = 256
const LONGEST = 300_000
const encoder = new TextEncoder()
const words = encoder.encode(sse({ choices: [{ index: 0, delta: { content: 'Once' } }] }))
const end = encoder.encode(
  sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) +
    sse({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }, '[DONE]'),
)

interface Call {
  readonly sink: ReadableStreamDefaultController<Uint8Array>
  readonly state: { isCancelled: boolean }
}
const calls: Call[] = []
let gate: Promise<void> = Promise.resolve()

/** Begins to answer when the gate opens, and goes on when the test says. Aborted calls break, as those of `fetch` do. */
const slow = speaker('slow', ['openai-chat'], async (_facts, signal) => {
  const state = { isCancelled: false }
  const body = new ReadableStream<Uint8Array>({
    start(sink) {
      calls.push({ sink, state })
      sink.enqueue(words)
      signal.addEventListener('abort', () => {
        state.isCancelled = true
        sink.error(signal.reason)
      })
    },
    cancel() {
      state.isCancelled = true
    },
  })
  await gate
  return streamed(body)
})

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ providers: [slow], env: { ON_HANGUP: 'drain' } })
})
afterEach(() => {
  finishAll()
  stage.over.length = 0
  gate = Promise.resolve()
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask = (init: RequestInit = {}) =>
  stage.send('/v1/chat/completions', asJson({ model: 'slow/m', messages: [], stream: true }), init)

/** A client that hears the first words and goes away. */
async function leave(): Promise<void> {
  const reader = (await ask()).body!.getReader()
  await reader.read()
  await reader.cancel()
}

function finishAll(): void {
  for (const { sink, state } of calls.splice(0)) {
    if (state.isCancelled) continue
    sink.enqueue(end)
    sink.close()
  }
}

describe('an answer whose client is gone', () => {
  test(`is read on only where fewer than ${LIMIT} others are; there is room again when they are over`, async () => {
    for (let i = 0; i < LIMIT; i++) await leave()
    expect(calls.filter(({ state }) => state.isCancelled).length).toBe(0)
    expect(stage.over.length).toBe(0)
    await leave()
    await leave()
    expect(calls.map(({ state }) => state.isCancelled).slice(LIMIT)).toEqual([true, true])
    expect(stage.over).toMatchObject(Array(2).fill({ code: 'client_closed', hungUp: true }))
    finishAll()
    await until(() => stage.over.length === LIMIT + 2, 'the others to end')
    expect(stage.over.slice(2)).toMatchObject(
      Array(LIMIT).fill({ status: 200, hungUp: true, code: undefined, usage: { input: 3, output: 2 } }),
    )
    await leave()
    expect(calls[0]!.state.isCancelled).toBe(false)
    finishAll()
    await until(() => stage.over.length === LIMIT + 3, 'the last one to end')
  })

  /** As if so many milliseconds had gone by. */
  async function later<T>(ms: number, run: () => Promise<T>): Promise<T> {
    const now = performance.now.bind(performance)
    const clock = spyOn(performance, 'now').mockImplementation(() => now() + ms)
    try {
      return await run()
    } finally {
      clock.mockRestore()
    }
  }

  test('is read on for five minutes and no longer, wherever the client went away', async () => {
    await leave()
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const left = new AbortController()
    const asking = ask({ signal: left.signal })
    await until(() => calls.length === 2, 'the call')
    left.abort()
    opened.resolve()
    // A server cancels what it can give to nobody.
    await (await asking).body!.cancel()
    await later(LONGEST - 60_000, () => Bun.sleep(250))
    expect(calls.map(({ state }) => state.isCancelled)).toEqual([false, false])
    await later(LONGEST + 1000, () => until(() => stage.over.length === 2, 'both to be cut'))
    expect(calls.map(({ state }) => state.isCancelled)).toEqual([true, true])
    expect(stage.over).toMatchObject(Array(2).fill({ code: 'upstream_timeout', hungUp: true }))
  })

  test('is settled once, however the client goes away from a real socket', async () => {
    await using house = await openHouse({ env: { ON_HANGUP: 'drain' } })
    for (const delayMs of [0, 150]) {
      house.settled.length = 0
      house.mock.reset()
      const control = new AbortController()
      const asked = house.ask({ tokens: 6, delayMs, gapMs: 30 }, { stream: true }, { signal: control.signal })
      if (delayMs === 0) await (await asked).body!.getReader().read()
      else await until(() => house.received().length === 1, 'the call')
      control.abort()
      await asked.catch(() => {})
      await until(() => house.settled.length > 0, 'the record')
      expect([delayMs, house.settled]).toMatchObject([delayMs, [{ status: 200, usage: { output: 6 } }]])
      expect(house.mock.ledger.entries.map(({ ending }) => ending)).toEqual(['complete'])
    }
  })
})
