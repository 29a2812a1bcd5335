import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createConnection } from 'node:net'
import { KEY, type Running, spawnGateway } from '../process/spawn.ts'
import { askOnce, openTalk } from './raw.ts'

let gateway: Running
beforeAll(async () => {
  gateway = await spawnGateway()
})
afterAll(() => gateway.stop())

/** All that the gateway says to these bytes, until it closes the connection or has had its time. */
async function everything(bytes: string): Promise<string> {
  const socket = createConnection({ port: gateway.port, host: '127.0.0.1' })
  let said = ''
  socket.on('data', data => {
    said += String(data)
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await Promise.race([new Promise(resolve => socket.once('close', resolve)), Bun.sleep(150)])
  socket.destroy()
  return said
}

describe('HTTP', () => {
  test('1.0 without a Host header works, for load balancers', async () => {
    for (const path of ['/health', '/health/ready'])
      expect((await askOnce(gateway.port, `GET ${path} HTTP/1.0\r\n\r\n`))?.status).toBe(200)
    expect((await askOnce(gateway.port, 'GET /nothing HTTP/1.0\r\n\r\n'))?.status).toBe(404)
  })

  test('1.1 without a Host header is refused', async () => {
    expect((await askOnce(gateway.port, 'GET /health HTTP/1.1\r\n\r\n'))?.status).toBe(400)
  })

  test('bodies of ambiguous length are refused, and nothing behind them is served', async () => {
    const hidden = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'
    const forms = [
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `Content-Length: +0\r\n\r\n${hidden}`,
      `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    ]
    for (const form of forms) {
      const said = await everything(`POST /v1/models HTTP/1.1\r\nHost: x\r\n${form}`)
      expect([form, said.match(/HTTP\/1\.1 \d+/g) ?? []]).toEqual([form, ['HTTP/1.1 400']])
    }
  })
})

test('an odd Host header on an admin write is answered, and holds up no stop', async () => {
  await using other = await spawnGateway({ env: { DRAIN_TIMEOUT: '5s' } })
  const rude = openTalk(other.port)
  const request = (host: string) =>
    `PUT /admin/virtual-models HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 0\r\n\r\n`
  const statuses: unknown[] = []
  for (const host of ['[::1', 'a:99999', 'x%2fy', 'a/b', ''])
    statuses.push((await rude.ask(request(host)))?.status)
  rude.close()
  const began = performance.now()
  other.signal('SIGTERM')
  await other.exited
  const ms = performance.now() - began
  expect(statuses).toEqual([400, 400, 400, 400, 400])
  expect(ms).toBeLessThan(4000)
}, 60_000)
