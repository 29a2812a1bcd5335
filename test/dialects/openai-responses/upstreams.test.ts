import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'
import type { Any } from './kit.ts'

/** What arrives at providers of other languages, and what becomes of the odd things that they say. */

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      ...Object.fromEntries(
        Object.entries({ ANTHROPIC: '/v1', GEMINI: '/v1beta', DEEPSEEK: '' }).flatMap(([name, path]) => [
          [`${name}_BASE_URL`, base + path],
          [`${name}_API_KEY`, 'sk-upstream'],
          [`${name}_MODELS`, 'm'],
        ]),
      ),
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
  })
})
beforeEach(() => {
  mock.reset()
  mock.setPlan(() => ({ text: 'There.' }))
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const post = (provider: string, body: object) =>
  gateway.fetch('/v1/responses', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: `${provider}/m`, ...body }),
  })

async function sentTo(provider: string, body: object): Promise<Any> {
  const response = await post(provider, body)
  expect([response.status, await response.text()]).toEqual([200, expect.anything()])
  return mock.requests.at(-1)!.json
}

describe('arguments that a model has broken off, or that are no object', () => {
  const history = (args: string) => ({
    input: [
      { role: 'user', content: 'Go' },
      { type: 'function_call', call_id: 'c1', name: 'go', arguments: args },
      { type: 'function_call_output', call_id: 'c1', output: 'It was cut' },
    ],
  })
  test.each(['{"a":"unf', '[1]'])('reach every provider as an object: %s', async args => {
    const wrapped = { INVALID_JSON: args }
    const gemini = await sentTo('gemini', history(args))
    expect(gemini.contents[1].parts[0].functionCall).toMatchObject({ name: 'go', args: wrapped })
    const claude = await sentTo('anthropic', history(args))
    expect(claude.messages[1].content[0]).toMatchObject({ type: 'tool_use', input: wrapped })
    const chat = await sentTo('deepseek', history(args))
    expect(JSON.parse(chat.messages[1].tool_calls[0].function.arguments)).toEqual(wrapped)
  })
})
