import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { declared, openToolbox, startServer, type TestServer, type Toolbox, versions } from './kit.ts'

let open: TestServer
let closed: TestServer
let box: Toolbox
beforeAll(async () => {
  ;[open, closed] = await Promise.all([startServer('open', 'new'), startServer('team-only', 'old')])
  box = await openToolbox([
    declared(open, { tools: { allow: ['echo', 'visit', 's*'], deny: ['steps'] } }),
    declared(closed, { user_paths: ['/team/alpha'], forward_user_path: true }),
  ])
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await Promise.all([open.stop(), closed.stop()])
})

const namesFor = async (path: string, at = '/mcp') =>
  (await (await box.client(path, { at })).listTools()).tools.map(({ name }) => name)

test('two servers with equal names of tools stand beside each other', async () => {
  const client = await box.client('/team/alpha/service')
  const names = (await client.listTools()).tools.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['open__echo', 'team-only__echo']))
  for (const name of ['open__echo', 'team-only__echo'])
    expect((await client.callTool({ name, arguments: { name } })).structuredContent).toEqual({ name })
  expect((await closed.seen()).seen.at(-1).rpc.params.name).toBe('echo')
})

test('a caller sees only servers that are open to where it stands', async () => {
  expect(await namesFor('/team/beta')).toEqual(['open__echo', 'open__visit'])
  expect(await namesFor('/team/alpha')).toContain('team-only__fail')
  // A path is one by its segments.
  expect(await namesFor('/team/alphabet')).not.toContain('team-only__fail')
})

test('a tool of a closed server is refused in the words that one which does not exist gets', async () => {
  const client = await box.client('/team/beta')
  const errorOf = (name: string) =>
    client.callTool({ name, arguments: {} }).then(
      () => undefined,
      error => ({ code: error.code, message: error.message.replace(name, 'NAME') }),
    )
  const hidden = await errorOf('team-only__echo')
  expect(hidden?.code).toBe(-32602)
  expect(hidden).toEqual((await errorOf('nobody__echo'))!)
})

test('the address of a closed server is that of none', async () => {
  const ask = (at: string) =>
    box.post(at, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'x-modelway-user-path': '/team/beta' })
  const [hidden, missing] = await Promise.all([ask('/mcp/team-only'), ask('/mcp/nobody')])
  expect([hidden.status, missing.status]).toEqual([404, 404])
  expect(await hidden.json()).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32602,
      message: 'There is no MCP server "team-only" for /team/beta',
      data: { code: 'not_found' },
    },
  })
  expect(await namesFor('/team/alpha', '/mcp/team-only')).toContain('fail')
})

test('a key that another one has made finds no server that is closed to its maker', async () => {
  const team = { name: 'Team', user_path: '/team', makes_keys: true }
  const ask = async (key: string, at: string) => {
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const answer = await box.post(at, list, { authorization: `Bearer ${key}` })
    await answer.text()
    return answer.status
  }
  for (const [sub_paths, status] of [[false, 404] as const, [true, 200] as const]) {
    const { body: lead } = await box.test.admin('POST', '/admin/keys', { ...team, sub_paths })
    const made = await box.test.json('/v1/keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${lead.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Alpha', user_path: '/team/alpha' }),
    })
    expect(await ask(made.body.key, '/mcp/team-only')).toBe(status)
    expect(await ask(made.body.key, '/mcp/open')).toBe(200)
  }
})

test('a tool that is not allowed, or is denied, cannot be called', async () => {
  const before = (await open.seen()).seen.length
  for (const options of Object.values(versions)) {
    const client = await box.client('/team/alpha', options)
    for (const name of ['open__steps', 'open__fail'])
      await expect(client.callTool({ name, arguments: {} })).rejects.toMatchObject({ code: -32602 })
  }
  const after = (await open.seen()).seen.slice(before)
  expect(after.filter(({ rpc }: { rpc?: { method: string } }) => rpc?.method === 'tools/call')).toEqual([])
})

test('who has no key gets a 401 that MCP clients understand', async () => {
  const response = await box.post(
    '/mcp',
    { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    { authorization: '' },
  )
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(await response.json()).toMatchObject({
    jsonrpc: '2.0',
    error: { data: { code: 'invalid_api_key' } },
  })
})

test('what a server keeps for one caller no other one meets', async () => {
  const visit = async (path: string) => {
    const client = await box.client(path)
    const { content } = await client.callTool({ name: 'team-only__visit', arguments: {} })
    return Number((content as { text: string }[])[0]!.text)
  }
  expect(await visit('/team/alpha/one')).toBe(1)
  // Another client of the same caller goes on in the same conversation.
  expect(await visit('/team/alpha/one')).toBe(2)
  expect(await visit('/team/alpha/two')).toBe(1)
})

test('a server that is to know it is told for whom, in each conversation, and nothing else', async () => {
  const before = (await closed.seen()).seen.length
  for (const path of ['/team/alpha/one', '/team/alpha/two'])
    await (await box.client(path)).callTool({ name: 'team-only__echo', arguments: {} })
  const calls = (await closed.seen()).seen
    .slice(before)
    .filter(({ rpc }: { rpc?: { method: string } }) => rpc?.method === 'tools/call')
  const told = calls.map(
    ({ headers }: { headers: Record<string, string> }) => headers['x-modelway-user-path'],
  )
  expect(told).toEqual(['/team/alpha/one', '/team/alpha/two'])
  expect(JSON.stringify(calls)).not.toContain(MASTER)
})

test('nothing of what callers send to the gateway reaches a server but the arguments', async () => {
  const client = await box.client('/team/alpha')
  await client.callTool({ name: 'open__echo', arguments: { a: 1 }, _meta: { note: 'mine' } })
  const text = JSON.stringify((await open.seen()).seen)
  expect(text).toContain('secret-of-the-server')
  for (const own of ['master-key', 'x-modelway', '/team/alpha', 'test-client', 'mine'])
    expect(text).not.toContain(own)
})
