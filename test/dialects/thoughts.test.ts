import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type Recorded } from '../mock/provider.ts'

/** How much a model thinks, asked in any language: what arrives at the provider, and what the client is told. */

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
const vendors: Readonly<Record<string, readonly [version: string, models: string]>> = {
  ANTHROPIC: [
    '/v1',
    'claude-sonnet-4-5,claude-opus-4-1,claude-opus-4-6,claude-opus-4-8,claude-3-5-haiku-latest',
  ],
  BEDROCK: ['', 'anthropic.claude-sonnet-4-5-20250929-v1:0,anthropic.claude-opus-4-8'],
  GEMINI: ['/v1beta', 'gemini-2.5-flash,gemini-2.5-pro,gemini-3-pro-preview,gemini-2.0-flash'],
  COHERE: ['/v2', 'command-a-reasoning-08-2025'],
  OPENAI: ['/v1', 'gpt-4o,gpt-5,something-new'],
  AZURE: ['/v1', 'prod-gpt-4o,prod'],
  GROQ: ['/v1', 'openai/gpt-oss-120b'],
}
const env = Object.fromEntries(
  Object.entries(vendors).flatMap(([name, [version, models]]) => [
    [`${name}_BASE_URL`, base + version],
    [`${name}_API_KEY`, 'sk-upstream'],
    [`${name}_MODELS`, models],
  ]),
)
const answers = (request: Recorded) => {
  if (request.path.includes('/converse'))
    return {
      body: JSON.stringify({
        output: { message: { role: 'assistant', content: [{ text: 'There.' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      }),
    }
  if (!request.path.endsWith('/v2/chat')) return { text: 'There.' }
  return {
    body: JSON.stringify({
      id: 'c',
      message: { role: 'assistant', content: [{ type: 'text', text: 'There.' }] },
      finish_reason: 'COMPLETE',
      usage: { tokens: { input_tokens: 1, output_tokens: 1 } },
    }),
  }
}

let gateway: TestGateway
let strict: TestGateway
beforeAll(async () => {
  const all = { ...env, CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', RETRIES: '0', BREAKER_FAILURES: '1000' }
  gateway = await startGateway({ env: all })
  strict = await startGateway({ env: { ...all, STRICT_PARAMETERS: 'true' } })
})
beforeEach(() => {
  mock.reset()
  mock.setPlan(answers)
})
afterAll(async () => {
  await gateway.close()
  await strict.close()
  mock.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Any = any

async function send(path: string, body: object, to = gateway) {
  const before = mock.requests.length
  const response = await to.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Any
  return {
    status: response.status,
    answer,
    warning: response.headers.get('x-modelway-warning'),
    sent: (mock.requests.length > before ? mock.requests.at(-1)!.json : undefined) as Any,
  }
}
const messages = [{ role: 'user', content: 'Hello' }]
const chat = (model: string, more: object, to?: TestGateway) =>
  send('/v1/chat/completions', { model, messages, ...more }, to)
const ask = (model: string, more: object, to?: TestGateway) =>
  send('/v1/messages', { model, messages, ...more }, to)
const respond = (model: string, more: object, to?: TestGateway) =>
  send('/v1/responses', { model, input: 'Hello', store: false, ...more }, to)

const SONNET = 'anthropic/claude-sonnet-4-5'
const BEDROCK = 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'
const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })

/** Limit and budget, as the provider is told. */
function told({ sent }: { sent: Any }): [limit: number, budget: number | undefined] {
  const { additionalModelRequestFields: more, inferenceConfig } = sent
  return [sent.max_tokens ?? inferenceConfig?.maxTokens, (sent.thinking ?? more?.thinking)?.budget_tokens]
}

describe("a client's limit of all output holds for what is thought, too", () => {
  test.each<[string, () => ReturnType<typeof send>, number, number | undefined]>([
    [
      'chat, an effort',
      () => chat(SONNET, { max_completion_tokens: 5000, reasoning_effort: 'high' }),
      5000,
      3000,
    ],
    [
      'chat, a small one',
      () => chat(SONNET, { max_completion_tokens: 5000, reasoning_effort: 'low' }),
      5000,
      1024,
    ],
    ['chat, a budget', () => chat(SONNET, { max_tokens: 2000, ...enabled(1500) }), 2000, 1500],
    ['chat, at Bedrock', () => chat(BEDROCK, { max_tokens: 2000, reasoning_effort: 'high' }), 2000, 1200],
    [
      'responses',
      () => respond(SONNET, { max_output_tokens: 5000, reasoning: { effort: 'medium' } }),
      5000,
      1500,
    ],
    [
      'responses, at Bedrock',
      () => respond(BEDROCK, { max_output_tokens: 5000, reasoning: { effort: 'medium' } }),
      5000,
      1500,
    ],
    ['messages, at Bedrock', () => ask(BEDROCK, { max_tokens: 2000, ...enabled(1500) }), 2000, 1500],
    [
      'a large limit at a model that says less',
      () => chat('anthropic/claude-opus-4-1', { max_tokens: 32_000, reasoning_effort: 'max' }),
      32_000,
      30_400,
    ],
  ])('%s', async (_, run, limit, budget) => {
    const { warning, ...seen } = await run()
    expect([told(seen), warning]).toEqual([[limit, budget], null])
  })

  test.each<[string, () => ReturnType<typeof send>, string]>([
    ['chat', () => chat(SONNET, { max_completion_tokens: 100, reasoning_effort: 'low' }), 'reasoning_effort'],
    ['chat, at Bedrock', () => chat(BEDROCK, { max_completion_tokens: 1024, ...enabled(1024) }), 'thinking'],
    [
      'responses',
      () => respond(SONNET, { max_output_tokens: 100, reasoning: { effort: 'low' } }),
      'reasoning.effort',
    ],
    ['messages', () => ask(BEDROCK, { max_tokens: 100, ...enabled(50) }), 'thinking'],
  ])(
    'which leaves no room for any thought: the model is not asked to think, and the client is told: %s',
    async (_, run, field) => {
      const { sent, warning } = await run()
      expect(told({ sent })[0]).toBeLessThanOrEqual(1024)
      expect(JSON.stringify(sent)).not.toContain('thinking')
      expect(warning).toStartWith(`${field}: this model thinks 1024 tokens or more`)
    },
  )

  test('where nothing may be left out, such a limit is refused', async () => {
    const { status, answer } = await chat(SONNET, { max_tokens: 100, reasoning_effort: 'low' }, strict)
    expect([status, answer.error.code, answer.error.param]).toEqual([
      400,
      'unsupported_parameter',
      'reasoning_effort',
    ])
    expect((await chat(SONNET, { max_tokens: 5000, reasoning_effort: 'low' }, strict)).status).toBe(200)
  })

  test('a budget above it is cut, and the client is told', async () => {
    const { warning, ...seen } = await chat(SONNET, { max_tokens: 5000, ...enabled(9000) })
    expect(told(seen)).toEqual([5000, 1500])
    expect(warning).toBe(
      'thinking: a budget of 9000 tokens is more than the limit of all output, and was cut to 1500',
    )
  })

  test('nothing is taken from it where a model thinks without a budget', async () => {
    for (const [model, more] of [
      ['anthropic/claude-opus-4-8', { reasoning_effort: 'high' }],
      ['anthropic/claude-opus-4-8', enabled(2000)],
      ['anthropic/claude-opus-4-6', { reasoning_effort: 'high' }],
      ['bedrock/anthropic.claude-opus-4-8', enabled(2000)],
    ] as const) {
      const seen = await chat(model, { max_tokens: 5000, ...more })
      expect(told(seen)).toEqual([5000, undefined])
      expect(JSON.stringify(seen.sent)).toContain('"adaptive"')
    }
    const seen = await ask('bedrock/anthropic.claude-opus-4-8', { max_tokens: 5000, ...enabled(2000) })
    expect(told(seen)).toEqual([5000, undefined])
  })
})

describe('a budget arrives as it is', () => {
  const gemini = async (model: string, budget: number, max_tokens = 30_000) => {
    const { sent, warning } = await ask(`gemini/${model}`, { max_tokens, ...enabled(budget) })
    return [sent.generationConfig.thinkingConfig, sent.generationConfig.maxOutputTokens, warning]
  }
  test('at Gemini', async () =>
    expect(await gemini('gemini-2.5-flash', 1024, 1524)).toEqual([
      { thinkingBudget: 1024, includeThoughts: true },
      1524,
      null,
    ]))
  test('at Gemini, unless the model has no such budget', async () => {
    expect(await gemini('gemini-2.5-flash', 25_000)).toEqual([
      { thinkingBudget: 24_576, includeThoughts: true },
      30_000,
      'thinking: this model has no budget of 25000 tokens, and was given 24576',
    ])
    expect((await gemini('gemini-2.5-pro', 50))[0].thinkingBudget).toBe(128)
  })
  test('or as a level, where Gemini knows levels', async () =>
    expect((await gemini('gemini-3-pro-preview', 2000))[0]).toEqual({
      thinkingLevel: 'low',
      includeThoughts: true,
    }))
  test('at Cohere, from every language that has budgets', async () => {
    for (const run of [ask, chat]) {
      const { sent } = await run('cohere/command-a-reasoning-08-2025', { max_tokens: 2000, ...enabled(1024) })
      expect([sent.thinking, sent.max_tokens]).toEqual([{ type: 'enabled', token_budget: 1024 }, 2000])
    }
  })
})

describe('Claude in the middle of its work, without what it thought', () => {
  const name = 'go'
  const tools = [{ name, input_schema: { type: 'object', properties: {} } }]
  const functions = [{ type: 'function', name, parameters: { type: 'object', properties: {} } }]
  const call = (id: string) => ({ type: 'tool_use', id, name, input: {} })
  const result = (id: string) => ({
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: id, content: 'R' }],
  })
  const question = { role: 'user', content: 'Go' }
  const thought = { type: 'thinking', thinking: 'Hm', signature: 'c2ln' }
  const limits = { max_tokens: 5000, ...enabled(2000) }

  test.each([SONNET, BEDROCK])('is not asked to think by a client of responses: %s', async model => {
    const { sent, warning } = await respond(model, {
      tools: functions,
      max_output_tokens: 5000,
      reasoning: { effort: 'low' },
      input: [
        question,
        { type: 'function_call', call_id: 'c', name, arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'R' },
      ],
    })
    expect(told({ sent })).toEqual([5000, undefined])
    expect(warning).toStartWith(
      'reasoning.effort: this model thinks in the middle of its work with tools only',
    )
  })

  const turn = (...content: object[]) => ({ role: 'assistant', content })
  test('is not asked to think by a client of messages at another cloud', async () => {
    const { sent, warning } = await ask(BEDROCK, {
      ...limits,
      tools,
      messages: [question, turn(call('1')), result('1')],
    })
    expect(told({ sent })).toEqual([5000, undefined])
    expect(warning).toStartWith('thinking: this model thinks in the middle')
  })

  const foreign = { type: 'thinking', thinking: 'Hm', signature: `modelway1.${btoa('{"model":"g"}')}` }
  test.each<[string, object[]]>([
    ['of which others thought', [foreign, call('1')]],
    ['that others made without a thought', [call('1')]],
  ])('is not asked to think by a client of its own language, behind calls %s', async (_, content) => {
    const body = { ...limits, tools, messages: [question, turn(...content), result('1')] }
    const { sent, warning } = await ask(SONNET, body)
    expect(sent).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 5000,
      tools,
      messages: [question, turn(call('1')), result('1')],
    })
    expect(warning).toStartWith('thinking: this model thinks in the middle')
    const refused = await ask(SONNET, body, strict)
    expect([refused.status, refused.answer.error.type]).toEqual([400, 'invalid_request_error'])
  })

  test.each<[string, string, object, object[]]>([
    ['the model does not mind', 'anthropic/claude-opus-4-8', { type: 'adaptive' }, [call('1')]],
    ['its own thoughts come back', SONNET, limits.thinking, [thought, call('1')]],
  ])('gets the bytes of a client of its own language where %s', async (_, model, thinking, content) => {
    const body = { max_tokens: 5000, thinking, tools, messages: [question, turn(...content), result('1')] }
    const { sent, warning } = await ask(model, body)
    expect([sent, warning]).toEqual([{ ...body, model: model.replace('anthropic/', '') }, null])
  })

  test('thinks on where the turn began with a thought, though later calls came without', async () => {
    const messages = [question, turn(thought, call('1')), result('1'), turn(call('2')), result('2')]
    const { sent, warning } = await ask(BEDROCK, { ...limits, tools, messages })
    expect([told({ sent }), warning]).toEqual([[5000, 2000], null])
  })

  test('thinks again with the next question', async () => {
    const messages = [
      question,
      turn(call('1')),
      result('1'),
      turn({ type: 'text', text: 'There.' }),
      question,
    ]
    const { sent, warning } = await ask(BEDROCK, { ...limits, tools, messages })
    expect([told({ sent }), warning]).toEqual([[5000, 2000], null])
  })
})

describe('a model that is known not to think', () => {
  test.each(['openai/gpt-4o', 'azure/prod-gpt-4o', 'gemini/gemini-2.0-flash'])(
    'is not asked to by a client of messages, who is told: %s',
    async model => {
      const more = { max_tokens: 3000, ...enabled(1024) }
      const { sent, warning } = await ask(model, more)
      expect(warning).toBe('thinking: this model refuses to be asked to think, and is not asked')
      expect(JSON.stringify(sent)).not.toMatch(/reasoning|think/)
      expect((await ask(model, more, strict)).answer.error.message).toContain(
        'this model refuses to be asked',
      )
      // Who asks for none has it.
      expect((await ask(model, { max_tokens: 3000 }, strict)).status).toBe(200)
    },
  )

  test('nor by clients of other languages', async () => {
    const haiku = 'anthropic/claude-3-5-haiku-latest'
    const asked = await Promise.all([
      chat(haiku, { reasoning_effort: 'low' }).then(({ warning }) => warning),
      respond(haiku, { reasoning: { effort: 'low' } }).then(({ warning }) => warning),
    ])
    expect(asked.map(warning => warning?.split(':')[0])).toEqual(['reasoning_effort', 'reasoning.effort'])
    expect(mock.requests.map(({ json }) => (json as Any).thinking)).toEqual([undefined, undefined])
  })

  test.each([
    ['openai/gpt-5', 'openai'],
    ['openai/something-new', 'chat'],
    ['azure/prod', 'chat'],
    ['groq/openai/gpt-oss-120b', 'chat'],
  ])('others are asked as before: %s', async (model, way) => {
    const { sent, warning } = await ask(model, { max_tokens: 3000, ...enabled(1024) })
    expect([way === 'chat' ? sent.reasoning_effort : sent.reasoning.effort, warning]).toEqual(['low', null])
  })
})

describe('thoughts that Anthropic has sealed', () => {
  // As Anthropic has it, and as Bedrock does: the same text in base64, as recorded of Claude 3.7 there.
  const [data, redactedContent] = ['EtMFCkgICxABGAIqQGqB', 'RXRNRkNrZ0lDeEFCR0FJcVFHcUI=']
  const sealed = [{ reasoningContent: { redactedContent } }, { text: 'There.' }]
  const next = { role: 'user', content: 'And then?' }

  test('reach Bedrock as AWS has them, from messages', async () => {
    const content = [
      { type: 'redacted_thinking', data },
      { type: 'text', text: 'There.' },
    ]
    const { sent } = await ask(BEDROCK, {
      max_tokens: 100,
      messages: [...messages, { role: 'assistant', content }, next],
    })
    expect(sent.messages[1].content).toEqual(sealed)
  })
  test('and from chat', async () => {
    const reasoning_details = [{ type: 'reasoning.encrypted', data, format: 'anthropic-claude-v1' }]
    const turn = { role: 'assistant', content: 'There.', reasoning_details }
    const { sent } = await chat(BEDROCK, { messages: [...messages, turn, next] })
    expect(sent.messages[1].content).toEqual(sealed)
  })
  test('and from responses', async () => {
    mock.setPlan(request => {
      if (!request.path.endsWith('/v1/messages')) return answers(request)
      const content = [
        { type: 'redacted_thinking', data },
        { type: 'text', text: 'There.' },
      ]
      const usage = { input_tokens: 1, output_tokens: 1 }
      const message = { type: 'message', id: 'm', role: 'assistant', model: 'c', stop_reason: 'end_turn' }
      return { body: JSON.stringify({ ...message, content, usage }) }
    })
    const { answer } = await respond(SONNET, { input: messages })
    const { sent } = await respond(BEDROCK, { input: [...messages, ...answer.output, next] })
    expect(sent.messages[1].content).toEqual(sealed)
  })
  test('go back to Bedrock as they came from there', async () => {
    mock.setPlan(() => ({
      body: JSON.stringify({
        output: { message: { role: 'assistant', content: sealed } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      }),
    }))
    const { answer } = await ask(BEDROCK, { max_tokens: 100 })
    const turn = { role: 'assistant', content: answer.content }
    const { sent } = await ask(BEDROCK, { max_tokens: 100, messages: [...messages, turn, next] })
    expect(sent.messages[1].content).toEqual(sealed)
  })
})

describe("a body in Anthropic's shape that is posted to chat", () => {
  const shaped = { system: 'Be brief.', max_tokens: 300, top_k: 40, ...enabled(200) }
  test("is told in the vendor's own words, and what it lacks is left out with a word", async () => {
    const { sent, warning } = await chat('openai/gpt-5', shaped)
    expect(sent).toEqual({
      model: 'gpt-5',
      max_completion_tokens: 300,
      reasoning_effort: 'low',
      messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
    })
    expect(warning).toBe('top_k: is not supported by this model, and was left out')
  })
  test('nor does it ask a model to think that is known not to', async () => {
    const { sent, warning } = await chat('azure/prod-gpt-4o', { ...shaped, top_k: undefined })
    expect([sent.max_completion_tokens, sent.reasoning_effort]).toEqual([300, undefined])
    expect(warning).toStartWith('reasoning_effort: ')
  })
  test('what a vendor is not known to lack stays', async () => {
    const { sent, warning } = await chat('groq/openai/gpt-oss-120b', shaped)
    expect([sent.max_tokens, sent.top_k, sent.reasoning_effort, warning]).toEqual([300, 40, 'low', null])
  })
  test('where nothing may be left out, it is refused', async () => {
    const { status, answer } = await chat('openai/gpt-5', shaped, strict)
    expect([status, answer.error.param]).toEqual([400, 'top_k'])
  })
  test("a proper body stays the client's, whatever is in it", async () => {
    const body = { max_tokens: 300, top_k: 40, reasoning_effort: 'low' }
    const { sent, warning } = await chat('openai/gpt-4o', body, strict)
    expect([sent, warning]).toEqual([{ model: 'gpt-4o', messages, ...body }, null])
  })
})
