import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { startGateway } from '../kit.ts'
import { createFolder, failureOf } from '../rules/world.ts'
import { CHAT, openStage, type Stage, user } from './kit.ts'

/** What may be set, and where; and that it is kept. */

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

const PATH = '/admin/virtual-models'
const put = (body: object) => stage.test.admin('PUT', PATH, body)
const read = async (source: string) =>
  (await stage.test.admin('GET', `${PATH}/${encodeURIComponent(source)}`)).body
const remove = (source: string) => stage.test.admin('DELETE', PATH, { source })
beforeEach(async () => {
  const { body } = await stage.test.admin('GET', PATH)
  for (const { source } of body as { source: string }[]) await remove(source)
  // Those that others lead to go when the others are gone.
  for (const { source } of body as { source: string }[]) await remove(source)
})

const careful = { source: 'careful', target_model: 'vllm/one' }

describe('parameters', () => {
  test('are shown as they were set, and gone when a write does not say them again', async () => {
    const parameters = { temperature: 0, instructions: 'Be kind.' }
    const saved = await put({ ...careful, parameters })
    expect([saved.status, saved.body.parameters]).toEqual([200, parameters])
    expect((await read('careful')).parameters).toEqual(parameters)
    for (const none of [{}, { parameters: null }]) {
      await put({ ...careful, parameters })
      await put({ ...careful, ...none })
      expect('parameters' in (await read('careful'))).toBe(false)
    }
  })

  const wrong: readonly [object, string, string][] = [
    [{}, 'parameters', 'expected at least one of temperature'],
    [{ temperature: 2.1 }, 'parameters.temperature', 'expected a number from 0 to 2'],
    [{ temperature: '0' }, 'parameters.temperature', 'expected a number from 0 to 2'],
    [{ temperature: null }, 'parameters.temperature', 'expected a number from 0 to 2'],
    [{ top_p: -0.1 }, 'parameters.top_p', 'expected a number from 0 to 1'],
    [{ max_output_tokens: 0 }, 'parameters.max_output_tokens', 'expected at least 1'],
    [{ max_output_tokens: 1.5 }, 'parameters.max_output_tokens', 'expected a whole number'],
    [{ reasoning_effort: 'max' }, 'parameters.reasoning_effort', 'expected one of none, minimal, low'],
    [{ instructions: ' \n ' }, 'parameters.instructions', 'it is blank'],
    [{ instructions: 'x'.repeat(20_001) }, 'parameters.instructions', 'at most 20000 characters'],
    [{ max_tokens: 5 }, 'parameters.max_tokens', 'is not known here'],
    [{ temprature: 1 }, 'parameters.temprature', 'Did you mean "temperature"?'],
  ]
  for (const [parameters, param, message] of wrong)
    test(`are refused as ${JSON.stringify(parameters).slice(0, 60)}`, async () => {
      const { status, body } = await put({ ...careful, parameters })
      expect(status).toBe(400)
      expect(body.error.param).toBe(param)
      expect(body.error.message).toContain(message)
    })

  test('belong to redirects', async () => {
    const policy = { source: 'vllm/one', user_paths: ['/team'], parameters: { temperature: 0 } }
    const { status, body } = await put(policy)
    expect([status, body.error.param]).toEqual([422, 'parameters'])
    expect(body.error.message).toContain('belongs to redirects')
  })

  test('may be set for a model by its own name', async () => {
    const same = { source: 'vllm/one', target_model: 'vllm/one' }
    expect((await put(same)).body.error.message).toContain('leads only to itself')
    expect((await put({ ...same, parameters: { temperature: 0.3 } })).status).toBe(200)
    const { got } = await stage.ask(CHAT, { model: 'vllm/one', messages: [user] })
    expect(got).toEqual({ model: 'one', messages: [user], temperature: 0.3 })
  })

  test('are of the redirect that the caller names, where it exists for that caller', async () => {
    await put({
      source: 'vllm/one',
      target_model: 'openai/one',
      user_paths: ['/team'],
      parameters: { temperature: 0.3 },
    })
    const inside = await stage.ask(
      CHAT,
      { model: 'vllm/one', messages: [user] },
      { 'x-modelway-user-path': '/team/a' },
    )
    const outside = await stage.ask(CHAT, { model: 'vllm/one', messages: [user] })
    expect([inside.got.temperature, outside.got.temperature]).toEqual([0.3, undefined])
  })
})

