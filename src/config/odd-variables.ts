import { distance } from 'fastest-levenshtein'
import type { Plugin } from '../contract/plugin.ts'
import { faultless } from '../fault.ts'
import type { Environment } from './environment.ts'
import { gatewayEnv } from './gateway.ts'

export const ownVariables: ReadonlySet<string> = new Set(Object.values(gatewayEnv).flat())

/** @throws ConfigError where the plugin cannot tell. */
export const readsVariable = ({ name, env, reads }: Plugin, variable: string): boolean =>
  typeof env === 'object'
    ? Object.values(env).some(names => names.includes(variable))
    : reads !== undefined && faultless(name, 'reads', () => reads(variable))

/**
 * Variables that nobody reads, and that look like a slip of the pen. They may belong to another program, so they stop
 * nothing; but a master key that is misspelt is none.
 */
export function oddVariables(environment: Environment, plugins: readonly Plugin[]): readonly string[] {
  const known = [...ownVariables, ...plugins.flatMap(namesOf)]
  const isRead = (name: string) =>
    ownVariables.has(name) || plugins.some(plugin => readsVariable(plugin, name))
  return Object.keys(environment)
    .filter(name => !isRead(name) && !isRead(name.replace(/_FILE$/, '')))
    .flatMap(name => {
      const meant =
        otherNames(name).find(other => known.includes(other)) ??
        known.find(candidate => isSlipOf(name, candidate))
      if (meant !== undefined) return [`Nobody reads ${name}. Did you mean ${meant}?`]
      return name.startsWith('MODELWAY_') ? [`Nobody reads ${name}`] : []
    })
    .sort()
}

/** Names of a provider's own instance; those of others follow them. */
const namesOf = ({ env, file }: Plugin): readonly string[] => {
  if (typeof env === 'object') return Object.values(env).flat()
  const type = file?.type?.toUpperCase().replaceAll('-', '_')
  return type === undefined ? [] : ['API_KEY', 'BASE_URL', 'MODELS'].map(field => `${type}_${field}`)
}

/** What others call the same. */
const endings: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/_(?:API_TOKEN|TOKEN|KEY)$/, '_API_KEY'],
  [/_(?:API_BASE|API_URL|ENDPOINT|URL)$/, '_BASE_URL'],
]
const PREFIX = 'MODELWAY_'
const otherNames = (name: string): readonly string[] => [
  ...endings.filter(([theirs]) => theirs.test(name)).map(([theirs, ours]) => name.replace(theirs, ours)),
  name.startsWith(PREFIX) ? name.slice(PREFIX.length) : PREFIX + name,
]

/** Short names are near to many. */
const SHORTEST = 6
const LONG = 12

const isSlipOf = (name: string, known: string): boolean =>
  name.length >= SHORTEST &&
  // Nearly all are too different in length already; the gateway starts with this.
  Math.abs(name.length - known.length) <= 2 &&
  distance(name.toUpperCase(), known) <= (name.length >= LONG ? 2 : 1)
