import { expect, test } from 'bun:test'
import { MASTER, startGateway } from '../../kit.ts'
import { createMockProvider } from '../../mock/provider.ts'

test('a model that is closed is not opened by leaving its tag out, where its name goes on as it is', async () => {
  const mock = createMockProvider({ models: ['two', 'two:latest'] })
  const gateway = await startGateway({ env: { VLLM_BASE_URL: mock.url, MODELWAY_MASTER_KEY: MASTER } })
  try {
    await gateway.admin('PUT', '/admin/virtual-models', {
      source: 'vllm/two:latest',
      user_paths: ['/nobody'],
    })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` }
    const pass = async (model: string) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
      return (await gateway.fetch('/p/vllm/chat/completions', { method: 'POST', headers, body })).status
    }
    expect([await pass('two:latest'), await pass('two')]).toEqual([403, 200])
    expect(mock.requests.flatMap(({ json }) => json?.model ?? [])).toEqual(['two'])
  } finally {
    await gateway.close()
    mock.stop()
  }
})
