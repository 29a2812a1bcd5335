import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MASTER, startGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { at, idsOf, startWorld } from './world.ts'

const chats = (mock: MockProvider | undefined) =>
  mock!.requests.filter(({ path }) => path.endsWith('/chat/completions')).length
const lists = (mock: MockProvider | undefined) =>
  mock!.requests.filter(({ path }) => path.endsWith('/models')).length

describe('N1', () => {
  test('N1 refuses what is no name with 400, and names the field', async () => {
    await using world = await startWorld()
    for (const model of [undefined, null, 7, true, ['alpha'], { id: 'alpha' }, '', ' \t\n']) {
      const said = await world.ask(model)
      expect([model, said.status]).toEqual([model, 400])
      expect(at(said.body, 'error')).toMatchObject({
        type: 'invalid_request_error',
        code: 'invalid_request',
        param: 'model',
        message: expect.stringContaining('"model"'),
      })
    }
    expect(chats(world.mocks.vllm) + chats(world.mocks.openai)).toBe(0)
  })

  test('N1 refuses every JSON value that is not a string', async () => {
    await using world = await startWorld()
    const values = fc.jsonValue().filter(value => typeof value !== 'string')
    await fc.assert(
      fc.asyncProperty(values, async model => {
        const said = await world.ask(model)
        expect([said.status, at(said.body, 'error', 'param')]).toEqual([400, 'model'])
      }),
      { numRuns: 200 },
    )
  })

  test('N1 trims a name, and sends it on without the blanks', async () => {
    await using world = await startWorld()
    for (const name of [' alpha', 'alpha\n', '\t vllm/alpha \r\n'])
      expect((await world.ask(name)).served).toBe('vllm/alpha')
  })
})

describe('N2', () => {
  const strangers = [
    ...[
      'ALPHA',
      'Alpha',
      'vllm/ALPHA',
      'VLLM/alpha',
      'Vllm/Alpha',
      'SMART',
      'smart/',
      '/smart',
      'team/smart',
    ],
    ...['vllm%2Falpha', '%61lpha', 'alpha%20', 'smart%00', 'alph&#97;', '\\u0061lpha', 'smar\\t'],
    ...['*', '/', '//', 'alph*', 'alph?', '[a]lpha', 'vllm/*', '*/alpha', '**', 'sm{a}rt', '.*', 'vllm/.*'],
    ...['vllm//alpha', 'vllm/ alpha', 'vllm /alpha', './alpha', 'vllm/../alpha', '../vllm/alpha', 'alpha/'],
    ...['alpha\u0000', 'alpha\u200b', '\u0430lpha', 'a\u202elpha', 'alph\u0061\u0301', 'vllm\u2215alpha'],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'vllm/__proto__', 'vllm/constructor'],
  ]

  test('N2 reads names exactly: case, encoding and globs do not match', async () => {
    await using world = await startWorld()
    await world.put({ source: 'smart', target_model: 'vllm/alpha' })
    for (const name of strangers) {
      const said = await world.ask(name)
      expect([name, said.status, said.code]).toEqual([name, 404, 'model_not_found'])
    }
    expect(chats(world.mocks.vllm) + chats(world.mocks.openai)).toBe(0)
  })

  test('N2 tells one spelling of a letter from another', async () => {
    await using world = await startWorld()
    await world.put({ source: 'caf\u00e9', target_model: 'vllm/alpha' })
    expect((await world.ask('caf\u00e9')).served).toBe('vllm/alpha')
    expect((await world.ask('cafe\u0301')).status).toBe(404)
  })

  test('N2 lets a redirect win over a model of the same name', async () => {
    await using world = await startWorld()
    for (const name of ['vllm/alpha', 'alpha', 'beta']) {
      expect((await world.ask(name)).served).not.toBe('openai/gamma')
      await world.put({ source: name, target_model: 'openai/gamma' })
      expect((await world.ask(name)).served).toBe('openai/gamma')
    }
  })

  test('N2 finds any redirect under its own name, and under no other', async () => {
    await using world = await startWorld()
    const taken = ['alpha', 'beta', 'gamma', '__proto__', 'constructor', 'prototype']
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map(name => name.trim())
      // Selectors of many models, names that would break a line, or that nobody could read, are refused: the admin API's tests show it.
      .filter(
        name =>
          name !== '' &&
          !taken.includes(name) &&
          !/^[^/]*\/$/.test(name) &&
          !/[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name),
      )
    await fc.assert(
      fc.asyncProperty(names, async source => {
        await world.put({ source, target_model: 'vllm/alpha' })
        expect((await world.ask(source)).served).toBe('vllm/alpha')
        const others = [source.toUpperCase(), source.toLowerCase(), encodeURIComponent(source), `${source}x`]
        for (const other of others.filter(other => other !== source))
          expect([other, (await world.ask(other)).status]).toEqual([other, 404])
        await world.call('DELETE', '/admin/virtual-models', { source })
        expect((await world.ask(source)).status).toBe(404)
      }),
      { numRuns: 150 },
    )
  })
})

