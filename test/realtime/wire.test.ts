import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { connect, createServer, type Socket } from 'node:net'
import { until } from '../kit.ts'
import { openStudio, type Studio, talkTo } from './kit.ts'

/** What peers do on the wire that no client of a library would: each side is told what it may be told, and nothing fills up. */

let studio: Studio
const deaf = createDeaf()
beforeAll(async () => {
  studio = await openStudio({
    env: {
      AZURE_API_KEY: 'sk-deaf',
      AZURE_BASE_URL: await deaf.url,
      AZURE_MODELS: 'deaf',
    },
  })
})
beforeEach(() => studio.upstream.reset())
afterAll(async () => {
  await studio[Symbol.asyncDispose]()
  deaf.stop()
})

const upstreamEnd = async () => {
  await until(() => studio.upstream.sessions[0]?.closed !== undefined, 'the provider to hear of the end')
  return studio.upstream.sessions[0]!.closed!
}

/** A provider that opens a conversation, and then reads nothing any more. */
function createDeaf() {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', head => {
      const key = /sec-websocket-key: (\S+)/i.exec(String(head))![1]
      const accepted = new Bun.CryptoHasher('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted.digest('base64')}\r\n\r\n`,
      )
      const word = Buffer.from('{"type":"session.created"}')
      socket.write(Buffer.concat([Buffer.from([0x81, word.length]), word]))
      socket.pause()
    })
  })
  const url = new Promise<string>(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      resolve(`http://127.0.0.1:${port}/openai/v1`)
    }),
  )
  return {
    url,
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** A client that says bytes of its own making. */
async function openRaw() {
  const { hostname, port, host } = new URL(studio.url)
  const socket = connect(Number(port), hostname)
  const got: Buffer[] = []
  socket.on('data', (bytes: Buffer) => void got.push(bytes))
  socket.on('error', () => {})
  const all = () => Buffer.concat(got)
  socket.write(
    `GET /v1/realtime?model=voice HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer master-key-for-tests\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  await until(() => all().includes('session.created'), 'the session')
  return {
    /** One frame, masked with zeros. */
    frame: (opcode: number, payload: readonly number[]) =>
      socket.write(Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...payload])),
    closed: new Promise<void>(resolve => socket.on('close', () => resolve())),
  }
}
const [TEXT, CLOSE] = [1, 8]

test('a text that is no UTF-8 ends it, and the provider hears nothing of it', async () => {
  const raw = await openRaw()
  raw.frame(TEXT, [0x22, 0xff, 0xfe, 0x22])
  await raw.closed
  expect((await upstreamEnd()).code).toBeGreaterThanOrEqual(1000)
  expect(studio.upstream.sessions[0]!.heard).toEqual([])
})

test('a client that closes without a code has meant it; one of its own goes through', async () => {
  for (const [payload, code] of [
    [[], 1000],
    [[0x03, 0xe8], 1000],
    [[0x10, 0xe1], 4321],
  ] as const) {
    studio.upstream.reset()
    const raw = await openRaw()
    raw.frame(CLOSE, payload)
    await raw.closed
    expect(await upstreamEnd()).toMatchObject({ code })
  }
})

test('why a provider leaves goes through, with its code', async () => {
  for (const [code, reason] of [
    [1001, 'Your session hit the maximum duration of 60 minutes.'],
    [1012, 'restart'],
    [1013, 'later'],
    [3000, 'invalid_request_error.invalid_api_key'],
  ] as const) {
    const talker = talkTo(studio.url, '?model=voice')
    await talker.hear('session.created')
    talker.say({ type: 'leave', code, reason })
    expect(await talker.closed).toMatchObject({ code, reason })
  }
})

test('a provider that reads nothing any more: its client is told so before much waits here', async () => {
  const talker = talkTo(studio.url, '?model=azure/deaf')
  await talker.hear('session.created')
  const audio = 'A'.repeat(1024 * 1024)
  let said = 0
  for (; said < 100 && talker.socket.readyState === WebSocket.OPEN; said++) {
    talker.say({ type: 'input_audio_buffer.append', audio })
    await until(() => talker.socket.bufferedAmount < 4 * 1024 * 1024, 'the gateway to read')
  }
  expect((await talker.hear('error')).error.code).toBe('upstream_overloaded')
  expect(await talker.closed).toMatchObject({ code: 1011 })
  // Megabytes: 16 of them here, and what both systems take.
  expect(said).toBeLessThan(60)
})
