import type { Parts } from '../contract/plugin.ts'
import type { Provider, ProviderType } from '../contract/provider.ts'
import { ConfigError } from '../errors.ts'

type AllParts = ReadonlyMap<string, Parts>

/** All providers of a house: those that its plugins brought at the start, and those that operators store and change. */
export interface Providers {
  readonly all: () => ReadonlyMap<string, Provider>
  readonly types: readonly ProviderType[]
  /** What a plugin stores from now on, in the place of what it stored before. The next call sees it. */
  store(plugin: string, providers: readonly Provider[]): void
  /** Which plugin stores this one. */
  ownerOf(provider: object): string | undefined
  /** Only what is stored leads there: an operator typed it, and no configuration says so. */
  isOnlyStored(origin: string): boolean
}

export function createProviders(parts: AllParts): Providers {
  const declared = declaredIn(parts)
  const configured = new Set(declared.values().flatMap(originsOf))
  const stored = new Map<string, readonly Provider[]>()
  const owners = new WeakMap<object, string>()
  let all = merged()

  /** Who only stands in leaves when a stored one comes, and its name with it. */
  function isTaken(name: string): boolean {
    const other = declared.get(name)
    return other !== undefined && other.standIn !== true
  }

  /** The configuration wins over what is stored, and a plugin over those behind it. */
  function merged(): ReadonlyMap<string, Provider> {
    const extra = new Map<string, Provider>()
    for (const provider of [...stored.values()].flat())
      if (!isTaken(provider.name) && !extra.has(provider.name)) extra.set(provider.name, provider)
    return withoutStandIns(inOrder(parts, [...extra.values()]))
  }

  return {
    all: () => all,
    types: [...parts.values()].flatMap(({ providerTypes = [] }) => providerTypes),
    store(plugin, providers) {
      for (const provider of providers) owners.set(provider, plugin)
      stored.set(plugin, providers)
      all = merged()
    },
    ownerOf: provider => owners.get(provider),
    isOnlyStored: origin =>
      !configured.has(origin) && [...stored.values()].flat().some(each => originsOf(each).includes(origin)),
  }
}

/** Where the calls of a provider go. */
export const originsOf = ({ baseUrl, origins = [] }: Provider): readonly string[] =>
  baseUrl === undefined ? origins : [new URL(baseUrl).origin, ...origins]

/** A bare id goes to the first who lists it, so what is stored stands behind what is declared of the same type. */
const inOrder = (parts: AllParts, stored: readonly Provider[]): readonly Provider[] => {
  const placed = [...parts.values()].flatMap(({ providers = [], providerTypes = [] }) => [
    ...providers,
    ...stored.filter(({ type }) => providerTypes.some(({ name }) => name === type)),
  ])
  return [...placed, ...stored.filter(provider => !placed.includes(provider))]
}

/** Who only stands in is there as long as nobody else is. */
function withoutStandIns(found: readonly Provider[]): ReadonlyMap<string, Provider> {
  const alone = found.every(({ standIn }) => standIn)
  return new Map(found.flatMap(each => (each.standIn && !alone ? [] : [[each.name, each] as const])))
}

function declaredIn(parts: AllParts): ReadonlyMap<string, Provider> {
  const owners = new Map<string, string>()
  const found = new Map<string, Provider>()
  for (const [plugin, { providers = [] }] of parts)
    for (const provider of providers) {
      const before = owners.get(provider.name)
      if (before !== undefined) {
        throw new ConfigError(
          `Two providers are named "${provider.name}": plugin "${before}" has one, plugin "${plugin}" brings another`,
        )
      }
      owners.set(provider.name, plugin)
      found.set(provider.name, provider)
    }
  return found
}
