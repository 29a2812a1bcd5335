import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'

/**
 * Behind a name of the operator's own, an agent cannot know which Claude answers: it writes as it would to the newest.
 * What one generation takes, another one refuses.
 */

const mock = createMockProvider()
const models =
  'claude-haiku-4-5,claude-opus-4-5-20251101,claude-sonnet-4-6,claude-opus-4-7,claude-sonnet-5,claude-opus-5-5'
const env = {
  ANTHROPIC_BASE_URL: mock.url,
  ANTHROPIC_API_KEY: 'sk-upstream',
  ANTHROPIC_MODELS: `${models},claude-3-5-haiku-latest,made-by-others`,
  BEDROCK_BASE_URL: mock.url.replace(/\/v1$/, ''),
  BEDROCK_API_KEY: 'sk-upstream',
  BEDROCK_MODELS: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
  RETRIES: '0',
  VIRTUAL_MODELS: JSON.stringify([
    { source: 'old', target_model: 'anthropic/claude-haiku-4-5' },
    { source: 'new', target_model: 'anthropic/claude-opus-5-5' },
    {
      source: 'both',
      session_affinity: false,
      targets: [{ model: 'anthropic/claude-haiku-4-5' }, { model: 'anthropic/claude-opus-5-5' }],
    },
  ]),
}
let gateway: TestGateway
let strict: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ env })
  strict = await startGateway({ env: { ...env, STRICT_PARAMETERS: 'true' } })
})
beforeEach(() => {
  mock.reset()
  mock.setPlan(({ path }) =>
    path.includes('/converse')
      ? {
          body: JSON.stringify({
            output: { message: { role: 'assistant', content: [{ text: 'There.' }] } },
            stopReason: 'end_turn',
            usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
          }),
        }
      : { text: 'There.' },
  )
})
afterAll(async () => {
  await gateway.close()
  await strict.close()
  mock.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Any = any

async function ask(model: string, more: object, to = gateway, path = '/v1/messages?beta=true') {
  const before = mock.requests.length
  const response = await to.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      max_tokens: 20_000,
      messages: [{ role: 'user', content: 'Hello' }],
      ...more,
    }),
  })
  await response.text()
  const sent = (mock.requests.length > before ? mock.requests.at(-1)!.json : undefined) as Any
  return { status: response.status, warning: response.headers.get('x-modelway-warning'), sent }
}

const adaptive = { thinking: { type: 'adaptive', display: 'updates' } }
const effort = (word: string) => ({ output_config: { effort: word } })
const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })

describe('a Claude that is told a budget', () => {
  test.each([
    ['medium', 6000],
    ['high', 12_000],
    [undefined, 12_000],
    ['max', 19_000],
  ])('is told one for an effort that is left to it: %s', async (word, budget_tokens) => {
    const { sent, warning } = await ask('old', { ...adaptive, ...(word && effort(word)) })
    expect([sent.thinking, sent.output_config, warning]).toEqual([
      { type: 'enabled', budget_tokens, display: 'updates' },
      undefined,
      null,
    ])
  })

  test('is told none where there is no room for one, and nothing of thoughts to be kept', async () => {
    const edits = [{ type: 'clear_thinking_20251015', keep: 'all' }]
    const { sent, warning } = await ask('old', {
      ...adaptive,
      max_tokens: 1000,
      context_management: { edits },
    })
    expect([sent.thinking, sent.context_management]).toEqual([undefined, undefined])
    expect(warning).toStartWith('thinking: this model thinks 1024 tokens or more')
    const other = { type: 'clear_tool_uses_20250919' }
    const kept = await ask('old', {
      ...adaptive,
      max_tokens: 1000,
      context_management: { edits: [...edits, other] },
    })
    expect(kept.sent.context_management).toEqual({ edits: [other] })
  })

  test('is told no effort, and the client is told that', async () => {
    const format = { type: 'json_schema', schema: { type: 'object' } }
    const { sent, warning } = await ask('old', { output_config: { effort: 'low', format } })
    expect(sent.output_config).toEqual({ format })
    expect(warning).toBe('output_config.effort: this model knows no efforts, and was not told one')
    expect((await ask('old', effort('low'), strict)).status).toBe(400)
    expect((await ask('old', { ...adaptive, ...effort('low') }, strict)).status).toBe(200)
  })

  test.each([
    ['claude-opus-4-5-20251101', 'xhigh', 'high'],
    ['claude-opus-4-5-20251101', 'max', 'high'],
    ['claude-sonnet-4-6', 'xhigh', 'high'],
    ['claude-sonnet-4-6', 'max', 'max'],
    ['claude-opus-5-5', 'xhigh', 'xhigh'],
  ])('%s is told the nearest effort below one that it does not know: %s', async (model, asked, told) => {
    const { sent, warning } = await ask(`anthropic/${model}`, effort(asked))
    const words = `output_config.effort: this model does not know "${asked}", and was told "${told}"`
    expect([sent.output_config, warning]).toEqual([{ effort: told }, asked === told ? null : words])
  })

  test.each(['xhigh', 'max'])('of OpenAI’s efforts, too, it is told one that it knows: %s', async word => {
    const chat = { reasoning_effort: word, messages: [{ role: 'user', content: 'Hello' }] }
    const to = 'anthropic/claude-sonnet-4-6'
    const { status, sent } = await ask(to, chat, gateway, '/v1/chat/completions')
    expect([status, sent.output_config]).toEqual([200, { effort: word === 'max' ? 'max' : 'high' }])
    const responses = {
      input: 'Hello',
      reasoning: { effort: word },
      max_tokens: undefined,
      messages: undefined,
    }
    const answer = await ask(to, responses, gateway, '/v1/responses')
    expect(answer.sent.output_config).toEqual({ effort: word === 'max' ? 'max' : 'high' })
    if (word === 'xhigh') expect(answer.warning).toContain('effort')
  })

  test('is told an effort where it knows both', async () => {
    const { sent } = await ask('anthropic/claude-opus-4-5-20251101', { ...adaptive, ...effort('low') })
    expect([sent.thinking.budget_tokens, sent.output_config]).toEqual([2000, { effort: 'low' }])
  })

  test('counts the tokens of a prompt that was written for another', async () => {
    const { sent, status } = await ask(
      'old',
      { ...adaptive, max_tokens: undefined },
      gateway,
      '/v1/messages/count_tokens',
    )
    expect([status, sent.thinking.type]).toEqual([200, 'enabled'])
  })

  test('is told a budget at another cloud as well', async () => {
    const model = 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'
    const { sent, warning } = await ask(model, { ...adaptive, ...effort('medium') })
    expect(sent.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 6000 } })
    expect(warning).toBeNull()
    const alone = await ask(model, effort('medium'))
    expect(alone.sent.additionalModelRequestFields).toBeUndefined()
    expect(alone.warning).toBe('output_config.effort: this model knows no efforts, and was not told one')
  })
})

