import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'

/** Conversations in which the user says nothing. OpenAI answers them; the others want a message of somebody. */

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(
        Object.entries({ ANTHROPIC: '/v1', GEMINI: '/v1beta', BEDROCK: '', DEEPSEEK: '' }).flatMap(
          ([name, path]) => [
            [`${name}_BASE_URL`, base + path],
            [`${name}_API_KEY`, 'sk-upstream'],
            [`${name}_MODELS`, 'm'],
          ],
        ),
      ),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
})
beforeEach(() => {
  mock.reset()
  mock.setPlan(({ path }) =>
    path.includes('/converse') ? { body: JSON.stringify(converse) } : { text: 'Yes.' },
  )
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const converse = {
  output: { message: { role: 'assistant', content: [{ text: 'Yes.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Any = any

async function sent(path: string, body: object): Promise<Any> {
  const response = await gateway.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.anything()])
  return mock.requests.at(-1)!.json
}

/** Who says what, wherever a provider has it. */
function heard(provider: string, { system, messages, systemInstruction, contents }: Any): unknown {
  if (provider === 'gemini') return [textOf(systemInstruction?.parts), ...contents.map(told('parts'))]
  return [textOf(system), ...messages.map(told('content'))]
}
const textOf = (parts: Any = []) => parts.map(({ text }: Any) => text).join('|')
const told = (field: string) => (message: Any) => [message.role, textOf(message[field])]

const [S, T] = ['Be brief.', 'Say yes.'].map(content => ({ role: 'system', content }))
const chat = (provider: string, ...messages: unknown[]) =>
  sent('/v1/chat/completions', { model: `${provider}/m`, messages })
const respond = (provider: string, body: object) => sent('/v1/responses', { model: `${provider}/m`, ...body })

describe.each(['anthropic', 'gemini', 'bedrock'])('where only the system speaks, %s hears', provider => {
  test('its last message from the user: chat', async () => {
    expect(heard(provider, await chat(provider, S, T))).toEqual(['Be brief.', ['user', 'Say yes.']])
    expect(heard(provider, await chat(provider, T))).toEqual(['', ['user', 'Say yes.']])
    const empty = { role: 'user', content: '' }
    expect(heard(provider, await chat(provider, S, T, empty))).toEqual(['Be brief.', ['user', 'Say yes.']])
  })

  test('its last message from the user: responses', async () => {
    expect(heard(provider, await respond(provider, { instructions: 'Be brief.', input: [T] }))).toEqual([
      'Be brief.',
      ['user', 'Say yes.'],
    ])
    for (const input of ['', [{ role: 'user', content: [] }]])
      expect(heard(provider, await respond(provider, { instructions: 'Say yes.', input }))).toEqual([
        '',
        ['user', 'Say yes.'],
      ])
  })
})

test.each(['gemini', 'bedrock'])('the same for a client of messages, at %s', async provider => {
  const body = { model: `${provider}/m`, max_tokens: 9, system: 'Be brief.', messages: [T] }
  expect(heard(provider, await sent('/v1/messages', body))).toEqual(['Be brief.', ['user', 'Say yes.']])
})

test('who takes system messages anywhere gets them as they are', async () => {
  expect((await respond('deepseek', { input: [S, T] })).messages).toEqual([S, T])
})

describe('a user who says nothing, in responses,', () => {
  const nothing = [
    { role: 'user', content: '' },
    { role: 'user', content: [] },
  ]
  const blank = { role: 'user', content: [{ type: 'input_text', text: '' }] }
  const input = [...nothing, { role: 'user', content: 'Go' }, blank]
  test.each(['anthropic', 'gemini', 'bedrock'])('is not heard by %s', async provider => {
    expect(heard(provider, await respond(provider, { input }))).toEqual(['', ['user', 'Go']])
  })
  test('nor by a provider of chat', async () => {
    expect((await respond('deepseek', { input })).messages).toEqual([{ role: 'user', content: 'Go' }])
  })
})
