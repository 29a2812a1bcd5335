import { describe, expect, test } from 'bun:test'
import { plugins } from '../../plugins/index.ts'
import { startWorld } from './world.ts'

describe('P8', () => {
  test('P8 holds a policy on every endpoint that names a model, and on every list', async () => {
    await using world = await startWorld()
    await world.put({ source: 'vllm/alpha', user_paths: ['/team'] })
    const key = await world.key({ user_path: '/other' })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const ask = async (path: string, body?: object) => {
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await world.test.fetch(path, init)
      return { status: response.status, text: await response.text() }
    }
    for (const stream of [false, true]) {
      const answer = await ask('/v1/chat/completions', { model: 'vllm/alpha', stream, messages: [] })
      expect([stream, answer.status]).toEqual([stream, 403])
      const message = await ask('/v1/messages', { model: 'vllm/alpha', stream, max_tokens: 9, messages: [] })
      expect([stream, message.status, message.text]).toEqual([
        stream,
        403,
        expect.stringContaining('permission_error'),
      ])
    }
    const counted = await ask('/v1/messages/count_tokens', { model: 'vllm/alpha', messages: [] })
    expect(counted.status).toBe(403)
    expect((await ask('/v1/models')).text).not.toContain('vllm/alpha')
    expect((await ask('/v1/models/vllm%2Falpha')).status).toBe(404)
    expect((await ask('/v1/models/vllm%2Fbeta')).status).toBe(200)
  })

  test('P8 knows every dialect: a new one has to be asked here too', () => {
    expect(plugins.map(({ name }) => name).filter(name => /^(?:openai|anthropic)-/.test(name))).toEqual([
      'openai-chat',
      'anthropic-messages',
    ])
  })
})
