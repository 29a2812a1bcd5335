import { expect, test } from 'bun:test'
import { freePort } from '../free-port.ts'
import { MASTER, type TestGateway, until } from '../kit.ts'
import { declared, openToolbox, startServer, versions } from './kit.ts'

test('a server that is away hides no tools of others, and is told of', async () => {
  const here = await startServer('here', 'new')
  await using box = await openToolbox([declared(here), declared({ name: 'away', port: freePort() })])
  const client = await box.client('/')
  const names = (await client.listTools()).tools.map(({ name }) => name)
  expect(names).toContain('here__echo')
  expect(names.some(name => name.startsWith('away'))).toBe(false)
  const { body } = await box.test.admin('GET', '/admin/mcp')
  expect(body).toMatchObject([
    { name: 'here', state: 'ready', software: 'test-server 1.2.3', protocol: '2026-07-28' },
    { name: 'away', state: 'away', error: 'cannot be reached', tools: [] },
  ])
  expect(box.test.logs).toContainEqual(
    expect.objectContaining({ message: 'An MCP server cannot be asked for its tools', server: 'away' }),
  )
  const overview = await box.test.fetch('/dashboard/overview', {
    headers: { cookie: await signIn(box.test) },
  })
  expect((await overview.text()).replace(/<[^>]+>/g, '')).toContain(
    'The MCP server away cannot be reached: its tools cannot be called.',
  )
  await here.stop()
})

for (const kind of ['new', 'old'] as const)
  for (const [version, options] of Object.entries(versions)) {
    test(`a ${kind} server that goes away and comes back (client ${version})`, async () => {
      const server = await startServer('one', kind)
      await using box = await openToolbox([declared(server)])
      const client = await box.client('/', options)
      const echo = () => client.callTool({ name: 'one__echo', arguments: { a: 1 } })
      expect((await echo()).structuredContent).toEqual({ a: 1 })
      await server.stop()
      await expect(echo()).rejects.toMatchObject({
        code: -32000,
        message: expect.stringContaining('MCP server "one" cannot be reached'),
        data: { code: 'upstream_unreachable', server: 'one' },
      })
      // Its tools are still listed: what an agent has been told stays true for as long as it can.
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('one__echo')
      await server.again()
      expect((await echo()).structuredContent).toEqual({ a: 1 })
      await server.stop()
    })

    test(`a ${kind} server that dies in a call, or answers too much (client ${version})`, async () => {
      const server = await startServer('one', kind)
      await using box = await openToolbox([declared(server)])
      const client = await box.client('/', options)
      const call = (name: string) => client.callTool({ name: `one__${name}`, arguments: {} })
      await expect(call('huge')).rejects.toMatchObject({
        message: expect.stringContaining('answers more than MCP_ANSWER_LIMIT allows'),
      })
      await expect(call('die')).rejects.toMatchObject({
        message: expect.stringContaining('MCP server "one"'),
      })
      await server.stop()
    })

    test(`a ${kind} server that is silent for too long (client ${version})`, async () => {
      const server = await startServer('one', kind)
      await using box = await openToolbox([declared(server)], { MCP_TIMEOUT: '300ms' })
      const client = await box.client('/', options)
      await expect(client.callTool({ name: 'one__hang', arguments: {} })).rejects.toMatchObject({
        message: expect.stringContaining('MCP server "one" was silent for more than 1 s'),
        data: { code: 'upstream_timeout', server: 'one' },
      })
      await until(async () => (await server.seen()).cancelled === 1, 'the tool to be told')
      await server.stop()
    })
  }

test('an old server that has forgotten a session gets the call in a new one', async () => {
  const server = await startServer('one', 'old')
  await using box = await openToolbox([declared(server)])
  const client = await box.client('/')
  const visit = async () =>
    ((await client.callTool({ name: 'one__visit', arguments: {} })).content as { text: string }[])[0]!.text
  expect([await visit(), await visit()]).toEqual(['1', '2'])
  await server.stop()
  await server.again()
  expect([await visit(), await visit()]).toEqual(['1', '2'])
  await server.stop()
})

test('a server that does not accept the credentials is told of, without its words', async () => {
  const server = await startServer('one', 'new')
  await using box = await openToolbox([declared(server, { headers: { authorization: 'Bearer wrong' } })])
  expect((await (await box.client('/')).listTools()).tools).toEqual([])
  const { body } = await box.test.admin('GET', '/admin/mcp')
  expect(body[0].error).toBe("does not accept the gateway's credentials (status 401)")
  expect(JSON.stringify([body, box.test.logs])).not.toContain('secret-of-the-server')
  await server.stop()
})

test('a new tool is there when it is called, and when servers are asked anew', async () => {
  const server = await startServer('one', 'new')
  await using box = await openToolbox([declared(server)])
  const client = await box.client('/')
  await client.listTools()
  await server.grow('later')
  const { body } = await box.test.admin('POST', '/admin/mcp/refresh?server=one')
  expect(body[0].tools.map(({ name }: { name: string }) => name)).toContain('later')
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('one__later')
  const { status } = await box.test.admin('POST', '/admin/mcp/refresh?server=two')
  expect(status).toBe(404)
  await server.stop()
})

async function signIn(test: TestGateway): Promise<string> {
  const response = await test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  return response.headers.get('set-cookie')!.split(';')[0]!
}
