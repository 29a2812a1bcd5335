import { expect, test } from 'bun:test'
import { plugins } from '../plugins/index.ts'
import { gatewayEnv } from '../src/config.ts'

const template = await Bun.file(new URL('../.env.template', import.meta.url)).text()
const listed = [...template.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(match => match[1]!)

test('.env.template names every setting of the gateway and of its plugins', () => {
  const declared = [gatewayEnv, ...plugins.map(({ env }) => (typeof env === 'object' ? env : {}))].flatMap(
    env => Object.values(env as Record<string, readonly string[]>).map(names => names[0]!),
  )
  expect(declared.filter(name => !listed.includes(name))).toEqual([])
})

test('.env.template names a variable of every provider', () => {
  const vendors = plugins.filter(({ env }) => typeof env === 'function').map(({ name }) => name.toUpperCase())
  expect(vendors.length).toBeGreaterThan(15)
  expect(vendors.filter(vendor => !listed.some(name => name.startsWith(`${vendor}_`)))).toEqual([])
})

test('.env.template names nothing twice', () => {
  expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([])
})
