import { expect, test } from 'bun:test'
import { type GenericSchema, getDefault, safeParse } from 'valibot'
import { plugins } from '../plugins/index.ts'
import { gatewayEnv, gatewaySchema } from '../src/config/gateway.ts'
import { notesOf, shapeOf } from '../src/config/shape.ts'
import { spell } from '../src/config/spell.ts'
import type { EnvNames } from '../src/contract/settings.ts'

const template = await Bun.file(new URL('../.env.template', import.meta.url)).text()
const listed = [...template.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(match => match[1]!)

test('.env.template names every setting of the gateway and of its plugins', () => {
  const declared = [gatewayEnv, ...plugins.map(({ env }) => (typeof env === 'object' ? env : {}))].flatMap(
    env => Object.values(env as Record<string, readonly string[]>).map(names => names[0]!),
  )
  expect(declared.filter(name => !listed.includes(name))).toEqual([])
})

test('.env.template names a variable of every provider', () => {
  const vendors = plugins.filter(({ env }) => typeof env === 'function')
  expect(vendors.length).toBeGreaterThan(15)
  const missing = vendors.filter(({ reads }) => !listed.some(variable => reads?.(variable)))
  expect(missing.map(({ name }) => name)).toEqual([])
})

/** Every setting that a variable fills, by its variable. */
const settings = [
  { schema: gatewaySchema, env: gatewayEnv as EnvNames },
  ...plugins.flatMap(({ config, env }) =>
    config === undefined || typeof env !== 'object' ? [] : [{ schema: config, env }],
  ),
].flatMap(({ schema, env }) => {
  const shape = shapeOf(schema)
  if (shape.kind !== 'object') return []
  return Object.entries(env).map(([field, [name]]) => ({ name: name!, schema: shape.entries[field]! }))
})

test('.env.template says of each variable what its setting says', () => {
  const said = new Map(
    [...template.matchAll(/((?:^# .*\n)*)^([A-Z][A-Z0-9_]*)=/gm)].map(([, comment = '', name]) => [
      name,
      comment
        .replace(/^# ---.*\n/gm, '')
        .replaceAll(/^# /gm, '')
        .replaceAll('\n', ' ')
        .trim(),
    ]),
  )
  const meant = new Map(
    settings.map(({ name, schema }) => [name, notesOf(schema).about] as const).filter(([, about]) => about),
  )
  expect([...meant].map(([name]) => [name, said.get(name)])).toEqual([...meant])
  expect(settings.map(({ name }) => name).filter(name => !meant.has(name))).toEqual([])
})

test('.env.template shows the default of each setting, as one would write it', () => {
  const shown = new Map(
    [...template.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, text]) => [name, text]),
  )
  const read = (schema: GenericSchema, value: unknown) => {
    const result = safeParse(schema, value)
    return result.success ? spell(result.output, undefined) : undefined
  }
  const wrong = settings.filter(({ name, schema }) => {
    const preset = read(schema, getDefault(schema as never))
    const text = shown.get(name)
    return JSON.stringify(text ? read(schema, text) : undefined) !== JSON.stringify(preset)
  })
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('.env.template names nothing twice', () => {
  expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([])
})
