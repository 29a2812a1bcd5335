import { pathsOf } from '../contract/dialect.ts'
import { entranceOf } from '../contract/page.ts'
import type { Parts } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'

interface Address {
  readonly method: string
  readonly path: string
}

interface Taken extends Address {
  readonly owner: string
}

/** What the door answers by itself. */
const OWN: readonly Address[] = ['/swagger', '/swagger/json'].map(path => ({ method: 'GET', path }))

/**
 * Nobody takes an address from somebody else: the door would let the last one have it, and say nothing.
 *
 * @throws ConfigError naming both plugins and the address.
 */
export function checkAddresses(parts: ReadonlyMap<string, Parts>): void {
  const taken = new Map<string, Taken>()
  const all = [
    ...OWN.map((address): Taken => ({ ...address, owner: 'the gateway itself' })),
    ...[...parts].flatMap(([plugin, part]) =>
      addressesOf(part).map((address): Taken => ({ ...address, owner: `plugin "${plugin}"` })),
    ),
  ]
  for (const address of all) {
    const { method, path, owner } = address
    const place = `${method} ${patternOf(path)}`
    const before = taken.get(place)
    if (before !== undefined) {
      throw new ConfigError(
        `Cannot give ${method} ${path} to ${owner}: ${before.owner} answers it already${as(before, path)}`,
      )
    }
    taken.set(place, address)
  }
  checkSegments(all)
}

function addressesOf({ dialects = [], passages = [], api = [], pages = [] }: Parts): Address[] {
  return [
    ...dialects.flatMap(dialect =>
      Object.keys(dialect.said?.endings ?? { '': {} }).flatMap(ending =>
        pathsOf(dialect).map(path => ({ method: 'POST', path: path + ending })),
      ),
    ),
    ...passages.flatMap(({ methods, path }) => methods.map(method => ({ method, path }))),
    ...api.map(({ method, path }) => ({ method, path })),
    ...pages.flatMap(page => {
      const { parts = {}, actions = {} } = page
      const path = entranceOf(page).at + page.path
      return [
        { method: 'GET', path },
        ...Object.keys(parts).map(name => ({ method: 'GET', path: `${path}/${name}` })),
        ...Object.keys(actions).map(name => ({ method: 'POST', path: `${path}/${name}` })),
      ]
    }),
  ]
}

/** Whatever a segment is called, it is the same address. */
const patternOf = (path: string): string => path.replace(/(?<=\/):\w+/g, ':').replace(/(?<=.)\/$/, '')

const as = (before: Address, path: string): string => (before.path === path ? '' : ` as ${before.path}`)

/** The door knows one name for a segment; with another one it would answer nothing at all. */
function checkSegments(all: readonly Taken[]): void {
  const named = new Map<string, Taken & { readonly name: string }>()
  for (const address of all) {
    const { method, path, owner } = address
    for (const { index, 0: name } of path.matchAll(/(?<=\/):\w+/g)) {
      const place = `${method} ${patternOf(path.slice(0, index))}/`
      const before = named.get(place) ?? { ...address, name }
      named.set(place, before)
      if (before.name === name) continue
      throw new ConfigError(
        `Cannot give ${method} ${path} to ${owner}: ${before.owner} has ${before.path}, so its "${name}" must be called "${before.name}"`,
      )
    }
  }
}
