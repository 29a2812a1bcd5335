import { afterAll, beforeAll, expect, test } from 'bun:test'
import { declared, openToolbox, startServer, type TestServer, type Toolbox, versions } from './kit.ts'

let server: TestServer
let box: Toolbox
beforeAll(async () => {
  server = await startServer('one', 'new')
  const rules = [
    { name: 'no-bombs', user_path: '/block', on: 'both', find: { words: ['bomb', 'step'] }, action: 'block' },
    { name: 'no-mail', user_path: '/mask', on: 'input', find: { presets: ['email'] }, action: 'mask' },
    { name: 'no-lions', user_path: '/mask', on: 'output', find: { words: ['lion'] }, action: 'mask' },
    { name: 'no-wrongs', user_path: '/block', on: 'output', find: { words: ['wrong'] }, action: 'block' },
  ]
  box = await openToolbox([declared(server)], { GUARDRAILS: JSON.stringify(rules) })
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await server.stop()
})

for (const [version, options] of Object.entries(versions)) {
  test(`what a guardrail blocks reaches no server (client ${version})`, async () => {
    const client = await box.client('/block', options)
    const before = (await server.seen()).seen.length
    await expect(client.callTool({ name: 'one__echo', arguments: { id: 'bomb' } })).rejects.toMatchObject({
      code: -32000,
      message: expect.stringContaining('Guardrail "no-bombs" does not let this through'),
      data: { code: 'guardrail_blocked', server: 'one' },
    })
    expect((await server.seen()).seen.length).toBe(before)
  })

  test(`what a tool answers is looked at, too (client ${version})`, async () => {
    const client = await box.client('/block', options)
    await expect(client.callTool({ name: 'one__fail', arguments: {} })).rejects.toMatchObject({
      message: expect.stringContaining('Guardrail "no-wrongs" does not let this answer through'),
    })
    expect((await client.callTool({ name: 'one__echo', arguments: { a: 1 } })).structuredContent).toEqual({
      a: 1,
    })
  })

  test(`a mask works in arguments and in answers (client ${version})`, async () => {
    const client = await box.client('/mask', options)
    const result = await client.callTool({
      name: 'one__echo',
      arguments: { id: 'jane@example.com', animal: 'lion' },
    })
    expect(JSON.stringify(result)).not.toMatch(/jane|lion/)
    expect(result.structuredContent).toEqual({ id: '[EMAIL]', animal: expect.not.stringContaining('lion') })
  })

  test(`progress tells nothing that an answer may not (client ${version})`, async () => {
    const client = await box.client('/block', options)
    const heard: unknown[] = []
    await client.callTool(
      { name: 'one__steps', arguments: {} },
      { onprogress: progress => heard.push(progress) },
    )
    expect(heard).toEqual([1, 2, 3].map(progress => ({ progress, total: 3 })))
  })
}

test('who is not spoken of is not looked at', async () => {
  const client = await box.client('/else')
  const { structuredContent } = await client.callTool({ name: 'one__echo', arguments: { a: 'bomb lion' } })
  expect(structuredContent).toEqual({ a: 'bomb lion' })
})

test('bytes of a resource are no text', async () => {
  const client = await box.client('/mask', { at: '/mcp/one' })
  const { contents } = await client.readResource({ uri: 'test://picture' })
  expect(contents).toMatchObject([{ blob: expect.stringContaining('/lion/') }])
})

test('what a prompt and a resource are asked with is looked at as arguments are', async () => {
  const client = await box.client('/block', { at: '/mcp/one' })
  const before = (await server.seen()).seen.length
  const blocked = { data: { code: 'guardrail_blocked', server: 'one' } }
  await expect(client.getPrompt({ name: 'greet', arguments: { a: 'bomb' } })).rejects.toMatchObject(blocked)
  await expect(client.readResource({ uri: 'test://a?b=bomb' })).rejects.toMatchObject(blocked)
  expect((await server.seen()).seen.length).toBe(before)
})
