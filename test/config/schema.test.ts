import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { plugins } from '../../plugins/index.ts'
import { createFileSchema } from '../../src/config/file-schema.ts'
import { runInTurn } from '../process/in-turn.ts'
import { createFolder, root } from './kit.ts'

type Json = Readonly<Record<string, unknown>>
const schema = createFileSchema(plugins) as Json
const properties = schema.properties as Readonly<Record<string, Json>>

describe('the JSON Schema of the config file', () => {
  test('is what "modelway schema" prints, and what src/config/modelway.schema.json holds', async () => {
    using folder = createFolder()
    const { code, out } = await runInTurn(['schema'], { cwd: folder.path })
    expect([code, JSON.parse(out)]).toEqual([0, schema])
    const kept = await Bun.file(join(root, 'src/config/modelway.schema.json')).text()
    expect(
      kept === out ? 'current' : 'old: run "bun run modelway schema > src/config/modelway.schema.json"',
    ).toBe('current')
  })

  test('is printed also for a config file with mistakes, and with the plugins that it names', async () => {
    using folder = createFolder()
    folder.write('modelway.yaml', 'prot: 1')
    expect(await runInTurn(['schema'], { cwd: folder.path })).toMatchObject({ code: 0, err: '' })
    const url = join(root, 'node_modules/valibot')
    folder.write(
      'night-shift.ts',
      `import * as v from '${url}'
export default { name: 'night-shift', about: 'Closes at night.', config: v.object({ closesAt: v.optional(v.number(), 6) }), setup: () => ({}) }`,
    )
    folder.write('modelway.yaml', 'plugins: [./night-shift.ts]\nnight_shift: { closes_at: 7 }')
    const { out } = await runInTurn(['schema'], { cwd: folder.path })
    expect((JSON.parse(out) as { properties: Json }).properties.night_shift).toMatchObject({
      description: 'Closes at night.',
      properties: { closes_at: { default: 6 } },
    })
    expect((await runInTurn(['check'], { cwd: folder.path })).code).toBe(0)
  })

  test('has what its references lead to, also where settings of plugins contain themselves', async () => {
    using folder = createFolder()
    const valibot = join(root, 'node_modules/valibot')
    folder.write(
      'tree.ts',
      `import * as v from '${valibot}'
const leaf = v.object({ size: v.number(), under: v.optional(v.lazy(() => leaf)) })
const branch = v.object({ name: v.string(), under: v.array(v.lazy(() => branch)), leaf: v.lazy(() => leaf) })
export default { name: 'tree', about: 'Grows.', config: v.object({ root: v.optional(v.lazy(() => branch)), leaves: v.optional(v.array(v.lazy(() => leaf)), []) }), setup: () => ({}) }`,
    )
    folder.write('modelway.yaml', 'plugins: [./tree.ts]')
    const { out } = await runInTurn(['schema'], { cwd: folder.path })
    const json = JSON.parse(out) as { properties: { tree: { properties: Readonly<Record<string, Json>> } } }
    const at = (ref: string) =>
      ref
        .split('/')
        .slice(1)
        .reduce<unknown>((place, step) => (place as Json | undefined)?.[step], json)
    const refs = [...new Set([...out.matchAll(/"\$ref": "([^"]*)"/g)].map(([, ref]) => ref!))]
    expect(refs.length).toBeGreaterThan(3)
    expect(refs.filter(ref => at(ref) === undefined)).toEqual([])
    const { root: top, leaves } = json.properties.tree.properties
    const [branch] = top!.anyOf as [{ $ref: string }]
    expect(at(branch.$ref)).toMatchObject({ properties: { name: { type: 'string' } } })
    const [leaf] = (leaves!.items as { anyOf: [{ $ref: string }] }).anyOf
    expect(at(leaf.$ref)).toMatchObject({ properties: { size: { type: 'number' } } })
  })

  test('knows the gateway, every plugin with settings, providers and virtual models, and nothing else', () => {
    const sections = plugins.flatMap(({ name, config, file }) =>
      config === undefined ? [] : [file?.section ?? name.replaceAll('-', '_')],
    )
    for (const key of ['port', 'host', 'base_path', 'providers', 'virtual_models', ...sections])
      expect(Object.keys(properties)).toContain(key)
    expect(schema.additionalProperties).toBe(false)
    expect(properties.access).toMatchObject({ additionalProperties: false })
    expect(Object.keys((properties.access as { properties: Json }).properties)).toContain(
      'enabled_by_default',
    )
    expect(properties).not.toHaveProperty('config_file')
  })

  test('describes virtual models in the shape of the admin API, and providers with their types', () => {
    expect(properties.virtual_models).toMatchObject({
      type: 'array',
      items: { type: 'object', required: ['source'], additionalProperties: false },
    })
    const { additionalProperties } = properties.providers as { additionalProperties: Json }
    expect(JSON.stringify(additionalProperties)).toContain('"openai"')
    expect(JSON.stringify(additionalProperties)).toContain('"base_url"')
  })

  test('lets a variable stand wherever a value stands', () => {
    const walk = (json: Json, path: string): string[] => {
      const inner = [
        ...Object.entries((json.properties ?? {}) as Readonly<Record<string, Json>>),
        ...(json.items ? [['[]', json.items as Json] as const] : []),
        ...(typeof json.additionalProperties === 'object'
          ? [['*', json.additionalProperties as Json] as const]
          : []),
        ...((json.anyOf ?? []) as Json[])
          .filter(option => option.type === 'object' || option.properties)
          .map(option => ['|', option] as const),
      ]
      if (inner.length > 0) return inner.flatMap(([key, value]) => walk(value, `${path}.${key}`))
      const text = JSON.stringify(json)
      return /"type":"string"/.test(text) || /definitions\/variable/.test(text) || json.type === 'object'
        ? []
        : [path]
    }
    expect(walk({ properties }, '').filter(path => !path.endsWith('.type'))).toEqual([])
  })
})
