import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'

/** Models that refuse tools at chat are asked by way of Responses, for clients of other languages. */

const named = (provider: string, names: string) => names.split(' ').map(name => `${provider}/${name}`)
const thinking = [
  ...named('openai', 'gpt-5 gpt-5.4 gpt-5-codex gpt-10 o1 o3-mini codex-mini-latest ft:gpt-5-mini:acme'),
  ...named('azure', 'team-gpt5 my-gpt-5 gpt5prod GPT-5.4 team-o3 codex'),
]
const others = [
  ...named('openai', 'gpt-4o gpt-4.1 gpt-3.5-turbo gpt-oss-120b omni gpt-5-chat-latest ft:gpt-4.1:acme:o1:a'),
  ...named('azure', 'gpt-4o gpt-35-turbo foo3 gpt-5-chat team-gpt-5.1-chat'),
]
const listed = (provider: string) =>
  [...thinking, ...others]
    .filter(name => name.startsWith(provider))
    .map(name => name.slice(provider.length + 1))
    .join(',')
const mock = createMockProvider()
let gateway: TestGateway
let claude: Anthropic
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: listed('openai'),
      AZURE_API_KEY: 'az-upstream',
      AZURE_BASE_URL: mock.url,
      AZURE_MODELS: listed('azure'),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    },
  })
  const origin = 'http://localhost:8080'
  claude = new Anthropic({
    apiKey: MASTER,
    baseURL: origin,
    maxRetries: 0,
    fetch: (url, init) => gateway.fetch(String(url).replace(origin, ''), init as RequestInit),
  })
})
beforeEach(() => mock.reset())
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const tools: Anthropic.Tool[] = [
  {
    name: 'walk',
    description: 'Walks somewhere.',
    input_schema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
  },
]
const question: Anthropic.MessageParam = { role: 'user', content: 'Go to the harbour' }
const plan = {
  reasoning: 'The harbour it is',
  proof: 'sealed',
  toolCall: { name: 'walk', arguments: { to: 'harbour' } },
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
const sent = (): any => mock.requests.filter(({ method }) => method === 'POST').at(-1)
const params = (model: string, messages: Anthropic.MessageParam[]) => ({
  model,
  messages,
  tools,
  max_tokens: 9000,
  thinking: { type: 'enabled' as const, budget_tokens: 5000 },
})

describe('GPT-5.4 for a client of Messages', () => {
  for (const isStream of [false, true])
    test(`calls tools while it thinks, ${isStream ? 'in a stream' : 'in one answer'}, and nothing is stored`, async () => {
      mock.setPlan(plan)
      const body = params('openai/gpt-5.4', [question])
      const answer = isStream
        ? await claude.messages.stream(body).finalMessage()
        : await claude.messages.create(body)
      expect(answer.stop_reason).toBe('tool_use')
      expect(answer.content.find(({ type }) => type === 'tool_use')).toMatchObject({
        name: 'walk',
        input: { to: 'harbour' },
      })
      expect(sent().path).toBe('/v1/responses')
      expect(sent().headers.authorization).toBe('Bearer sk-upstream')
      expect(sent().json).toMatchObject({
        model: 'gpt-5.4',
        store: false,
        include: ['reasoning.encrypted_content'],
        reasoning: { effort: 'medium' },
        max_output_tokens: 9000,
        tools: [{ type: 'function', name: 'walk' }],
      })
    })

  test('gets its sealed thought back with the result of the tool', async () => {
    mock.setPlan(plan)
    const answer = await claude.messages.create(params('openai/gpt-5.4', [question]))
    const call = answer.content.find(block => block.type === 'tool_use')!
    const result: Anthropic.MessageParam = {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: call.id, content: 'You are there' }],
    }
    mock.setPlan({ text: 'Here we are' })
    const turn: Anthropic.MessageParam = { role: 'assistant', content: answer.content }
    const last = await claude.messages.create(params('openai/gpt-5.4', [question, turn, result]))
    expect(last.content.at(-1)).toMatchObject({ type: 'text', text: 'Here we are' })
    const input = sent().json.input as { type?: string; role?: string }[]
    expect(input.map(({ type, role }) => type ?? role)).toEqual([
      'user',
      'reasoning',
      'function_call',
      'function_call_output',
    ])
    expect(input[1]).toMatchObject({ encrypted_content: 'sealed' })
    expect(input[3]).toMatchObject({ call_id: call.id, output: 'You are there' })
  })

  test('is counted as the provider counts', async () => {
    mock.setPlan({ reasoning: 'Well then', text: 'Good morning to you', cacheRead: 5 })
    const { usage } = await claude.messages.create(params('openai/gpt-5.4', [question]))
    const [entry] = mock.ledger.entries
    expect(usage).toMatchObject({ output_tokens: entry!.completion, cache_read_input_tokens: 5 })
  })

  test('is the same at Azure, under the name of a deployment', async () => {
    mock.setPlan(plan)
    await claude.messages.create(params('azure/team-gpt5', [question]))
    expect(sent().path).toBe('/v1/responses')
    expect(sent().headers['api-key']).toBe('az-upstream')
    expect(sent().json).toMatchObject({
      reasoning: { effort: 'medium' },
      include: ['reasoning.encrypted_content'],
    })
  })
})

test('clients of chat get what chat says: their bytes pass', async () => {
  await gateway.json('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openai/gpt-5.4', messages: [question] }),
  })
  expect(sent().path).toBe('/v1/chat/completions')
})

describe('by name', () => {
  const ask = async (model: string) => {
    await claude.messages.create({ model, messages: [question], max_tokens: 100 })
    return sent().path
  }
  test.each(thinking)('%s is asked for responses', async model =>
    expect(await ask(model)).toBe('/v1/responses'),
  )
  test.each(others)('%s is asked for chat', async model =>
    expect(await ask(model)).toBe('/v1/chat/completions'),
  )
})
