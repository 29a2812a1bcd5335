import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { declared, openToolbox, startServer, type TestServer, type Toolbox, versions } from './kit.ts'

for (const kind of ['new', 'old'] as const)
  for (const [version, options] of Object.entries(versions))
    describe(`a client ${version} and a server that is ${kind}`, () => {
      let server: TestServer
      let box: Toolbox
      beforeAll(async () => {
        server = await startServer('one', kind)
        box = await openToolbox([declared(server)])
      })
      afterAll(async () => {
        await box[Symbol.asyncDispose]()
        await server.stop()
      })

      test('lists tools by the name of their server', async () => {
        const client = await box.client('/team', options)
        const { tools } = await client.listTools()
        expect(tools.map(({ name }) => name)).toContain('one__echo')
        expect(tools[0]?.description).toBe('Does echo')
        expect(client.getInstructions()).toBe('# one\n\nBe kind to this server.')
      })

      test('lists them by their own names where one server is asked', async () => {
        const client = await box.client('/team', { ...options, at: '/mcp/one' })
        const { tools } = await client.listTools()
        expect(tools.map(({ name }) => name)).toContain('echo')
      })

      test('gets what a tool answers', async () => {
        const client = await box.client('/team', options)
        const result = await client.callTool({ name: 'one__echo', arguments: { a: [1, 'zwei'] } })
        expect(result.content).toEqual([{ type: 'text', text: '{"a":[1,"zwei"]}' }])
        expect(result.structuredContent).toEqual({ a: [1, 'zwei'] })
      })

      test('hears from a tool that it failed', async () => {
        const client = await box.client('/team', options)
        const result = await client.callTool({ name: 'one__fail', arguments: {} })
        expect(result).toMatchObject({ isError: true, content: [{ text: 'It went wrong' }] })
      })

      test('gets two megabytes', async () => {
        const client = await box.client('/team', options)
        const result = await client.callTool({ name: 'one__big', arguments: {} })
        expect((result.content as { text: string }[])[0]!.text.length).toBe(2_000_000)
      })

      test('hears of the progress while it waits', async () => {
        const client = await box.client('/team', options)
        const heard: string[] = []
        const result = await client.callTool(
          { name: 'one__steps', arguments: {} },
          { onprogress: ({ progress, total, message }) => heard.push(`${progress}/${total} ${message}`) },
        )
        expect(result.content).toEqual([{ type: 'text', text: 'done' }])
        expect(heard).toEqual(['1/3 step 1', '2/3 step 2', '3/3 step 3'])
      })

      test('gets prompts, and resources of one server', async () => {
        const all = await box.client('/team', options)
        expect((await all.listPrompts()).prompts.map(({ name }) => name)).toEqual(['one__greet'])
        expect((await all.getPrompt({ name: 'one__greet' })).messages[0]?.content).toEqual({
          type: 'text',
          text: 'Say hello',
        })
        const one = await box.client('/team', { ...options, at: '/mcp/one' })
        expect((await one.listResources()).resources.map(({ uri }) => uri)).toEqual([
          'test://readme',
          'test://picture',
        ])
        expect((await one.readResource({ uri: 'test://readme' })).contents).toMatchObject([
          { text: 'Read me' },
        ])
      })

      test('a tool that nobody has is refused', async () => {
        const client = await box.client('/team', options)
        const call = client.callTool({ name: 'one__nothing', arguments: {} })
        await expect(call).rejects.toMatchObject({
          code: -32602,
          message: expect.stringContaining('There is no tool "one__nothing" for /team'),
        })
      })
    })
