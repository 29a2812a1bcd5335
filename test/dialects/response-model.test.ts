import { afterAll, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { startGateway } from '../kit.ts'

const WHOLE =
  '{ "id":"x", "model" : "gpt-5-2026-01-01",\n "choices":[{"message":{"content":"\\"model\\": no"}}], "big": 12345678901234567890 }'
const EVENTS =
  'data: {"model":"gpt-5-2026-01-01","choices":[{"delta":{"content":"Hi"}}]}\n\n' +
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"model":"gpt-5-2026-01-01"}\n\ndata: [DONE]\n\n'

/** Google's word for the model, in an answer in which nobody speaks. */
const BLOCKED = '{"promptFeedback":{"blockReason":"SAFETY"},"modelVersion":"gpt-5-2026-01-01"}'

const puppet = definePlugin({
  name: 'puppet',
  about: 'Always answers the same.',
  setup: () => ({
    providers: [
      {
        name: 'puppet',
        type: 'puppet',
        wires: new Set(['openai-chat', 'google-generate-content']),
        asksUsage: false,
        call: ({ dialect, stream }) =>
          new Response(dialect === 'openai-chat' ? (stream ? EVENTS : WHOLE) : BLOCKED, {
            headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' },
          }),
      },
    ],
  }),
})
const redirect = JSON.stringify([{ source: 'smarter', target_model: 'puppet/gpt-5' }])
const start = (env: Record<string, string>) =>
  startGateway({ env: { VIRTUAL_MODELS: redirect, ...env }, extra: [puppet] })
const [requested, served] = [await start({ RESPONSE_MODEL: 'requested' }), await start({})]
afterAll(() => Promise.all([requested.close(), served.close()]))

const ask = async (gateway: typeof served, stream: boolean) => {
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer master-key-for-tests', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'smarter', stream, messages: [] }),
  })
  return response.text()
}

describe('RESPONSE_MODEL', () => {
  test.each([false, true])("served (stream: %p): the bytes are the provider's own", async stream => {
    expect(await ask(served, stream)).toBe(stream ? EVENTS : WHOLE)
  })

  test.each([false, true])(
    'requested (stream: %p): the name asked for, and not a byte else',
    async stream => {
      const text = stream ? EVENTS : WHOLE
      expect(await ask(requested, stream)).toBe(text.replaceAll('"gpt-5-2026-01-01"', '"smarter"'))
    },
  )

  test('requested, where a language has another word for the model', async () => {
    const response = await requested.fetch('/v1beta/models/smarter:generateContent', {
      method: 'POST',
      headers: { 'x-goog-api-key': 'master-key-for-tests', 'content-type': 'application/json' },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
    })
    expect(await response.text()).toBe(BLOCKED.replace('gpt-5-2026-01-01', 'smarter'))
  })
})
