import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, events, eventsOf, startBehind } from './behind.ts'

/** Names of tools that a vendor refuses: too long, or of letters that it does not take. Agents make them of MCP servers. */

const long = 'mcp__plugin_yelp-mcp-google_google__batch_modify_gmail_message_labels'
const alike = `${long}_too`
const names = [long, alike, '21st_magic', 'files.read', 'plain']
const schema = { type: 'object', properties: { a: { type: 'number' } } }

interface Vendor {
  readonly model: string
  readonly environment: (url: string) => Record<string, string>
  /** What it takes. */
  readonly fits: RegExp
  /** Names of the client's that stay. */
  readonly stay: readonly string[]
  readonly told: (body: Sent) => string[]
  readonly calling: (name: string) => object
}
// biome-ignore lint/suspicious/noExplicitAny: what vendors are sent has no type here
type Sent = any

const vendors: Readonly<Record<string, Vendor>> = {
  gemini: {
    model: 'gemini/gemini-2.5-flash',
    environment: url => ({ GEMINI_API_KEY: 'k', GEMINI_BASE_URL: `${url}/v1beta` }),
    fits: /^[a-zA-Z_][\w.:-]{0,63}$/,
    stay: ['files.read', 'plain'],
    told: ({ tools }) => tools[0].functionDeclarations.map(({ name }: Sent) => name),
    calling: name => ({
      candidates: [
        { content: { role: 'model', parts: [{ functionCall: { name, args: {} } }] }, finishReason: 'STOP' },
      ],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    }),
  },
  bedrock: {
    model: 'bedrock/anthropic.claude-sonnet-4-20250514-v1:0',
    environment: url => ({ BEDROCK_API_KEY: 'k', BEDROCK_BASE_URL: url }),
    fits: /^[a-zA-Z0-9_-]{1,64}$/,
    stay: ['21st_magic', 'plain'],
    told: ({ toolConfig }) => toolConfig.tools.map(({ toolSpec }: Sent) => toolSpec.name),
    calling: name => ({
      output: { message: { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name, input: {} } }] } },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    }),
  },
  openai: {
    model: 'openai/gpt-4o',
    environment: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    fits: /^[a-zA-Z0-9_-]{1,64}$/,
    stay: ['21st_magic', 'plain'],
    told: ({ tools }) => tools.map((tool: Sent) => tool.function.name),
    calling: name => ({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 't', type: 'function', function: { name, arguments: '{}' } }],
          },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
  },
}

describe.each(Object.entries(vendors))('%s', (_, { model, environment, fits, stay, told, calling }) => {
  let vendor: Behind
  beforeAll(async () => {
    vendor = await startBehind(environment)
  })
  afterAll(() => vendor.close())

  const body = {
    model,
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: long, input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'Done.' }] },
    ],
    tools: names.map(name => ({ name, input_schema: schema })),
  }

  test('is told names that it takes, and the client hears its own again', async () => {
    vendor.answer(body => calling(told(JSON.parse(body.body))[0]!))
    const answer = await vendor.ask('/v1/messages', body)
    const given = told(vendor.sent())
    expect(given.filter(name => !fits.test(name))).toEqual([])
    expect(new Set(given).size).toBe(names.length)
    expect(given.filter(name => names.includes(name))).toEqual([...stay])
    expect(answer.body.content).toMatchObject([{ type: 'tool_use', name: long, input: {} }])
  })

  test('finds the names of earlier calls and of the choice among its tools', async () => {
    vendor.answer(calling('plain'))
    await vendor.ask('/v1/messages', { ...body, tool_choice: { type: 'tool', name: long } })
    const [first] = told(vendor.sent())
    const text = JSON.stringify({ ...vendor.sent(), tools: 0 })
    expect(text).not.toContain(long)
    // The call, and the choice where the vendor has one by name; Gemini repeats it with the result.
    expect(text.split(`"${first}"`).length - 1).toBeGreaterThanOrEqual(2)
  })

  test('gets the same names in the next turn', async () => {
    vendor.answer(calling('plain'))
    await vendor.ask('/v1/messages', body)
    const before = told(vendor.sent())
    await vendor.ask('/v1/messages', { ...body, tools: body.tools.toReversed() })
    expect(told(vendor.sent())).toEqual(before.toReversed())
  })
})

test('in a stream the client hears its own name again', async () => {
  const vendor = await startBehind(vendors.gemini!.environment)
  vendor.answer(({ body }) => events(vendors.gemini!.calling(vendors.gemini!.told(JSON.parse(body))[0]!)))
  const text = await vendor.stream('/v1/chat/completions', {
    model: vendors.gemini!.model,
    messages: [{ role: 'user', content: 'Go' }],
    tools: [{ type: 'function', function: { name: long, parameters: schema } }],
  })
  await vendor.close()
  const called = eventsOf(text).flatMap(({ choices }) => choices[0]?.delta?.tool_calls ?? [])
  expect(called[0].function.name).toBe(long)
})

test('gemini: a tool that is named like the one that the package makes of a schema stays a tool', async () => {
  const vendor = await startBehind(vendors.gemini!.environment)
  vendor.answer(vendors.gemini!.calling('json_tool'))
  const { body } = await vendor.ask('/v1/chat/completions', {
    model: vendors.gemini!.model,
    messages: [{ role: 'user', content: 'Go' }],
    tools: [{ type: 'function', function: { name: 'json', parameters: schema } }],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
  })
  await vendor.close()
  expect(vendors.gemini!.told(vendor.sent())).toEqual(['json_tool', 'json'])
  expect(body.choices[0].message.tool_calls[0].function.name).toBe('json')
})
