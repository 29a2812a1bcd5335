import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SECRET, startServer, type TestServer } from '../mcp/kit.ts'
import { createMockProvider } from '../mock/provider.ts'
import { startWorkers, until, type Workers } from './kit.ts'

/** WORKERS=3: what plugins count is told by all workers together, whichever is asked. */

const mock = createMockProvider({ models: ['one'] })
let server: TestServer
let gateway: Workers
beforeAll(async () => {
  server = await startServer('search', 'new')
  const url = `http://127.0.0.1:${server.port}/mcp`
  gateway = await startWorkers(mock, {
    env: {
      MCP_SERVERS: JSON.stringify([{ name: 'search', url, headers: { authorization: SECRET } }]),
      GUARDRAILS: JSON.stringify([{ name: 'no-lions', find: { words: ['lion'] }, action: 'report' }]),
    },
  })
}, 60_000)
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await server.stop()
  mock.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
const read = async (path: string): Promise<any> => (await gateway.admin('GET', path)).json()
/** What twelve of them say, who are all three but once in a hundred times. */
const often = async <T>(ask: () => Promise<T>): Promise<ReadonlySet<T>> =>
  new Set(await Promise.all(Array.from({ length: 12 }, ask)))
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work))

const matches = async () => (await read('/admin/guardrails/no-lions')).matches[0]?.calls

test('calls in which a guardrail found something, those of a worker that is gone among them', async () => {
  await times(24, () => gateway.chat({ messages: [{ role: 'user', content: 'a lion' }] }))
  expect(await often(matches)).toEqual(new Set([24]))
  // What was never asked for is gone with the worker.
  await (await gateway.ask('/metrics')).text()
  process.kill(gateway.pidOf(2)!, 'SIGKILL')
  await until(() => gateway.saidBy('The worker serves').has(2), 'another worker')
  await times(6, () => gateway.chat({ messages: [{ role: 'user', content: 'a lion' }] }))
  expect(await often(matches)).toEqual(new Set([30]))
  const figures = await (await gateway.ask('/metrics')).text()
  expect(figures).toMatch(/^modelway_guardrail_matches_total\{.*\} 30$/m)
}, 60_000)

const tools = async () => (await read('/admin/mcp'))[0].tools as { name: string; calls: { ok?: number } }[]

test('calls of tools', async () => {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } }
  const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
  const calls = await times(12, () =>
    gateway.ask('/mcp/search', { method: 'POST', headers, body: JSON.stringify(call) }),
  )
  await Promise.all(calls.map(answer => answer.text()))
  expect(await often(async () => (await tools()).find(({ name }) => name === 'echo')?.calls.ok)).toEqual(
    new Set([12]),
  )
}, 60_000)

test('a server whose tools are asked for anew at one is known anew at all', async () => {
  await server.grow('later')
  await gateway.admin('POST', '/admin/mcp/refresh')
  expect(await often(async () => (await tools()).some(({ name }) => name === 'later'))).toEqual(
    new Set([true]),
  )
}, 60_000)
