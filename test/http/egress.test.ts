import { afterEach, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { createEgress } from '../../src/upstream/egress.ts'
import { serveRaw } from './server.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(script: Parameters<typeof serveRaw>[0]) {
  const server = serveRaw(script)
  const egress = createEgress({ isAllowed: () => true, byFetch: false })
  stops.push(egress.close, server.stop)
  const open = () => server.sockets.filter(({ readyState }) => readyState > 0).length
  return { ...server, ...egress, open }
}

/** Waits for the collector, which nobody can order to be complete. */
async function collected(isDone: () => boolean): Promise<boolean> {
  for (let i = 0; i < 40 && !isDone(); i++) {
    Bun.gc(true)
    await Bun.sleep(25)
  }
  return isDone()
}

describe('an answer that fetch brings', () => {
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n'
  for (const [name, steps] of [
    ['is silent behind its head', [`${head}\r\n`]],
    ['has begun', [`${head}\r\n1\r\na\r\n`]],
    ['is packed', [`${head}content-encoding: gzip\r\n\r\n`, '14\r\n', gzipSync('')]],
  ] as const)
    test(`and that nobody reads holds no connection for ever: one that ${name}`, async () => {
      const house = start(() => steps)
      await Promise.all(Array.from({ length: 4 }, () => house.fetch(house.url).then(() => {})))
      // One may still be on the stack.
      expect(await collected(() => house.open() <= 1)).toBe(true)
    })

  test('has no body where its status allows none, and waits for none', async () => {
    const house = start(() => ['HTTP/1.1 205 Reset\r\ncontent-length: 9\r\n\r\n'])
    expect((await house.fetch(house.url)).body).toBeNull()
    await Bun.sleep(10)
    expect(house.open()).toBe(0)
  })

  test('is empty where nothing came, however that would be packed', async () => {
    for (const [method, head] of [
      ['GET', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n'],
      ['GET', 'HTTP/1.1 429 Slow down\r\ncontent-length: 0\r\n'],
      ['GET', 'HTTP/1.1 304 Not Modified\r\n'],
      ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n'],
    ] as const) {
      const house = start(() => [`${head}content-encoding: gzip\r\n\r\n`])
      expect(await (await house.fetch(house.url, { method })).text()).toBe('')
      expect((await (await house.send(house.url, { method })).bytes()).length).toBe(0)
    }
  })

  test('says in words what its status means, which may be all that it says', async () => {
    for (const packing of ['', 'content-encoding: gzip\r\n'])
      for (const body of ['', 'x']) {
        const house = start(() => [
          `HTTP/1.1 400 So not\r\n${packing}content-length: ${body.length}\r\n\r\n${body}`,
        ])
        expect((await house.fetch(house.url)).statusText).toBe('So not')
      }
  })

  test('is an error where the platform knows no such status, and leaves nothing open', async () => {
    const house = start(() => ['HTTP/1.1 999 Denied\r\ncontent-length: 9\r\n\r\n'])
    expect(await house.fetch(house.url).catch(error => error)).toBeInstanceOf(RangeError)
    await Bun.sleep(10)
    expect(house.open()).toBe(0)
  })
})
