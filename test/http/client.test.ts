import { afterEach, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { unpacked } from '../../src/http/arrival.ts'
import type { Arriving } from '../../src/http/arriving.ts'
import { createClient } from '../../src/http/client.ts'
import type { PlainCall } from '../../src/http/request.ts'
import { answer, type Step, serveRaw } from './server.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(script: Parameters<typeof serveRaw>[0]) {
  const server = serveRaw(script)
  const client = createClient()
  stops.push(client.close, server.stop)
  const ask = (more: Partial<PlainCall> = {}): Promise<Arriving> =>
    client.send({ url: server.url, method: 'POST', headers: {}, body: 'ask', signal: undefined, ...more })!
  const text = async (more: Partial<PlainCall> = {}): Promise<string> => textOf(await ask(more))
  return { ...server, client, ask, text }
}

const textOf = async (arriving: Arriving): Promise<string> =>
  Buffer.from(await arriving.bytes()).toString('latin1')

const codeOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => 'none',
    error => error.code ?? error,
  )

/** Answers that say the same in every way that HTTP/1.1 has, and whether the connection may be kept. */
const ways: readonly (readonly [name: string, bytes: string, ends?: 'close'])[] = [
  ['announced', answer('hello')],
  ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n'],
  [
    'in chunks with a trailer',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nsum: 1\r\n\r\n',
  ],
  ['until the end', 'HTTP/1.1 200 OK\r\n\r\nhello', 'close'],
  ['until the end, in an old version', 'HTTP/1.0 200 OK\r\n\r\nhello', 'close'],
  [
    'after others that only promise it',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${answer('hello')}`,
  ],
]

describe('an answer', () => {
  for (const [name, bytes, ends] of ways)
    test(`${name} is the same wherever the wire cuts it`, async () => {
      for (let at = 1; at < bytes.length; at++) {
        const house = start(() => [bytes.slice(0, at), 1, bytes.slice(at), ...(ends ? [ends] : [])])
        expect([at, await house.text()]).toEqual([at, 'hello'])
        // What was complete leaves a connection that carries the next call, unless it ended the answer.
        expect([at, await house.text(), house.sockets.length]).toEqual([at, 'hello', ends ? 2 : 1])
      }
    })

  test('is what fetch would have made of it', async () => {
    const header = fc.tuple(
      fc.stringMatching(/^x-[a-z]{1,8}$/),
      fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
    )
    const given = fc.record({
      status: fc
        .integer({ min: 200, max: 599 })
        .filter(status => status !== 304 && status !== 204 && status !== 205),
      headers: fc.array(header, { maxLength: 60 }),
      pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 6 }),
      isChunked: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ status, headers, pieces, isChunked }) => {
        const body = Buffer.concat(pieces)
        const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
        const head = `HTTP/1.1 ${status} Whatever\r\n${lines}`
        const steps: Step[] = isChunked
          ? [
              `${head}transfer-encoding: chunked\r\n\r\n`,
              ...pieces.flatMap(piece => [`${piece.length.toString(16)}\r\n`, piece, '\r\n']),
              '0\r\n\r\n',
            ]
          : [`${head}content-length: ${body.length}\r\n\r\n`, body]
        const house = start(() => steps)
        const ours = await house.ask()
        const theirs = await fetch(house.url, { method: 'POST', body: 'ask' })
        expect(ours.status).toBe(theirs.status)
        for (const [name] of headers) expect(ours.headers.get(name)).toBe(theirs.headers.get(name))
        expect(Buffer.from(await ours.bytes())).toEqual(Buffer.from(await theirs.bytes()))
      }),
      { numRuns: 40 },
    )
  })

  test('without a body has none, whatever it announces', async () => {
    const house = start((_, head) => [
      head.startsWith('HEAD')
        ? 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'
        : 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n',
    ])
    expect(await house.text({ method: 'HEAD', body: undefined })).toBe('')
    expect(await house.text({ method: 'GET', body: undefined })).toBe('')
    expect(house.sockets.length).toBe(1)
  })

  test('with a hundred headers is read, one with a flood of them is not', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `h${i}: ${i}\r\n`).join('')
    const house = start(index => [answer('hello', index === 0 ? many : `flood: ${'x'.repeat(300_000)}\r\n`)])
    expect((await house.ask()).headers.get('h99')).toBe('99')
    expect(await codeOf(house.ask())).toBe('HPE_HEADER_OVERFLOW')
  })

  test('that is no HTTP, or another protocol, is an error', async () => {
    for (const bytes of [
      '<html>hello</html>\r\n\r\n',
      'SSH-2.0\r\n',
      'HTTP/1.1 2x0 OK\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    ]) {
      const house = start(() => [bytes])
      expect(await codeOf(house.text())).not.toBe('none')
    }
  })

  test('that says two lengths is an error, not a guess', async () => {
    for (const lines of [
      'content-length: 5\r\ncontent-length: 6\r\n',
      'content-length: 5\r\ntransfer-encoding: chunked\r\n',
    ])
      expect(await codeOf(start(() => [`HTTP/1.1 200 OK\r\n${lines}\r\nhello`]).text())).not.toBe('none')
  })

  test('that breaks off is an error behind what came', async () => {
    for (const [bytes, end] of [
      ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello', 'close'],
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', 'close'],
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', 'reset'],
    ] as const) {
      const arriving = await start(() => [bytes, 20, end]).ask()
      expect(Buffer.from((await arriving.read()).value!).toString()).toBe('hello')
      expect(await codeOf(Promise.resolve(arriving.read()))).toBe('ECONNRESET')
      expect(await codeOf(Promise.resolve(arriving.read()))).toBe('ECONNRESET')
    }
  })

  test('that was packed all the same is unpacked, or an error where that fails', async () => {
    const packed = gzipSync('hello').toString('latin1')
    const house = start(index => [
      answer(index === 0 ? packed : `${packed.slice(0, -9)}!`, 'content-encoding: gzip\r\n'),
    ])
    const read = async () => Buffer.from(await unpacked(await house.ask()).bytes()).toString()
    expect(await read()).toBe('hello')
    expect(await codeOf(read())).not.toBe('none')
  })
})

describe('a connection', () => {
  test('carries one call after the other; calls at the same time have one each', async () => {
    const house = start(() => [10, answer('hello')])
    for (let i = 0; i < 5; i++) await house.text()
    expect(house.sockets.length).toBe(1)
    await Promise.all(Array.from({ length: 5 }, () => house.text()))
    expect(house.sockets.length).toBe(5)
  })

  test('is not used again when the server says so', async () => {
    const house = start(() => [answer('hello', 'connection: close\r\n')])
    await house.text()
    await house.text()
    expect(house.sockets.length).toBe(2)
  })

  test('that the server closed meanwhile costs the next call nothing', async () => {
    const house = start(() => [answer('hello'), 5, 'close'])
    for (let i = 0; i < 3; i++) {
      expect(await house.text()).toBe('hello')
      await Bun.sleep(20)
    }
    expect(house.requests.length).toBe(3)
  })

  test('is kept no more where the server closes each right behind its answer, and does not say so', async () => {
    for (const end of ['close', 'reset'] as const) {
      const house = start(() => [answer('hello'), 1, end])
      let lost = 0
      for (let i = 0; i < 20; i++) await house.text().catch(() => lost++)
      expect(lost).toBeLessThanOrEqual(1)
    }
  })

  test('that waits for another call keeps no process alive; one that carries a call does', async () => {
    const house = start(() => [300, answer('hello')])
    const script = `
      import { createClient } from ${JSON.stringify(new URL('../../src/http/client.ts', import.meta.url).pathname)}
      const { send } = createClient()
      for (let i = 0; i < 2; i++) {
        const answer = await send({ url: process.argv[1], method: 'GET', headers: {}, signal: undefined })
        console.log((await answer.bytes()).length)
      }`
    const child = Bun.spawn([process.execPath, '-e', script, house.url])
    stops.push(() => child.kill())
    expect(await Promise.race([child.exited, Bun.sleep(4000)])).toBe(0)
    expect(await new Response(child.stdout).text()).toBe('5\n5\n')
    expect(house.sockets.length).toBe(1)
  })

  test('is kept again soon where only one call was lost', async () => {
    const house = start(index => (index === 1 ? ['reset'] : [answer('hello')]))
    await house.text()
    expect(await codeOf(house.text())).toBe('ECONNRESET')
    await house.text()
    await Bun.sleep(2050)
    for (let i = 0; i < 3; i++) await house.text()
    expect(house.sockets.length).toBe(3)
  })

  test('is not kept by a client that was closed meanwhile', async () => {
    const house = start(() => [20, answer('hello')])
    const asking = house.text()
    await Bun.sleep(10)
    house.client.close()
    expect(await asking).toBe('hello')
    await Bun.sleep(10)
    expect(house.sockets[0]!.readyState).toBeLessThanOrEqual(0)
  })

  test('that was kept for long and is closed just when it is used again is replaced, once', async () => {
    const house = start((index, head) =>
      head.includes('fine') || index === 0 ? [answer('hello')] : ['reset'],
    )
    await house.text()
    await Bun.sleep(1050)
    // The second call finds it closed, and so does its repetition on a new one: then it is enough.
    expect(await codeOf(house.text())).toBe('ECONNRESET')
    expect(house.requests.length).toBe(3)
    const other = start(index => (index === 1 ? ['reset'] : [answer('hello')]))
    await other.text()
    await Bun.sleep(1050)
    expect(await other.text()).toBe('hello')
    expect(other.requests.map(({ connection }) => connection)).toEqual([0, 0, 1])
  })

  test('that is closed when the question may have been read is not asked again', async () => {
    for (const [kept, thought] of [
      [0, 0],
      [1050, 1100],
    ] as const) {
      const house = start(index => (index === 0 ? [answer('hello')] : [thought, 'close']))
      await house.text()
      await Bun.sleep(kept)
      expect(await codeOf(house.text())).toBe('ECONNRESET')
      expect(house.requests.length).toBe(2)
    }
  })

  test('that is new and closed without an answer is not asked again', async () => {
    const house = start(() => ['close'])
    expect(await codeOf(house.text())).toBe('ECONNRESET')
    expect(house.requests.length).toBe(1)
  })

  test('on which more comes than was asked for gives nobody a stranger’s answer', async () => {
    for (const more of [answer('stolen'), 'HTTP/1.1 2', 'x']) {
      for (const pause of [0, 10]) {
        const house = start(index =>
          index === 0 ? [answer('mine'), ...(pause ? [pause] : []), more] : [answer(`${index}`)],
        )
        const together = start(index => [index === 0 ? answer('mine') + more : answer(`${index}`)])
        for (const { text, closed } of [house, together]) {
          expect(await text()).toBe('mine')
          // What the system has not told us yet could not be told from an answer: it has when we have left.
          await Promise.race([closed, Bun.sleep(2000)])
          expect(await text()).toBe('1')
        }
        expect(house.sockets.length).toBe(2)
        expect(together.sockets.length).toBe(2)
      }
    }
  })

  test('is closed when its call is given up, and carries no other', async () => {
    for (const giveUp of [
      async (arriving: Arriving) => arriving.cancel(),
      async (arriving: Arriving) => {
        await arriving.read()
        await arriving.cancel()
      },
    ]) {
      const house = start(index =>
        index === 0 ? ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello', 50, 'rest'] : [answer('next')],
      )
      const arriving = await house.ask()
      await giveUp(arriving)
      expect((await arriving.read()).done).toBe(true)
      expect(await house.text()).toBe('next')
      expect(house.sockets.length).toBe(2)
    }
  })
})

describe('a signal', () => {
  const reason = new Error('enough')

  test('given before, while connecting, while waiting, or while the body comes, ends the call with its reason', async () => {
    const slow = ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello', 500, 'rest']
    const given = async (when: number) => {
      const house = start(() => [20, ...slow])
      const controller = new AbortController()
      const { signal } = controller
      if (when < 0) controller.abort(reason)
      const asking = house.ask({ signal })
      if (when >= 0) setTimeout(() => controller.abort(reason), when)
      return asking.then(arriving => arriving.bytes())
    }
    for (const when of [-1, 0, 10, 60])
      expect([when, await given(when).catch(error => error)]).toEqual([when, reason])
  })

  test('given while connecting, again and again, leaves calls to fetch, which can end what it began', async () => {
    const house = start(() => [answer('hello')])
    const given = () => {
      const controller = new AbortController()
      const { url } = house
      const asking = house.client.send({
        url,
        method: 'GET',
        headers: {},
        body: undefined,
        signal: controller.signal,
      })
      controller.abort(reason)
      return asking
    }
    const all = Array.from({ length: 17 }, given)
    expect(all.map(asking => asking === undefined)).toEqual([...Array(16).fill(false), true])
    expect(await Promise.all(all.map(asking => asking?.catch(error => error)))).toEqual([
      ...Array(16).fill(reason),
      undefined,
    ])
    await Bun.sleep(20)
    expect(await house.text()).toBe('hello')
    expect(house.requests.length).toBe(1)
  })

  test('given after the end touches nobody: its connection may carry another call by then', async () => {
    const house = start(index => [...(index === 0 ? [] : [30]), answer(`${index}`)])
    const controller = new AbortController()
    expect(await house.text({ signal: controller.signal })).toBe('0')
    const next = house.text()
    await Bun.sleep(10)
    controller.abort(reason)
    expect(await next).toBe('1')
    expect(house.sockets.length).toBe(1)
  })
})

describe('a request', () => {
  test('has what fetch would send, and the caller’s own headers', async () => {
    const house = start(() => [answer('')])
    await house.text({
      headers: { 'content-type': 'application/json', Accept: 'x/y' },
      url: `${house.url}?a=b%20c#top`,
    })
    expect(house.requests[0]!.head.split('\r\n')).toEqual([
      'POST /v1/chat?a=b%20c HTTP/1.1',
      `host: ${new URL(house.url).host}`,
      'connection: keep-alive',
      'content-type: application/json',
      'Accept: x/y',
      'accept-encoding: identity',
      'user-agent: modelway',
      'content-length: 3',
    ])
    await house.text({ method: 'GET', body: undefined })
    expect(house.requests[1]!.head).not.toContain('content-length')
    await house.text({ body: undefined })
    expect(house.requests[2]!.head).toEndWith('content-length: 0')
  })

  test('that could be read as two is never written', () => {
    const { client, url } = start(() => [answer('')])
    const evil: Partial<PlainCall>[] = [
      { headers: { 'x-a': 'b\r\nevil: 1' } },
      { headers: { 'x-a': 'b\0' } },
      { headers: { 'x-a\r\nevil': 'b' } },
      { headers: { 'x a': 'b' } },
      { headers: { '': 'b' } },
      { headers: { 'Content-Length': '0' } },
      { headers: { 'transfer-encoding': 'chunked' } },
      { headers: { connection: 'x' } },
      { headers: { host: 'elsewhere' } },
      { headers: { 'x-a': 'ü' } },
      { method: 'POST / HTTP/1.1\r\nevil: 1\r\n\r\nGET' },
      { method: '' },
    ]
    for (const each of evil)
      expect(
        client.send({ url, method: 'POST', headers: {}, body: '', signal: undefined, ...each }),
      ).toBeUndefined()
  })

  test('of any text arrives as it is, however large', async () => {
    const house = start(() => [answer('')])
    for (const body of ['', 'äöü €😀', 'ä\ud800b', 'ä'.repeat(8_000_000)]) {
      await house.text({ body })
      const { head, body: came } = house.requests.at(-1)!
      expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`)
      expect(came === Buffer.from(body).toString('latin1')).toBe(true)
    }
    expect(house.sockets.length).toBe(1)
  })

  test('whose answer comes before it is all sent leaves its connection', async () => {
    const server = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: {
        open: socket => void socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'),
        data: socket => socket.pause(),
      },
    })
    stops.push(() => server.stop(true))
    const client = createClient()
    const url = `http://127.0.0.1:${server.port}/`
    for (let i = 0; i < 2; i++) {
      const asking = client.send({
        url,
        method: 'POST',
        headers: {},
        body: 'x'.repeat(30_000_000),
        signal: undefined,
      })!
      expect((await asking).status).toBe(413)
    }
    client.close()
  })
})

