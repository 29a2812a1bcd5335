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

test('of a name of any length one tag is left out, and as much is told again as a person reads', async () => {
  const gateway = await startGateway({ env: { DEMO: 'true' } })
  try {
    const ask = async (tags: number) => {
      const model = `demo/parrot${':latest'.repeat(tags)}`
      const { status } = await gateway.chat({ model, messages: [{ role: 'user', content: 'Hello' }] })
      return status
    }
    expect([await ask(1), await ask(2), await ask(100_000)]).toEqual([200, 404, 404])
    const body = JSON.stringify({ model: 'x'.repeat(100_000) })
    const headers = { 'content-type': 'application/json' }
    const shown = await gateway.fetch('/api/show', { method: 'POST', headers, body })
    expect((await shown.text()).length).toBeLessThan(1000)
  } finally {
    await gateway.close()
  }
})
