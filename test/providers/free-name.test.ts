import { expect, test } from 'bun:test'
import { withFreeName } from '../../src/translate/free-name.ts'
import { startBehind } from './behind.ts'
import { options } from './recorded.ts'

test('anthropic: a tool that is named like the one that the package makes of a schema stays a tool', async () => {
  const vendor = await startBehind(url => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: `${url}/v1` }))
  vendor.answer({
    type: 'message',
    id: 'm',
    model: 'c',
    role: 'assistant',
    content: [{ type: 'tool_use', id: 't', name: 'json_tool', input: { a: 1 } }],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  })
  const schema = { type: 'object', properties: {} }
  const { body } = await vendor.ask('/v1/chat/completions', {
    model: 'anthropic/claude-3-haiku-20240307',
    messages: [{ role: 'user', content: 'Go' }],
    tools: [{ type: 'function', function: { name: 'json', parameters: schema } }],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
  })
  await vendor.close()
  const names = vendor.sent().tools.map(({ name }: { name: string }) => name)
  expect(names).toEqual(['json_tool', 'json'])
  expect(body.choices[0].message.tool_calls[0].function).toEqual({ name: 'json', arguments: '{"a":1}' })
})

test('a call without a schema keeps the names of its tools', async () => {
  const asked: unknown[] = []
  const model = {
    specificationVersion: 'v4' as const,
    provider: 'p',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: async (given: unknown) => {
      asked.push(given)
      return { content: [], warnings: [] } as never
    },
    doStream: async () => ({}) as never,
  }
  const tools = [{ type: 'function' as const, name: 'json', inputSchema: {} }]
  const given = { ...options, tools }
  await withFreeName(model, 'json').doGenerate(given)
  expect(asked).toEqual([given])
})
