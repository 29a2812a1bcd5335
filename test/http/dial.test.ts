import { afterEach, expect, test } from 'bun:test'
import type { Server, WebSocketHandler } from 'bun'
import { dial } from '../../src/http/dial.ts'
import { createEgress } from '../../src/upstream/egress.ts'
import { until } from '../kit.ts'
import { serveRaw } from './server.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** A server whose WebSockets do this. */
function serve(websocket: Partial<WebSocketHandler<undefined>>): string {
  const server: Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => void server.upgrade(request),
    websocket: { message() {}, ...websocket },
  })
  stops.push(() => void server.stop(true))
  return `http://127.0.0.1:${server.port}/`
}

const { signal } = new AbortController()
const headers = {}

test('what is said before anybody listens is kept, in order, with the end', async () => {
  const url = serve({
    open(socket) {
      socket.send('one')
      socket.send(new Uint8Array([2]))
      socket.close(4001, 'three')
    },
  })
  const socket = await dial({ url, headers, signal })
  expect(await socket.first).toBe('one')
  const ended = new Promise(resolve => {
    const heard: unknown[] = []
    socket.listen({
      message: message => heard.push(message),
      closed: (...end) => resolve([...heard, ...end]),
    })
  })
  expect(await ended).toEqual(['one', new Uint8Array([2]), 4001, 'three'])
})

test('another answer than a WebSocket is told by its status', async () => {
  const raw = serveRaw(() => ['HTTP/1.1 429 Too Many\r\ncontent-length: 0\r\n\r\n'])
  stops.push(raw.stop)
  expect(await dial({ url: raw.url, headers, signal }).catch(error => [error.name, error.status])).toEqual([
    'NoSocket',
    429,
  ])
})

test('a redirect is not followed: the credentials would go along', async () => {
  const elsewhere = serveRaw(() => ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'])
  const raw = serveRaw(() => [
    `HTTP/1.1 307 Elsewhere\r\nlocation: ${elsewhere.url}\r\ncontent-length: 0\r\n\r\n`,
  ])
  stops.push(raw.stop, elsewhere.stop)
  expect(await dial({ url: raw.url, headers, signal }).catch(error => error.status)).toBe(307)
  expect(elsewhere.requests).toEqual([])
})

test('a server that does not answer is given up with the call', async () => {
  const raw = serveRaw(() => [60_000])
  stops.push(raw.stop)
  const call = new AbortController()
  const dialling = dial({ url: raw.url, headers, signal: call.signal }).catch(error => error)
  while (raw.requests.length === 0) await Bun.sleep(1)
  call.abort('late')
  expect(await dialling).toBe('late')
})

test('an upstream that cannot prove who it is hears nothing', async () => {
  const folder = new URL('certificates/', import.meta.url).pathname
  const server = Bun.serve({
    port: 0,
    tls: { cert: Bun.file(`${folder}localhost.pem`), key: Bun.file(`${folder}localhost.key`) },
    fetch: (request, server) => void server.upgrade(request),
    websocket: { message() {} },
  })
  stops.push(() => void server.stop(true))
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const script = `
    import { dial } from ${JSON.stringify(new URL('../../src/http/dial.ts', import.meta.url).pathname)}
    const { signal } = new AbortController()
    const call = { url: 'https://localhost:${server.port}/', headers: {}, signal }
    console.log(await dial(call).then(() => 'open', error => error.code))
    process.exit()`
  const hear = async (more: Record<string, string>) => {
    const child = Bun.spawn([process.execPath, '-e', script], { env: { ...env, ...more } })
    return (await new Response(child.stdout).text()).trim()
  }
  expect(await hear({})).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await hear({ NODE_EXTRA_CA_CERTS: `${folder}authority.pem` })).toBe('open')
})

/** The answer to any key: the test's server knows but one. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const accepted = (head: string): string => {
  const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? KEY
  const hash = new Bun.CryptoHasher('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  return `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${hash.digest('base64')}\r\n\r\n`
}

test('who answers no ping is gone, and the end is told', async () => {
  const raw = serveRaw((_, head) => [accepted(head), 60_000])
  stops.push(raw.stop)
  const socket = await dial({ url: raw.url, headers, signal, pingEvery: 20 })
  const code = await new Promise(resolve => {
    socket.listen({ message() {}, closed: resolve })
  })
  expect(code).toBe(1006)
})

test('who answers pings stays, however silent', async () => {
  let pings = 0
  const url = serve({ ping: () => void pings++ })
  const socket = await dial({ url, headers, signal, pingEvery: 10 })
  const ends: number[] = []
  socket.listen({ message() {}, closed: code => ends.push(code) })
  await until(() => pings > 4, 'some pings')
  expect(ends).toEqual([])
  socket.close(1000, '')
})

test('the one way out guards WebSockets as it guards calls', async () => {
  const url = serve({})
  const call = { headers, signal }
  const closed = createEgress({ isAllowed: () => false, byFetch: false })
  const proxied = createEgress({ isAllowed: () => true, byFetch: true })
  stops.push(closed.close, proxied.close)
  expect(await closed.dial(url, call).catch(({ message }) => message)).toContain('no configured provider')
  expect(await closed.dial('ftp://a', call).catch(({ message }) => message)).toContain('only http and https')
  const refusal = await proxied.dial(url, call).catch(error => error)
  expect([refusal.code, refusal.message]).toEqual([
    'unsupported_operation',
    expect.stringContaining('HTTPS_PROXY'),
  ])
})
