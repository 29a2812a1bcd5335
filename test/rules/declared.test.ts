import { describe, expect, test } from 'bun:test'
import { ConfigError } from '../../src/errors.ts'
import { at, createFolder, each, failureOf, startWorld, type World } from './world.ts'

const declare = (...models: unknown[]) => ({ VIRTUAL_MODELS: JSON.stringify(models) })
const views = async (world: World) => each((await world.call('GET', '/admin/virtual-models')).body)
const viewOf = async (world: World, source: string) =>
  (await views(world)).find(view => at(view, 'source') === source)

describe('R11', () => {
  test('R11 serves and lists what VIRTUAL_MODELS declares, and marks it as managed', async () => {
    const closed = { source: 'vllm/beta', enabled: false }
    await using world = await startWorld({
      env: declare({ source: 'smart', target_model: 'vllm/alpha' }, closed),
    })
    expect((await world.ask('smart')).served).toBe('vllm/alpha')
    expect((await world.ask('vllm/beta')).status).toBe(403)
    expect(await world.list()).toEqual(['openai/beta', 'openai/gamma', 'smart', 'vllm/alpha'])
    await world.put({ source: 'stored', target_model: 'vllm/alpha' })
    const managed = (await views(world)).map(view => [at(view, 'source'), at(view, 'managed')])
    expect(managed).toEqual([
      ['smart', true],
      ['stored', false],
      ['vllm/beta', true],
    ])
  })

  test('R11 lets a declaration hide the stored row of the same source, and gives it back afterwards', async () => {
    using folder = createFolder()
    const served = async (env: Record<string, string>) => {
      await using world = await startWorld({ folder: folder.path, env })
      if ((await views(world)).length === 0) await world.put({ source: 'smart', target_model: 'vllm/alpha' })
      return [(await world.ask('smart')).served, at(await viewOf(world, 'smart'), 'managed')]
    }
    expect(await served({})).toEqual(['vllm/alpha', false])
    expect(await served(declare({ source: 'smart', target_model: 'openai/gamma' }))).toEqual([
      'openai/gamma',
      true,
    ])
    expect(await served({})).toEqual(['vllm/alpha', false])
  })

  test('R11 does not start with a redirect that has the selector of many models for a name', async () => {
    const { message } = await failureOf(() =>
      startWorld({ env: declare({ source: 'vllm/', target_model: 'openai/gamma' }) }),
    )
    expect(message).toContain('VIRTUAL_MODELS')
    expect(message).toContain('"vllm/" speaks of many models')
  })

  test('R11 refuses to change managed rows, and says where to edit them', async () => {
    await using world = await startWorld({ env: declare({ source: 'smart', target_model: 'vllm/alpha' }) })
    await world.put({ source: 'other', target_model: 'vllm/alpha' })
    const writes = [
      ['PUT', { source: 'smart', target_model: 'openai/gamma', force: true }],
      ['PUT', { source: 'smart', old_source: 'other', target_model: 'openai/gamma' }],
      ['PUT', { source: 'free', old_source: 'smart', target_model: 'openai/gamma' }],
      ['DELETE', { source: 'smart' }],
    ] as const
    for (const [method, body] of writes) {
      const reply = await world.call(method, '/admin/virtual-models', body)
      expect([body, reply.status]).toEqual([body, 409])
      expect(String(at(reply.body, 'error', 'message'))).toContain('VIRTUAL_MODELS: edit it there')
    }
    expect((await world.ask('smart')).served).toBe('vllm/alpha')
    expect((await views(world)).map(view => at(view, 'source'))).toEqual(['other', 'smart'])
  })

  test('R11 starts with a declared target that nobody offers at the moment', async () => {
    const gone = { source: 'gone', target_model: 'nobody/nothing' }
    await using world = await startWorld({ env: declare(gone, { source: 'vlm/', enabled: false }) })
    expect((await world.ask('gone')).status).toBe(404)
    expect(await viewOf(world, 'gone')).toMatchObject({ valid: false })
    expect((await world.ask('alpha')).served).toBe('vllm/alpha')
  })

  const fine = { source: 'fine', target_model: 'vllm/alpha' }
  const chain = (length: number) =>
    Array.from({ length }, (_, link) => ({ source: `c${link}`, target_model: `c${link + 1}` }))
  const bad: readonly (readonly [what: string, json: string, says: string])[] = [
    ['text that is no JSON', '[{"source":', 'not valid JSON'],
    ['text over two lines', '[\n{"source" 7}\n]', 'not valid JSON'],
    ['an object', JSON.stringify(fine), 'JSON array'],
    ['a number', '7', 'JSON array'],
    ['null', 'null', 'JSON array'],
    ['an entry that is no object', JSON.stringify([fine, 'vllm/alpha']), '[1]'],
    ['an entry that is null', '[null]', '[0]'],
    [
      'an entry without source',
      JSON.stringify([fine, { target_model: 'a' }]),
      '[1]: Field "source" is missing',
    ],
    ['a blank source', '[{"source":" ","target_model":"a"}]', '"source"'],
    ['a line break in a source', '[{"source":"a\\nb","target_model":"a"}]', '"source"'],
    ['a control character in a target', '[{"source":"a","target_model":"b\\u0000c"}]', '"target_model"'],
    ['what nobody sees in a source', '[{"source":"a\\u200bb","target_model":"a"}]', 'U+200B'],
    ['what nobody sees in a target', '[{"source":"a","targets":[{"model":"b\\u202e"}]}]', 'U+202E'],
    ['a reserved target', '[{"source":"a","target_model":"__proto__"}]', '"target_model"'],
    ['a mistyped field', JSON.stringify([{ source: 'a', target: 'b' }]), '"target" is not known'],
    ['an unknown strategy', JSON.stringify([{ ...fine, strategy: 'random' }]), '"strategy"'],
    [
      'a weight of nothing',
      JSON.stringify([{ source: 'a', targets: [{ model: 'b', weight: 0 }] }]),
      'weight',
    ],
    ['a malformed user path', JSON.stringify([{ ...fine, user_paths: ['/a/../b'] }]), 'user_paths'],
    ['an open policy without paths', '[{"source":"vllm/"}]', 'user_paths'],
    ['a redirect to itself', '[{"source":"a","target_model":"a"}]', 'itself'],
    ['a target twice', '[{"source":"a","targets":[{"model":"b"},{"model":"b"}]}]', 'twice'],
    ['a source twice', JSON.stringify([fine, fine]), '[1]: "fine" is declared twice'],
    [
      'a circle',
      JSON.stringify([...chain(2), { source: 'c2', target_model: 'c0' }]),
      '"c0" → "c1" → "c2" → "c0"',
    ],
    ['a chain of nine', JSON.stringify(chain(9)), 'longer than 8'],
  ]

  test.each(bad)('R11 stops the start with one clear line for %s', async (_, json, says) => {
    using folder = createFolder()
    const error = await failureOf(() => startWorld({ folder: folder.path, env: { VIRTUAL_MODELS: json } }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toStartWith('Cannot use VIRTUAL_MODELS')
    expect(error.message).toContain(says)
    expect(error.message).not.toMatch(/[\n\r]|undefined|\[object/)
  })

  test('R11 stops the start when a declaration closes a circle with stored rows', async () => {
    using folder = createFolder()
    {
      await using world = await startWorld({ folder: folder.path })
      await world.put({ source: 'stored', target_model: 'declared' })
    }
    const env = declare({ source: 'declared', target_model: 'stored' })
    const error = await failureOf(() => startWorld({ folder: folder.path, env }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toContain('"declared"')
    expect(error.message).toContain('"stored"')
  })
})
