import { expect, test } from 'bun:test'
import { createMockProvider } from '../mock/provider.ts'
import { chatInit, spawnGateway } from './spawn.ts'

const chat = (model: string) => chatInit({ model, messages: [{ role: 'user', content: 'Hi' }] })

test('calls leave through the proxy that the environment names, but for hosts that it excepts', async () => {
  const mock = createMockProvider({ models: ['one'] })
  const seen: string[] = []
  const proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname, host } = new URL(request.url)
      seen.push(host)
      return fetch(`${new URL(mock.url).origin}${pathname}`, request)
    },
  })
  const near = mock.url
  await using gateway = await spawnGateway({
    env: {
      HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
      NO_PROXY: '127.0.0.1',
      VLLM_BASE_URL: 'http://far.test/v1',
      VLLM_MODELS: 'one',
      OLLAMA_BASE_URL: near,
      OLLAMA_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
    },
  })
  expect((await gateway.fetch('/v1/chat/completions', chat('vllm/one'))).status).toBe(200)
  expect(seen).toEqual(['far.test'])
  expect((await gateway.fetch('/v1/chat/completions', chat('ollama/one'))).status).toBe(200)
  expect(seen).toEqual(['far.test'])
  expect(mock.requests.length).toBe(2)
  mock.stop()
  proxy.stop(true)
})
