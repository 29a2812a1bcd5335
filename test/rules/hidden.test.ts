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
})
