import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { definePlugin, type Hooks } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import { MASTER, until } from '../kit.ts'
import { readUntilBroken } from '../mock/client.ts'
import { type House, openHouse } from './house.ts'
import { createScript, cutAt, cutEvery } from './script.ts'
import { refusalOf } from './shapes.ts'
import { errorsOf, readEvents } from './sse.ts'

type Tap = Hooks['tap']
let first: Tap | undefined
let second: Tap | undefined
const tapper = (name: string, tap: () => Tap | undefined) =>
  definePlugin({ name, about: 'Taps as a test says.', setup: () => ({ tap: x => tap()?.(x) }) })

const script = createScript('script', true)
let house: House
beforeAll(async () => {
  house = await openHouse({
    extra: [script.plugin, tapper('tap-one', () => first), tapper('tap-two', () => second)],
  })
})
beforeEach(() => {
  house.mock.reset()
  house.settled.length = house.test.logs.length = 0
  first = second = undefined
})
afterAll(() => house[Symbol.asyncDispose]())

const asked = { stream: true, stream_options: { include_usage: true } }
const encoder = new TextEncoder()

/** The stream of the scripted provider, as the client gets it. */
async function stream(
  text: string | Uint8Array<ArrayBuffer>,
  size = 50,
  extra: object = asked,
): Promise<Buffer> {
  script.say(cutEvery(typeof text === 'string' ? encoder.encode(text) : text, size))
  const response = await house.ask(undefined, { model: 'script/x', ...extra })
  return Buffer.from(await response.arrayBuffer())
}