describe('N3', () => {
  const slashes = { openai: ['gamma'], vllm: ['openai/gpt', 'openai/gamma', 'accounts/x/models/y', '/z'] }

  test('N3 takes the part before the first slash for a provider if it is one', async () => {
    await using world = await startWorld({ lists: slashes })
    for (const name of [
      'openai/gamma',
      'vllm/openai/gpt',
      'vllm/openai/gamma',
      'vllm/accounts/x/models/y',
      'vllm//z',
    ])
      expect((await world.ask(name)).served).toBe(name)
  })

  test('N3 takes the whole name for a bare id if it is none', async () => {
    await using world = await startWorld({ lists: slashes })
    for (const name of ['accounts/x/models/y', '/z'])
      expect((await world.ask(name)).served).toBe(`vllm/${name}`)
  })

  test('N3 does not look for an id at another provider than the named one', async () => {
    await using world = await startWorld({ lists: slashes })
    for (const name of ['openai/gpt', 'openai/', 'vllm/', 'vllm', 'accounts/x', 'openai/vllm/openai/gpt'])
      expect([name, (await world.ask(name)).status]).toEqual([name, 404])
  })
})

describe('N4', () => {
  const shared = {
    vllm: ['beta', 'delta', 'own'],
    'openai-east': ['beta', 'delta'],
    openai: ['beta'],
  }

  test('N4 sends a bare id to the first configured provider that lists it, always the same', async () => {
    await using world = await startWorld({ lists: shared })
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.ask('beta')))
    expect(new Set(answers.map(({ served }) => served))).toEqual(new Set(['openai/beta']))
    expect((await world.ask('delta')).served).toBe('openai-east/delta')
    expect((await world.ask('own')).served).toBe('vllm/own')
    const configured = await world.call('GET', '/admin/providers')
    const names = [0, 1, 2].map(index => at(configured.body, index, 'name'))
    expect(names).toEqual(['openai', 'openai-east', 'vllm'])
  })

  test('N4 follows the lists as they are now', async () => {
    await using world = await startWorld({ lists: shared })
    world.mocks.openai!.setModels({ ids: ['delta'] })
    await world.refresh()
    expect((await world.ask('delta')).served).toBe('openai/delta')
    expect((await world.ask('beta')).served).toBe('openai-east/beta')
  })
})

test('N4 a configured list stands in at once, while the list of the provider is on its way', async () => {
  const slow = createMockProvider({ models: ['alpha'] })
  slow.setModels({ plan: { hang: true } })
  const gateway = await startGateway({
    env: { VLLM_BASE_URL: slow.url, VLLM_MODELS: 'alpha,beta', MODEL_LIST_TIMEOUT: '1h' },
  })
  // The whole list would be waited for, for an hour.
  expect((await gateway.chat({ model: 'alpha', messages: [] })).status).toBe(200)
  const listed = await gateway.json('/v1/models', { headers: { authorization: `Bearer ${MASTER}` } })
  expect(idsOf(listed.body)).toEqual(['vllm/alpha', 'vllm/beta'])
  // What it leaves out may well be there: at an address of the provider's own it is tried.
  const other = { model: 'other', messages: [] }
  expect((await gateway.admin('POST', '/p/vllm/v1/chat/completions', other)).status).toBe(200)
  await gateway.close()
  slow.stop()
})

describe('N5', () => {
  test('N5 answers 404 for a name that leads nowhere, and asks no provider to complete it', async () => {
    await using world = await startWorld()
    for (const name of ['nothing', 'vllm/nothing', 'nobody/alpha']) {
      const said = await world.ask(name)
      expect(said.status).toBe(404)
      expect(at(said.body, 'error')).toMatchObject({ code: 'model_not_found', param: 'model' })
      expect(said.message).toContain(`"${name}"`)
    }
    expect(chats(world.mocks.vllm)).toBe(0)
  })

  test('N5 fetches the list of the named provider once before it gives up', async () => {
    await using world = await startWorld()
    world.mocks.vllm!.setModels({ ids: ['alpha', 'newcomer'] })
    const [before, others] = [lists(world.mocks.vllm), lists(world.mocks.openai)]
    expect((await world.ask('vllm/newcomer')).served).toBe('vllm/newcomer')
    expect(lists(world.mocks.vllm)).toBe(before + 1)
    expect(lists(world.mocks.openai)).toBe(others)
  })

  test('N5 is not a way to make the gateway ask a provider again and again', async () => {
    let time = Date.now()
    await using world = await startWorld({ now: () => time })
    const before = lists(world.mocks.vllm)
    await Promise.all(Array.from({ length: 30 }, (_, index) => world.ask(`vllm/no-${index}`)))
    for (let index = 0; index < 30; index++) await world.ask(`vllm/none-${index}`)
    expect(lists(world.mocks.vllm)).toBe(before + 1)
    time += 60_000
    await world.ask('vllm/nothing')
    expect(lists(world.mocks.vllm)).toBe(before + 2)
  })

  test('N5 tries every id at a provider that never gave a list', async () => {
    await using world = await startWorld({ lists: { openai: ['beta'], vllm: null } })
    expect((await world.ask('vllm/whatever')).served).toBe('vllm/whatever')
    expect((await world.ask('whatever')).status).toBe(404)
  })
})