describe('a redirect with parameters', () => {
  const outer = { source: 'outer', target_model: 'careful' }

  test('is no target of another one', async () => {
    await put({ ...careful, parameters: { temperature: 0 } })
    const { status, body } = await put({ ...outer, force: true })
    expect([status, body.error.param]).toEqual([422, 'target_model'])
    expect(body.error.message).toContain('"outer" leads to "careful", which sets parameters of its own')
  })

  test('cannot become one while another one leads to it', async () => {
    await put(careful)
    await put(outer)
    const { status, body } = await put({ ...careful, parameters: { temperature: 0 } })
    expect([status, body.error.param]).toEqual([422, 'parameters'])
    expect(body.error.message).toContain('"outer" leads to "careful"')
  })

  test('may lead to a redirect without any', async () => {
    await put({ source: 'plain', target_model: 'vllm/one' })
    expect((await put({ ...careful, target_model: 'plain', parameters: { temperature: 0.4 } })).status).toBe(
      200,
    )
    const { got } = await stage.ask(CHAT, { messages: [user] })
    expect(got).toMatchObject({ model: 'one', temperature: 0.4 })
  })

  test('asks every one of its targets alike', async () => {
    const targets = [{ model: 'vllm/one' }, { model: 'anthropic/claude-sonnet-4-5' }]
    await put({ source: 'careful', targets, strategy: 'failover', parameters: { temperature: 0.4 } })
    stage.mock.setPlan(({ path }) => (path.endsWith('/chat/completions') ? { status: 500 } : undefined))
    const { status, sent, got, warning } = await stage.ask(CHAT, { messages: [user], temperature: 1 })
    stage.mock.setPlan(undefined)
    expect([status, sent?.path, got.temperature]).toEqual([200, '/v1/messages', 0.4])
    expect(warning).toBe('temperature: "careful" sets 0.4')
  })
})

describe('history', () => {
  test('keeps what was set, tells what has changed, and brings it back', async () => {
    await put({ ...careful, parameters: { temperature: 0.1 } })
    await put(careful)
    const { body } = await stage.test.admin('GET', '/admin/history?kind=virtual-model&subject=careful')
    const [latest, first] = body.data as { id: number; fields: string[] }[]
    expect(latest!.fields).toEqual(['parameters'])
    const shown = await stage.test.admin('GET', `/admin/history/${latest!.id}`)
    expect(shown.body.changes).toEqual([{ field: 'parameters', before: { temperature: 0.1 } }])
    const restored = await stage.test.admin('POST', `/admin/history/${first!.id}/restore`, {})
    expect(restored.status).toBe(200)
    expect((await read('careful')).parameters).toEqual({ temperature: 0.1 })
    expect((await stage.ask(CHAT, { messages: [user] })).got.temperature).toBe(0.1)
  })
})

describe('explain', () => {
  const steps = async (model: string): Promise<string[]> =>
    (await stage.test.admin('POST', '/admin/explain', { model })).body.steps.map(
      ({ text }: { text: string }) => text,
    )

  test('says what is set', async () => {
    const parameters = {
      temperature: 0.2,
      top_p: 0.5,
      max_output_tokens: 2000,
      reasoning_effort: 'high',
      instructions: 'Be kind.',
    }
    await put({ ...careful, parameters })
    expect(await steps('careful')).toContain(
      '"careful" asks with temperature 0.2, top_p 0.5, at most 2,000 tokens, high effort and instructions, whatever the caller says',
    )
    await put(careful)
    expect((await steps('careful')).join()).not.toContain('asks with')
  })
})

describe('a declaration', () => {
  const start = (models: object[]) => startGateway({ env: { VIRTUAL_MODELS: JSON.stringify(models) } })

  test('may set parameters', async () => {
    const test = await start([
      { source: 'careful', target_model: 'demo/parrot', parameters: { temperature: 0 } },
    ])
    const { body } = await test.admin('GET', `${PATH}/careful`)
    await test.close()
    expect(body).toMatchObject({ managed: true, parameters: { temperature: 0 } })
  })

  test('stops the start with one clear line where it is wrong, or below another one', async () => {
    const careful = { source: 'careful', target_model: 'demo/parrot', parameters: { temperature: 0 } }
    const cases = [
      [
        [{ ...careful, parameters: { temperature: 3 } }],
        '"parameters.temperature": expected a number from 0 to 2',
      ],
      [[careful, { source: 'outer', target_model: 'careful' }], '"outer" leads to "careful"'],
    ] as const
    for (const [models, line] of cases) {
      const { message } = await failureOf(() => start([...models]))
      expect(message).toContain('VIRTUAL_MODELS')
      expect(message).toContain(line)
      expect(message).not.toMatch(/\n|with what is stored/)
    }
  })

  test('stops the start with one clear line below a redirect that is stored', async () => {
    using folder = createFolder()
    const before = await startGateway({ folder: folder.path })
    await before.admin('PUT', PATH, { source: 'outer', target_model: 'demo/parrot' })
    await before.close()
    const shadow = { source: 'demo/parrot', target_model: 'demo/parrot', parameters: { temperature: 0 } }
    const { message } = await failureOf(() =>
      startGateway({ folder: folder.path, env: { VIRTUAL_MODELS: JSON.stringify([shadow]) } }),
    )
    expect(message).toStartWith(
      'Cannot use VIRTUAL_MODELS with what is stored: "outer" leads to "demo/parrot"',
    )
    expect(message).not.toContain('\n')
  })
})