const event = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n'
const end = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n${usage}data: [DONE]\n\n`
const text = `: hi\n\nevent: message\nid: 1\n${event('secret')}${event('😀')}${end}`
const mask: Tap = () => data => data.replace('secret', 'xxxxxx')
const bug = () => new Error('tap-secret: the plugin has a bug')

/** What the log says about bugs. */
const blamed = async () => {
  await Bun.sleep(30)
  return house.test.logs.filter(({ level }) => level === 'error').map(line => JSON.stringify(line))
}

describe('a tap', () => {
  test('sees the data of every event once, in order, whatever the pieces', async () => {
    for (const size of [1, 7, 64, 10_000]) {
      const seen: string[] = []
      first = () => data => {
        seen.push(data)
        return data
      }
      expect((await stream(text, size)).toString()).toBe(text)
      expect(seen).toEqual([...readEvents(text).data])
    }
  })

  test('that changes an event changes that event only, and keeps its other fields', async () => {
    first = mask
    for (const size of [1, 64, 10_000]) {
      const out = (await stream(text, size)).toString()
      expect(out).not.toContain('secret')
      expect(out).toContain(
        'event: message\nid: 1\ndata: {"choices":[{"index":0,"delta":{"content":"xxxxxx"}}]}\n\n',
      )
      expect(out.replace('xxxxxx', 'secret')).toBe(text)
    }
  })

  test('that changes or drops events does so at every split point, whatever ends the lines', async () => {
    const drop: Tap = () => data => (data.includes('😀') ? undefined : data)
    first = mask
    second = drop
    const wanted = readEvents(text)
      .data.filter(data => !data.includes('😀'))
      .map(data => data.replace('secret', 'xxxxxx'))
    for (const newline of ['\r\n', '\r']) {
      const bytes = encoder.encode(text.replaceAll('\n', newline))
      for (let at = 1; at < bytes.length; at++) {
        script.say(cutAt(bytes, [at]))
        const response = await house.test.fetch('/v1/chat/completions', {
          method: 'POST',
          headers: { authorization: `Bearer ${MASTER}` },
          body: JSON.stringify({ model: 'script/x', ...asked }),
        })
        const { data, tail } = readEvents(await response.text())
        expect([at, tail, ...data]).toEqual([at, '', ...wanted])
      }
    }
  })

  test('that drops an event drops it whole, and the next tap does not see it', async () => {
    const seen: string[] = []
    first = () => data => (data.includes('secret') ? undefined : data)
    second = () => data => {
      seen.push(data)
      return data
    }
    expect((await stream(text)).toString()).toBe(
      text.replace(`event: message\nid: 1\n${event('secret')}`, ''),
    )
    expect(seen.some(data => data.includes('secret'))).toBe(false)
  })

  test('gets what the one before it made', async () => {
    first = mask
    second = () => data => data.replace('xxxxxx', 'second')
    expect((await stream(text)).toString()).toBe(text.replace('secret', 'second'))
  })

  test('that leaves events alone leaves their bytes alone: marks, broken characters, line ends', async () => {
    const odd = Buffer.concat([
      Buffer.from('\ufeff: hello\r\n\r\n'),
      Buffer.from('data: {"a":"'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('"}\r\n\r\ndata:{"no":"space"}\r\rdata: {"two":1,\ndata: "lines":2}\n\n'),
      Buffer.from(text),
    ])
    first = () => data => data
    for (const size of [10_000, 64, 1])
      expect((await stream(new Uint8Array(odd), size)).toString('hex')).toBe(odd.toString('hex'))
  })

  test('gets the bytes as they arrived, before any tap, lines and blank line included', async () => {
    const arrived: string[] = []
    first = mask
    second = () => (data, bytes) => {
      arrived.push(new TextDecoder().decode(bytes))
      return data
    }
    await stream(text, 7)
    expect(arrived.join('')).toBe(text.replace(': hi\n\n', ''))
    arrived.length = 0
    const body = '{ "id": "secret", "choices": [] }'
    await (await house.ask({ body })).text()
    expect(arrived).toEqual([body])
  })

  test('does not keep the gateway from learning the usage, nor from hiding it', async () => {
    first = mask
    for (const options of [asked, { stream: true }]) {
      house.settled.length = 0
      const out = (await stream(text, 64, options)).toString()
      expect(out.includes('"usage"')).toBe(options === asked)
      expect((await house.settlement(1)).usage).toMatchObject({ input: 5, output: 2 })
    }
  })

  test('sees a whole answer as one text, and may change or empty it', async () => {
    first = () => data => data.replace('"content":"a', '"content":"THE')
    const answer = await (await house.ask({ text: 'a word' })).json()
    expect(answer).toMatchObject({ choices: [{ message: { content: 'THE word' } }] })
    first = () => () => undefined
    expect(await (await house.ask()).text()).toBe('{}')
  })

  test('sees the data of an event of more than a megabyte; nothing gets around it, however large', async () => {
    first = mask
    const long = (size: number) => `${event('a')}${event(`${'x'.repeat(size)} secret`)}${end}`
    const out = (await stream(long(1_500_000), 65_536)).toString()
    expect([out.includes('secret'), out.length]).toEqual([false, long(1_500_000).length])
    house.settled.length = 0
    const huge = (await stream(long(40_000_000), 1_000_000)).toString()
    expect(huge.includes('secret')).toBe(false)
    if (!huge.endsWith('[DONE]\n\n')) expect(errorsOf(huge).length).toBe(1)
  })
})

describe('a tap that refuses', () => {
  const guard: Tap = () => data =>
    data.includes('secret') ? refuse('forbidden', 'The answer is not allowed') : data

  test('ends a stream with its own error, and nothing of the event', async () => {
    first = guard
    const out = await readUntilBroken(await house.ask({ text: 'so the secret is out', gapMs: 5 }, asked))
    expect(out.error).toBeUndefined()
    expect(errorsOf(out.text)).toMatchObject([{ code: 'forbidden', message: 'The answer is not allowed' }])
    expect(out.text).not.toContain('secret')
    expect((await house.settlement(1)).code).toBe('forbidden')
    await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
  })

  test('replaces a whole answer', async () => {
    first = guard
    const response = await house.ask({ text: 'so the secret is out' })
    const { status, headers } = response
    expect(refusalOf({ status, headers, body: await response.json() })).toEqual([403, 'forbidden'])
    expect((await house.settlement(1)).code).toBe('forbidden')
  })
})

describe('a tap with a bug', () => {
  test('in the middle of a stream ends it with an error that tells nothing; the log names the plugin', async () => {
    second = () => data => {
      if (data.includes('road')) throw bug()
      return data
    }
    const out = await readUntilBroken(await house.ask({ tokens: 50, gapMs: 5 }, asked))
    expect(errorsOf(out.text).map(({ code }) => code)).toEqual(['internal_error'])
    expect(out.text).not.toContain('tap-secret')
    expect((await house.settlement(1)).code).toBe('internal_error')
    expect((await blamed()).join()).toContain('Plugin \\"tap-two\\" failed in \\"tap\\"')
    await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
  })

  test('when it begins leaves nobody who sends on: the provider is told that nobody listens', async () => {
    first = () => {
      throw bug()
    }
    const plan = { tokens: 1000, gapMs: 20 }
    expect((await house.ask(plan, { stream: true })).status).toBe(500)
    await until(() => house.mock.ledger.active() === 0, 'the stream of the provider to end', 2000)
  })

  test('on a whole answer, or when it begins, gives 500 that tells nothing; the log names the plugin', async () => {
    const taps: readonly Tap[] = [
      () => () => {
        throw bug()
      },
      () => {
        throw bug()
      },
    ]
    for (const tap of taps) {
      for (const extra of [{}, { stream: true }]) {
        house.settled.length = house.test.logs.length = 0
        house.mock.reset()
        second = tap
        const response = await house.ask({ tokens: 50, gapMs: 5 }, extra)
        const body = await response.text()
        expect(body).toContain('"code":"internal_error"')
        expect(body).not.toContain('tap-secret')
        expect((await house.settlement(1)).code).toBe('internal_error')
        expect((await blamed()).join()).toContain('Plugin \\"tap-two\\" failed in \\"tap\\"')
        await until(() => house.mock.ledger.active() === 0, 'the provider to see the close')
      }
    }
  })
})
