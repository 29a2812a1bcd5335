import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { declared, openToolbox, startServer, type TestServer, type Toolbox } from './kit.ts'

let server: TestServer
let box: Toolbox
beforeAll(async () => {
  server = await startServer('one', 'new')
  box = await openToolbox([declared(server)], { BODY_SIZE_LIMIT: '1M' })
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await server.stop()
})

describe('a message that is none gets an error of JSON-RPC', () => {
  test.each<[string, unknown, number, number]>([
    ['no JSON', '{"jsonrpc"', 400, -32700],
    ['nothing', '', 400, -32700],
    ['a number', '1', 400, -32700],
    ['what nests too deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, -32700],
    ['several messages at once', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], 400, -32700],

    ['no JSON-RPC', { hello: 'world' }, 400, -32600],
    ['another version of JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'ping' }, 400, -32600],
    ['resources of all servers', { jsonrpc: '2.0', id: 1, method: 'resources/list' }, 200, -32601],
    ['a completion', { jsonrpc: '2.0', id: 1, method: 'completion/complete' }, 200, -32601],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'tools/destroy' }, 200, -32601],
    ['a call without a name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }, 200, -32602],
    [
      'a call with arguments that are none',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one__echo', arguments: 'x' } },
      200,
      -32602,
    ],
    [
      'a name from a prototype',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: '__proto__' } },
      200,
      -32602,
    ],
  ])('%s', async (_what, body, status, code) => {
    const response = await box.post('/mcp', body)
    const text = await response.text()
    expect([response.status, text]).toEqual([status, expect.stringContaining(`"code":${code}`)])
    expect(text).toContain('"jsonrpc":"2.0"')
  })

  test('what is too long is told so', async () => {
    const response = await box.post('/mcp', {
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
      params: { x: 'x'.repeat(2_000_000) },
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } })
  })

  test('another media type is told so', async () => {
    const response = await box.post('/mcp', '<ping/>', { 'content-type': 'text/xml' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: -32600, message: expect.stringContaining('content-type') },
    })
  })

  test('there is no stream to listen to, and no session to end', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await box.test.fetch('/mcp', {
        method,
        headers: { authorization: `Bearer ${MASTER}` },
      })
      expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })
})

test('a client that goes away takes its call with it', async () => {
  const before = await server.seen()
  const response = await box.post('/mcp', {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'one__hang', arguments: {} },
  })
  await until(async () => (await server.seen()).waiting > before.waiting, 'the tool to begin')
  await response.body!.cancel()
  await until(async () => (await server.seen()).cancelled > before.cancelled, 'the tool to be told')
  await until(() => box.test.logs.some(({ outcome }) => outcome === 'gone'), 'the record')
  expect(box.test.logs.filter(({ message }) => message === 'An MCP server failed')).toEqual([])
})

test('each call leaves a line in the log, and a figure', async () => {
  const client = await box.client('/team/alpha')
  await client.callTool({ name: 'one__echo', arguments: { card: 'not for the log' } })
  await client.callTool({ name: 'one__fail', arguments: {} })
  const lineOf = (tool: string) =>
    box.test.logs.find(line => line.message === 'Tool call' && line.tool === tool)
  await until(() => lineOf('fail') !== undefined, 'the line')
  expect(lineOf('echo')).toMatchObject({
    server: 'one',
    tool: 'echo',
    outcome: 'ok',
    caller: 'master',
    user_path: '/team/alpha',
  })
  expect(lineOf('fail')).toMatchObject({ outcome: 'failed' })
  expect(JSON.stringify(box.test.logs)).not.toContain('not for the log')
  const metrics = await box.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
  const text = await metrics.text()
  expect(text).toContain('modelway_mcp_calls_total{server="one",tool="echo",outcome="ok"} 1')
  expect(text).toContain('modelway_mcp_calls_total{server="one",tool="fail",outcome="failed"} 1')
  const { body } = await box.test.admin('GET', '/admin/mcp')
  const echo = body[0].tools.find(({ name }: { name: string }) => name === 'echo')
  expect(echo).toEqual({ name: 'echo', description: 'Does echo', allowed: true, calls: { ok: 1 } })
})

test('nothing is promised that is not there', async () => {
  const all = await box.client('/team')
  expect(all.getServerCapabilities()).toEqual({ tools: {}, prompts: {} })
  const one = await box.client('/team', { at: '/mcp/one' })
  expect(one.getServerCapabilities()).toEqual({ tools: {}, prompts: {}, resources: {} })
})