describe('a reader', () => {
  test('that is slow makes the server wait, and loses nothing', async () => {
    const size = 40_000_000
    const house = start(() => [
      `HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`,
      Buffer.alloc(size, 'abcdefg'),
    ])
    const arriving = await house.ask()
    await Bun.sleep(150)
    const before = house.sent()
    expect(before).toBeLessThan(size / 2)
    await Bun.sleep(100)
    expect(house.sent()).toBe(before)
    expect(Buffer.from(await arriving.bytes()).equals(Buffer.alloc(size, 'abcdefg'))).toBe(true)
    expect(await house.ask().then(next => next.status)).toBe(200)
  })

  test('that never takes a large answer, or later, holds up no other call on its connection', async () => {
    const size = 256 * 1024 + 1
    const whole = answer('x'.repeat(size))
    // The last byte is the one that is too much to be kept.
    const house = start(() => [whole.slice(0, -1), 10, whole.slice(-1)])
    const never = await house.ask()
    while (!never.isOver) await Bun.sleep(1)
    await never.cancel()
    const late = await house.ask()
    while (!late.isOver) await Bun.sleep(1)
    expect((await house.text()).length).toBe(size)
    expect(late.whole?.length).toBe(size)
    expect((await house.text()).length).toBe(size)
    expect(house.sockets.length).toBe(1)
  })

  test('gets what came together as one piece', async () => {
    const house = start(() => [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n',
      20,
      '1\r\nc\r\n0\r\n\r\n',
    ])
    const arriving = await house.ask()
    const pieces: string[] = []
    for (let read = await arriving.read(); !read.done; read = await arriving.read())
      pieces.push(Buffer.from(read.value).toString())
    expect(pieces).toEqual(['ab', 'c'])
  })
})
