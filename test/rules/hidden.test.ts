import { describe, expect, test } from 'bun:test'
import { startWorld } from './world.ts'

const secret = { openai: ['gamma'], vllm: ['secret-one', 'secret-two'] }

describe('P7', () => {
  test('P7 takes as long to say so of a hidden model as of an unknown one', async () => {
    await using world = await startWorld({ lists: secret, env: { HIDE_DENIED_MODELS: 'true' } })
    await world.put({ source: 'vllm/secret-one', enabled: false })
    await world.put({ source: 'openai/gamma', enabled: false })
    const delayMs = 400
    const list = (ids: readonly string[]) => ({
      plan: { delayMs, body: JSON.stringify({ data: ids.map(id => ({ id })) }) },
    })
    world.mocks.vllm!.setModels(list(secret.vllm))
    world.mocks.openai!.setModels(list(secret.openai))
    const before = world.mocks.vllm!.requests.filter(({ path }) => path.endsWith('/models')).length
    const time = async (name: string) => {
      const began = performance.now()
      expect((await world.ask(name)).status).toBe(404)
      return performance.now() - began
    }
    // Each provider is asked for a new list once: by whichever name comes first.
    const [hidden, unknown] = [await time('vllm/secret-one'), await time('openai/unknown')]
    expect([hidden > delayMs - 20, unknown > delayMs - 20]).toEqual([true, true])
    for (const name of ['openai/gamma', 'vllm/unknown']) await time(name)
    const counts = Object.values(world.mocks).map(
      ({ requests }) => requests.filter(({ path }) => path.endsWith('/models')).length - before,
    )
    expect(counts).toEqual([1, 1])
    expect((await world.ask('vllm/secret-two')).status).toBe(200)
  })

  test('P7 uses the same words for hidden models, unlisted ones and other spellings of them at a provider', async () => {
    await using world = await startWorld({
      lists: secret,
      env: {
        HIDE_DENIED_MODELS: 'true',
        CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
        VLLM_MODELS: 'secret-one',
      },
    })
    await world.put({ source: 'vllm/', enabled: false })
    const ask = async (model: string) => {
      const { status, body } = await world.call('POST', '/p/vllm/v1/chat/completions', {
        model,
        messages: [],
      })
      return JSON.stringify([status, body]).replaceAll(model, 'ASKED')
    }
    const hidden = await ask('secret-one')
    expect(hidden).toContain('model_not_found')
    for (const model of ['unlisted', 'SECRET-ONE']) expect([model, await ask(model)]).toEqual([model, hidden])
  })

  test('P7 answers at /p/ for a hidden provider as for none, byte by byte, and waits for neither', async () => {
    await using world = await startWorld({ lists: secret, env: { HIDE_DENIED_MODELS: 'true' } })
    await world.put({ source: 'vllm/', user_paths: ['/other'] })
    const key = await world.key({ user_path: '/team' })
    const delayMs = 400
    world.mocks.vllm!.setModels({ plan: { delayMs, body: '{"data": []}' } })
    const chat = { model: 'secret-one', messages: [] }
    const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
      ['POST', '/v1/chat/completions', chat],
      ['POST', '/v1/chat/completions', {}],
      ['POST', '/v1/chat/completions', '{'],
      ['POST', '/v1/messages', { ...chat, max_tokens: 1 }],
      ['POST', '/v1/embeddings', { model: 'secret-two', input: 'a' }],
      ['GET', '/v1/models'],
      ['GET', '/models/secret-one'],
      ['GET', '/v1/files'],
      ['DELETE', '/v1/responses/resp_1'],
      ['GET', '/'],
      ['POST', '/anything', 'text'],
    ]
    for (const [method, path, sent] of calls) {
      const ask = async (provider: string) => {
        const began = performance.now()
        const { status, headers, body } = await world.call(method, `/p/${provider}${path}`, sent, { key })
        const kept = [...headers].filter(([name]) => name !== 'x-request-id')
        const text = JSON.stringify([status, kept, body])
        const kin = text.replaceAll(provider, 'ASKED').replace(/"request_id":"[\da-f-]+"/, '')
        return { text: kin, status, time: performance.now() - began }
      }
      const [hidden, unknown] = [await ask('vllm'), await ask('nope')]
      expect([path, unknown.text]).toEqual([path, hidden.text])
      expect(hidden.status).toBeGreaterThanOrEqual(400)
      expect(Math.max(hidden.time, unknown.time)).toBeLessThan(delayMs / 2)
    }
    // Operators are told what is wrong.
    const said = await world.call('POST', '/p/nope/v1/chat/completions', chat)
    expect(JSON.stringify(said.body)).toContain('There is no provider')
  })

  test('P7 answers for files and batches of a hidden provider as for those of none, wherever it is named', async () => {
    const lists = { ...secret, anthropic: ['claude'] }
    await using world = await startWorld({ lists, env: { HIDE_DENIED_MODELS: 'true' } })
    for (const source of ['vllm/', 'anthropic/']) await world.put({ source, user_paths: ['/other'] })
    const key = await world.key({ user_path: '/team' })
    const line = JSON.stringify({ custom_id: 'a', url: '/v1/chat/completions', body: { model: 'gamma' } })
    const form = (purpose: string) => (provider?: string) => {
      const data = new FormData()
      data.append('purpose', purpose)
      if (provider !== undefined) data.append('provider', provider)
      data.append('file', new File([line], 'x.jsonl'))
      return data
    }
    const json = (value: object) => () => JSON.stringify(value)
    const requests = [{ custom_id: 'a', params: { model: 'gamma', max_tokens: 1, messages: [] } }]
    const calls: readonly (readonly [method: string, path: string, body?: (name?: string) => BodyInit])[] = [
      ['GET', '/v1/files'],
      ['GET', '/v1/files/file-1'],
      ['DELETE', '/v1/files/file-1'],
      ['POST', '/v1/files', form('user_data')],
      ['POST', '/v1/files', form('batch')],
      ['GET', '/v1/batches'],
      ['GET', '/v1/messages/batches'],
      ['POST', '/v1/batches', json({ input_file_id: 'file-1' })],
      ['POST', '/v1/messages/batches', json({ requests })],
    ]
    const ask = async (
      name: string,
      [method, path, body]: (typeof calls)[number],
      place: 'query' | 'form',
    ) => {
      const sent = body?.(place === 'form' ? name : undefined)
      const address = place === 'query' ? `${path}?provider=${name}` : path
      const answer = await world.test.fetch(address, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(typeof sent === 'string' && { 'content-type': 'application/json' }),
        },
        ...(sent !== undefined && { body: sent }),
      })
      const headers = [...answer.headers].filter(([name]) => !/request-id|content-length/.test(name))
      const text = JSON.stringify([answer.status, headers, await answer.text()])
      return text.replaceAll(name, 'ASKED').replace(/request_id\W+[\da-f-]+/, '')
    }
    for (const call of calls)
      for (const place of call[1] === '/v1/files' && call[0] === 'POST'
        ? (['query', 'form'] as const)
        : (['query'] as const)) {
        const unknown = await ask('nobody', call, place)
        for (const hidden of ['vllm', 'anthropic'])
          expect([...call.slice(0, 2), hidden, await ask(hidden, call, place)]).toEqual([
            ...call.slice(0, 2),
            hidden,
            unknown,
          ])
      }
  })
})
