import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { createMockProvider } from '../mock/provider.ts'

/** Not every provider says what an answer took. What nobody said is not known, and never nothing. */

const mock = createMockProvider()
let gateway: TestGateway
beforeAll(async () => {
  mock.setPlan({ text: 'It goes where the river goes.', usage: false })
  const env = {
    CEREBRAS_BASE_URL: mock.url,
    CEREBRAS_API_KEY: 'sk-x',
    CEREBRAS_MODELS: 'one',
    RETRIES: '0',
    CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
  }
  gateway = await startGateway({ env })
})
afterAll(async () => {
  await gateway.close()
  mock.stop()
})

const messages = [{ role: 'user', content: 'Where?' }]
const asks: Readonly<Record<string, object>> = {
  '/v1/messages': { max_tokens: 100, messages },
  '/v1/responses': { input: 'Where?' },
  '/v1/chat/completions': { messages },
}

describe.each(Object.entries(asks))('%s', (path, body) => {
  test.each([true, false])('records what was not told as not known (stream: %p)', async stream => {
    const response = await gateway.fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'cerebras/one', stream, ...body }),
    })
    expect(await response.text()).toContain('river')
    const id = response.headers.get('x-request-id')
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
    let line: any
    await until(async () => {
      const { body } = await gateway.admin('GET', '/admin/usage/log?limit=1')
      line = body.data[0]
      return line?.id === id
    }, 'the record')
    expect([line.status, line.tokens, line.billing, line.cost_nano]).toEqual([200, null, null, null])
  })
})
