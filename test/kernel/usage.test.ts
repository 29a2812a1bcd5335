import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type House, openHouse } from './house.ts'
import { createScript, cutEvery } from './script.ts'
import { readEvents } from './sse.ts'
import {
  after,
  before,
  chunk,
  delta,
  encoder,
  finish,
  read,
  reported,
  usage,
  usageEvent,
  write,
} from './streams.ts'

/** Asks for usage, as OpenAI lets itself be asked, or reports it unasked. */
const asking = createScript('asking', true)
const telling = createScript('telling', false)
let house: House
beforeAll(async () => {
  house = await openHouse({ extra: [asking.plugin, telling.plugin] })
})
afterAll(() => house[Symbol.asyncDispose]())

const ask = (model: string, options?: object) => read(house, model, options)

describe('usage', () => {
  const options = () => (JSON.parse(asking.sent()) as { stream_options?: unknown }).stream_options
  const bytes = write(before + usageEvent + after, '\n')

  test('is asked for when the client did not, and what it asked for stays', async () => {
    asking.say([bytes])
    await ask('asking/x')
    expect(options()).toEqual({ include_usage: true })
    await ask('asking/x', { include_usage: false, include_obfuscation: false })
    expect(options()).toEqual({ include_usage: true, include_obfuscation: false })
    await ask('asking/x', { include_usage: true, other: 1.5 })
    expect(asking.sent()).toContain('"stream_options":{"include_usage":true,"other":1.5}')
    house.settled.splice(0)
  })

  test('that a provider tells unasked is shown to everybody', async () => {
    telling.say([bytes])
    expect((await ask('telling/x')).equals(bytes)).toBe(true)
    expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
  })

  test('together with choices is never hidden, and the last report counts', async () => {
    const early = chunk({ choices: [{ index: 0, delta: { content: 'a' } }], usage: { prompt_tokens: 1 } })
    const late = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: reported })
    const text = `data: ${early}\n\ndata: ${late}\n\ndata: [DONE]\n\n`
    asking.say([encoder.encode(text)])
    expect((await ask('asking/x')).toString()).toBe(text)
    expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
  })

  test.each([
    ['the same way', '"usage":null', '"usage":{'],
    ['another way', '"usage":null', '"usage" :\t{'],
    ['with a space', '"usage": null', '"usage": {'],
    ['under a word that only a text says', String.raw`"says":"\"usage\"","other":null`, '"usage":{'],
  ])('that is null in every event but the one that tells is hidden, written %s', async (_, none, some) => {
    const empty = `data: {"choices":[{"index":0,"delta":{"content":"a"}}],${none}}\n\n`
    const telling = usageEvent.replace('"usage":{', some)
    const end = 'data: [DONE]\n\n'
    const text = empty.repeat(3) + telling + empty + end
    for (const size of [text.length, 64, 1]) {
      asking.say(cutEvery(encoder.encode(text), size))
      expect((await ask('asking/x')).toString()).toBe(empty.repeat(4) + end)
      expect(house.settled.splice(0)[0]?.usage).toEqual(usage)
    }
  })

  test('is found without looking at any piece of text again and again', async () => {
    // Every event reports usage, in one piece: a search to the end for each of them would take minutes.
    const event = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
    asking.say([encoder.encode(event.repeat(60_000) + after)])
    expect((await ask('asking/x')).toString()).toBe(after)
    expect(house.settled.splice(0)[0]?.usage).toMatchObject({ input: 1 })
  })

  test('that counts reasoning beside the completion loses nothing', async () => {
    const completion_tokens_details = { reasoning_tokens: 290 }
    for (const [completion_tokens, total_tokens, output] of [
      [1, 303, 1],
      [300, 602, 300],
      [300, 312, 10],
      [300, undefined, 10],
    ] as const) {
      const beside = { prompt_tokens: 12, completion_tokens, total_tokens, completion_tokens_details }
      const text = `data: ${finish}\n\ndata: ${chunk({ choices: [], usage: beside })}\n\ndata: [DONE]\n\n`
      asking.say([encoder.encode(text)])
      await ask('asking/x')
      expect(house.settled.splice(0)[0]?.usage).toMatchObject({ input: 12, output, reasoning: 290 })
    }
  })

  test('that is nonsense is counted as nothing, and passes', async () => {
    for (const odd of [{ prompt_tokens: -1 }, { completion_tokens: '7' }, { prompt_tokens: 2 ** 60 }, {}]) {
      const text = `data: ${finish}\n\ndata: ${chunk({ choices: [], usage: odd })}\n\ndata: [DONE]\n\n`
      asking.say([encoder.encode(text)])
      expect(readEvents((await ask('asking/x')).toString()).data).toEqual([finish, '[DONE]'])
      expect(house.settled.splice(0)[0]?.usage).toEqual({
        input: 0,
        cacheRead: 0,
        cacheWrite: 0,
        output: 0,
        reasoning: 0,
      })
    }
  })
})

describe('an event of more than a megabyte', () => {
  test('passes byte by byte, in small pieces and large', async () => {
    const text = `data: ${delta('a')}\n\ndata: ${delta('é'.repeat(1_000_000))}\n\n${before}${usageEvent}${after}`
    const bytes = encoder.encode(text)
    for (const size of [bytes.length, 300_001, 65_536]) {
      asking.say(cutEvery(bytes, size))
      expect((await ask('asking/x', { include_usage: true })).equals(bytes)).toBe(true)
      expect(house.settled.splice(0)[0]).toMatchObject({ usage, status: 200, code: undefined })
    }
  })

  test('that finishes the answer is noticed', async () => {
    const last = chunk({
      choices: [{ index: 0, finish_reason: 'stop', delta: { content: 'x'.repeat(1_500_000) } }],
    })
    const bytes = encoder.encode(`data: ${delta('a')}\n\ndata: ${last}\n\n`)
    telling.say(cutEvery(bytes, 65_536))
    expect((await ask('telling/x')).equals(bytes)).toBe(true)
    expect(house.settled.splice(0)[0]?.code).toBeUndefined()
  })
})
