import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'

/** What vendors refuse of that which steers an answer, and clients of others may send. */

const said: Readonly<Record<string, object>> = {
  anthropic: {
    type: 'message',
    id: 'm',
    model: 'c',
    role: 'assistant',
    content: [{ type: 'text', text: 'a' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  bedrock: {
    output: { message: { role: 'assistant', content: [{ text: 'a' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  },
  cohere: {
    generation_id: 'a',
    message: { role: 'assistant', content: [{ type: 'text', text: 'a' }] },
    finish_reason: 'COMPLETE',
    usage: { tokens: { input_tokens: 1, output_tokens: 1 } },
  },
  gemini: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  },
  xai: {
    id: 'r',
    object: 'response',
    created_at: 1,
    model: 'grok',
    output: [],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    status: 'completed',
  },
  mistral: {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  },
}

const vendors: Record<string, Behind> = {}
beforeAll(async () => {
  const paths: Readonly<Record<string, string>> = { cohere: '/v2', gemini: '/v1beta', bedrock: '' }
  for (const [name, answer] of Object.entries(said)) {
    const env = name.toUpperCase()
    vendors[name] = await startBehind(url => ({
      [`${env}_API_KEY`]: 'k',
      [`${env}_BASE_URL`]: url + (paths[name] ?? '/v1'),
    }))
    vendors[name].answer(answer)
  }
})
afterAll(() => Promise.all(Object.values(vendors).map(each => each.close())))

const user = { role: 'user', content: 'Go' }

/** What the vendor is sent, and what the client is told. */
async function ask(model: string, body: object, path = '/v1/chat/completions') {
  const vendor = vendors[model.split('/')[0]!]!
  const { status, headers } = await vendor.ask(path, { model, messages: [user], ...body })
  expect(status).toBe(200)
  return { sent: vendor.sent(), told: headers.get('x-modelway-warning') }
}
const messages = (model: string, body: object) => ask(model, { max_tokens: 99, ...body }, '/v1/messages')

const claudes = ['anthropic/claude-sonnet-4-5', 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0']
const bedrock = (name: string) => `bedrock/${name}`

describe.each(claudes)('%s', model => {
  test('is not told to stop at white space, which it refuses, and the client hears it', async () => {
    const { sent, told } = await ask(model, { stop: ['\n', 'END', ''] })
    expect(sent.stop_sequences ?? sent.inferenceConfig.stopSequences).toEqual(['END'])
    expect(told).toStartWith('stop_sequences: this model takes none of white space alone')
    const none = await ask(model, { stop: '\n\n' })
    expect(JSON.stringify(none.sent)).not.toMatch(/stop_?sequences"/i)
  })

  test('gets a temperature or top_p, never both', async () => {
    const { sent, told } = await ask(model, { temperature: 0.5, top_p: 0.9 })
    const { temperature, topP, top_p } = sent.inferenceConfig ?? sent
    expect([temperature, topP, top_p]).toEqual([0.5, undefined, undefined])
    expect(told).toContain('top_p')
    const alone = await ask(model, { top_p: 0.9 })
    expect((alone.sent.inferenceConfig?.topP ?? alone.sent.top_p) as number).toBe(0.9)
    expect(alone.told).toBeNull()
  })

  test('gets no text of white space alone, which it refuses, and nobody speaks twice for it', async () => {
    const { sent } = await ask(model, {
      messages: [
        { role: 'system', content: ' ' },
        user,
        { role: 'assistant', content: '\n\n' },
        { role: 'user', content: [' ', 'On'].map(text => ({ type: 'text', text })) },
      ],
    })
    expect(sent.system ?? []).toEqual([])
    const turns = sent.messages.map(({ role, content }: { role: string; content: { text: string }[] }) => [
      role,
      content.map(({ text }) => text),
    ])
    expect(turns).toEqual([['user', ['Go', 'On']]])
  })

  test('keeps calls behind such a text', async () => {
    const { sent } = await ask(model, {
      messages: [
        user,
        {
          role: 'assistant',
          content: '\n',
          tool_calls: [{ id: 't', type: 'function', function: { name: 'get', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't', content: 'x' },
      ],
      tools: [{ type: 'function', function: { name: 'get' } }],
    })
    const [, { content }] = sent.messages
    expect(content).toHaveLength(1)
    expect(content[0].toolUse ?? content[0]).toMatchObject({ name: 'get' })
  })

  test('is asked as it is when nobody has said anything but white space', async () => {
    const { sent } = await ask(model, { messages: [{ role: 'user', content: ' ' }] })
    expect(sent.messages).toHaveLength(1)
  })
})

describe('top_k at Bedrock', () => {
  test.each([
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', { top_k: 40 }],
    ['mistral.mistral-large-2407-v1:0', { top_k: 40 }],
    ['amazon.nova-pro-v1:0', { inferenceConfig: { topK: 40 } }],
    ['cohere.command-r-plus-v1:0', { k: 40 }],
  ])('%s gets it in its own words', async (name, fields) => {
    const { sent, told } = await messages(bedrock(name), { top_k: 40 })
    expect(sent.additionalModelRequestFields).toEqual(fields)
    expect(sent.inferenceConfig).toEqual({ maxTokens: 99 })
    expect(told).toBeNull()
  })

  test('is left out with a warning where the model has no word for it', async () => {
    const { sent, told } = await messages(bedrock('meta.llama3-70b-instruct-v1:0'), { top_k: 40 })
    expect(JSON.stringify(sent)).not.toMatch(/top_?k/i)
    expect(told).toContain('top_k')
  })

  test('stands beside what else goes to the model as it is', async () => {
    const { sent } = await messages(bedrock('us.anthropic.claude-opus-4-5-20251101-v1:0'), {
      top_k: 40,
      output_config: { effort: 'low' },
    })
    expect(sent.additionalModelRequestFields).toEqual({ output_config: { effort: 'low' }, top_k: 40 })
  })
})

describe('Cohere', () => {
  const model = 'cohere/command-a-03-2025'

  test('gets numbers in the ranges that it takes, and the client hears it', async () => {
    const { sent, told } = await ask(model, { top_p: 0.999, frequency_penalty: -1 })
    expect([sent.p, sent.frequency_penalty]).toEqual([0.99, 0])
    expect(told).toContain('top_p: this model takes 0.01 to 0.99, and was given 0.99')
    expect(told).toContain('frequency_penalty: this model takes 0 to 1, and was given 0')
    const fitting = await ask(model, { top_p: 0.9, frequency_penalty: 0.5 })
    expect([fitting.sent.p, fitting.sent.frequency_penalty, fitting.told]).toEqual([0.9, 0.5, null])
  })

  test('gets one penalty', async () => {
    const { sent, told } = await ask(model, { frequency_penalty: 0.5, presence_penalty: 0.5 })
    expect([sent.frequency_penalty, sent.presence_penalty]).toEqual([0.5, undefined])
    expect(told).toContain('presence_penalty: this model does not take it beside frequency_penalty')
  })

  test('gets the first five stops', async () => {
    const { sent, told } = await messages(model, { stop_sequences: ['a', 'b', 'c', 'd', 'e', 'f'] })
    expect(sent.stop_sequences).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(told).toContain('stop_sequences: this model takes 5 at most')
  })

  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const form = { response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } }
  const tools = [{ type: 'function', function: { name: 'get' } }]

  test('is told in words what form the answer has, beside tools, with which it takes none', async () => {
    const { sent, told } = await ask(model, { ...form, tools })
    expect(sent.response_format).toBeUndefined()
    expect(sent.tools).toHaveLength(1)
    expect(sent.messages[0].role).toBe('system')
    expect(sent.messages[0].content).toContain(JSON.stringify(schema))
    expect(told).toContain('response_format: this provider takes none beside tools')
    const alone = await ask(model, form)
    expect(alone.sent.response_format).toEqual({ type: 'json_object', json_schema: schema })
    expect(alone.told).toBeNull()
  })
})

describe('seeds', () => {
  test.each([
    ['gemini/gemini-2.5-flash', 'generationConfig.seed'],
    ['cohere/command-a-03-2025', 'seed'],
  ])('%s gets one that it takes, the same one for the same', async (model, at) => {
    const of = async (seed: number) => {
      const { sent } = await ask(model, { seed })
      return at.split('.').reduce((value, key) => value[key], sent) as number
    }
    const [small, large, again, other, negative] = [
      await of(42),
      await of(2 ** 40 + 7),
      await of(2 ** 40 + 7),
      await of(2 ** 40 + 8),
      await of(-(2 ** 40)),
    ]
    expect(small).toBe(42)
    expect(large).toBe(again)
    expect(other).not.toBe(large)
    const most = model.startsWith('gemini') ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER
    for (const seed of [large, other, negative]) expect(seed >= 0 && seed <= most).toBeTrue()
  })
})

test('Mistral gets no temperature beyond its own', async () => {
  const { sent, told } = await ask('mistral/mistral-large', { input: 'Go', temperature: 2 }, '/v1/responses')
  expect(sent.temperature).toBe(1.5)
  expect(told).toContain('temperature: this model takes 0 to 1.5, and was given 1.5')
})

test('a Claude that is newer than the package has a limit that nobody is told of, unless it was asked for', async () => {
  const { sent, told } = await ask('anthropic/claude-opus-99', {})
  expect(sent.max_tokens).toBeGreaterThan(4096)
  expect(told).toBeNull()
})

test('Grok is asked to think where it can be asked, and else the client hears that it is not', async () => {
  const body = { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 5000 } }
  const asked = await messages('xai/grok-4.3', body)
  expect([asked.sent.reasoning, asked.told]).toEqual([{ effort: 'medium' }, null])
  for (const name of ['grok-code-fast-1', 'grok-4-1-fast', 'grok-3', 'grok-build']) {
    const { sent, told } = await messages(`xai/${name}`, body)
    expect([name, sent.reasoning]).toEqual([name, undefined])
    expect(told).toBe('thinking: this model refuses to be asked to think, and is not asked')
  }
  expect((await messages('xai/grok-3-mini', body)).sent.reasoning).toEqual({ effort: 'medium' })
})
