import { describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, startGateway } from '../kit.ts'
import { CHAT, openStage, user } from './kit.ts'

/** What stands around a call: limits, guards and stored answers all see the body as it goes on. */

const messages = [user]

describe('a limit', () => {
  test('holds room for the most that the redirect lets the model say', async () => {
    await using stage = await openStage()
    const limit = { user_path: '/', per: 'day', tokens: 1000 }
    expect((await stage.test.admin('PUT', '/admin/limits/all', limit)).status).toBeLessThan(300)
    await stage.set('vllm/one', { max_output_tokens: 5000 })
    const refused = await stage.ask(CHAT, { messages })
    expect([refused.status, refused.sent]).toEqual([429, undefined])
    await stage.set('vllm/one', { max_output_tokens: 500 })
    expect((await stage.ask(CHAT, { messages, max_tokens: 5000 })).status).toBe(200)
  })
})

describe('a guardrail', () => {
  test('looks at the instructions as at any other words', async () => {
    await using stage = await openStage()
    const rule = { find: { words: ['unicorn'] }, action: 'block' }
    expect((await stage.test.admin('PUT', '/admin/guardrails/none', rule)).status).toBeLessThan(300)
    await stage.set('vllm/one', { instructions: 'Speak of a unicorn.' })
    const { status, text } = await stage.ask(CHAT, { messages })
    expect(status).toBe(400)
    expect(text).toContain('guardrail_blocked')
  })

  test('lets go on what it has seen, and not what stands twice beside it', async () => {
    await using stage = await openStage()
    const rule = { find: { words: ['unicorn'] }, action: 'block' }
    expect((await stage.test.admin('PUT', '/admin/guardrails/none', rule)).status).toBeLessThan(300)
    await stage.set('vllm/one', { max_output_tokens: 10 })
    const twice = '{"role":"user","content":"unicorn","content":"Hello"}'
    const { sent } = await stage.ask(CHAT, `{"model":"careful","MAX_TOKENS":9,"messages":[${twice}]}`)
    expect(sent?.body).not.toContain('unicorn')
  })
})

describe('a stored answer', () => {
  test('is not shared with a redirect that asks the same model in another way', async () => {
    await using stage = await openStage({ CACHE_MODELS: '/' })
    for (const [source, temperature] of [
      ['cold', 0],
      ['warm', 1],
    ] as const)
      await stage.test.admin('PUT', '/admin/virtual-models', {
        source,
        target_model: 'vllm/one',
        parameters: { temperature },
      })
    const verdict = async (model: string, extra: object = {}) =>
      (await stage.ask(CHAT, { model, messages, ...extra })).headers.get('x-modelway-cache')
    expect(await verdict('cold')).toBe('miss')
    expect(await verdict('warm')).toBe('miss')
    expect(await verdict('cold')).toBe('hit')
    expect(await verdict('cold', { temperature: 0.7 })).toBe('hit')
  })

  test('tells each caller only what of its own gave way', async () => {
    await using stage = await openStage({ CACHE_MODELS: '/' })
    await stage.set('vllm/one', { temperature: 0 })
    const warning = async (extra: object) => (await stage.ask(CHAT, { messages, ...extra })).warning
    expect(await warning({ temperature: 1 })).toBe('temperature: "careful" sets 0')
    expect(await warning({})).toBeNull()
    expect(await warning({ temperature: 1 })).toBe('temperature: "careful" sets 0')
  })
})

describe('the hook `shape`', () => {
  test('lets a plugin say how a model is asked, before room is taken, and tell the caller', async () => {
    const order: string[] = []
    const shaper = definePlugin({
      name: 'shaper',
      about: 'Asks for less.',
      setup: () => ({
        shape({ body, told }, x) {
          order.push(`shape ${x.route.targets[0]?.model}`)
          return { body: { ...body, temperature: 0.5 }, told: [...told, 'temperature: less is more'] }
        },
        admit(x) {
          order.push(`admit ${x.body?.json.temperature}`)
          return undefined
        },
      }),
    })
    const test = await startGateway({ extra: [shaper] })
    const { headers } = await test.chat(
      { model: 'demo/parrot', messages, temperature: 1 },
      { authorization: `Bearer ${MASTER}` },
    )
    await test.close()
    expect(order).toEqual(['shape parrot', 'admit 0.5'])
    expect(headers.get('x-modelway-warning')).toBe('temperature: less is more')
  })
})

describe('a restart', () => {
  test('keeps what was set', async () => {
    await using stage = await openStage()
    await stage.set('vllm/one', { temperature: 0.1 })
    const again = await startGateway({ folder: stage.test.folder })
    const { body } = await again.admin('GET', '/admin/virtual-models/careful')
    await again.close()
    expect(body.parameters).toEqual({ temperature: 0.1 })
  })
})