describe('a Claude that decides itself how much it thinks', () => {
  test.each([
    [1024, 'low'],
    [10_000, 'medium'],
    [19_999, 'high'],
  ])('is told an effort for a budget: %d', async (budget, word) => {
    const { sent, warning } = await ask('new', enabled(budget))
    expect([sent.thinking, sent.output_config, warning]).toEqual([
      { type: 'adaptive' },
      { effort: word },
      null,
    ])
  })

  test("is told the client's own effort where there is one", async () => {
    const { sent } = await ask('anthropic/claude-opus-4-7', { ...enabled(1024), ...effort('xhigh') })
    expect([sent.thinking, sent.output_config]).toEqual([{ type: 'adaptive' }, { effort: 'xhigh' }])
  })
})

describe('a Claude that cannot be kept from thinking', () => {
  const disabled = { thinking: { type: 'disabled' } }

  test('thinks with little effort, and the client is told', async () => {
    const { status, sent, warning } = await ask('new', disabled)
    expect([status, sent.thinking, sent.output_config]).toEqual([200, undefined, { effort: 'low' }])
    expect(warning).toBe('thinking.type: this model always thinks, and was told to do so with little effort')
    expect((await ask('new', disabled, strict)).status).toBe(400)
  })

  test("has the client's own effort where there is one", async () => {
    expect((await ask('new', { ...disabled, ...effort('medium') })).sent.output_config.effort).toBe('medium')
  })

  test('is not every Claude', async () => {
    for (const model of ['claude-haiku-4-5', 'claude-opus-4-7', 'made-by-others']) {
      const { sent, warning } = await ask(`anthropic/${model}`, disabled)
      expect([model, sent.thinking, warning]).toEqual([model, disabled.thinking, null])
    }
  })
})

test('one that came before thinking is not asked to think', async () => {
  const { sent, warning } = await ask('anthropic/claude-3-5-haiku-latest', { ...adaptive, ...effort('low') })
  expect([sent.thinking, sent.output_config]).toEqual([undefined, undefined])
  expect(warning).toContain('thinking: this model refuses to be asked to think, and is not asked')
})

test.each([
  ['anthropic/claude-sonnet-4-6', enabled(2000)],
  ['anthropic/claude-sonnet-4-6', { ...adaptive, ...effort('high') }],
  ['anthropic/claude-haiku-4-5', enabled(2000)],
  ['anthropic/claude-opus-5-5', { ...adaptive, ...effort('xhigh') }],
  ['anthropic/made-by-others', { ...enabled(2000), ...effort('high') }],
  ['anthropic/made-by-others', adaptive],
])('what %s takes passes: %j', async (model, more) => {
  const { sent, warning } = await ask(model, more)
  expect(sent).toMatchObject(more)
  expect(warning).toBeNull()
})

describe('words of the system between turns', () => {
  const late = {
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Be quick' },
      { role: 'assistant', content: 'Yes' },
      { role: 'user', content: 'Go on' },
      {
        role: 'system',
        content: [{ type: 'text', text: 'Two files', cache_control: { type: 'ephemeral' } }],
      },
      { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 'go' } }] },
    ],
  }
  test.each(['old', 'anthropic/claude-sonnet-5', 'anthropic/claude-opus-4-7'])(
    'are words of the user, marked as what they are, where they are refused: %s',
    async model => {
      const { sent, warning } = await ask(model, late)
      expect(sent.messages).toEqual([
        late.messages[0],
        { role: 'user', content: '<system>\nBe quick\n</system>' },
        late.messages[2],
        late.messages[3],
        {
          role: 'user',
          content: [
            { type: 'text', text: '<system>\nTwo files\n</system>', cache_control: { type: 'ephemeral' } },
          ],
        },
      ])
      expect(warning).toBeNull()
    },
  )
  test.each(['new', 'anthropic/made-by-others'])('pass where they are not: %s', async model => {
    expect((await ask(model, late)).sent.messages).toEqual(late.messages)
  })
})

test('an agent whose name leads to both generations in turn is understood by each', async () => {
  const body = {
    ...adaptive,
    ...effort('high'),
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Be quick' },
    ],
  }
  const seen = [await ask('both', body), await ask('both', body)].map(({ sent }) => [
    sent.model,
    sent.thinking.type,
    sent.output_config?.effort,
    sent.messages[1].role,
  ])
  expect(seen.toSorted()).toEqual([
    ['claude-haiku-4-5', 'enabled', undefined, 'user'],
    ['claude-opus-5-5', 'adaptive', 'high', 'system'],
  ])
})
