import type { EnvNames } from '../contract/settings.ts'

export type Environment = Readonly<Record<string, string>>

/** The environment as it was at the start, without empty values: `PORT=` means "not set". The only reader of it. */
export function readEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => (entry[1] ?? '').trim() !== ''),
  )
}

/** Proxies, and certificates that need not be valid: what the runtime's `fetch` reads itself, and nobody else knows. */
const onlyFetchKnows = /^(?:(?:https?|all)_proxy|NODE_TLS_REJECT_UNAUTHORIZED)$/i

/** How calls leave is set by variables of the runtime. */
export const isSetByRuntime = (): boolean =>
  Object.keys(readEnvironment()).some(name => onlyFetchKnows.test(name))

/** The values of the variables that are set, by the fields that they fill. */
export function pick(environment: Environment, names: EnvNames): Record<string, string> {
  const found = Object.entries(names).flatMap(([field, variables]) => {
    const value = variables.map(name => environment[name]).find(value => value !== undefined)
    return value === undefined ? [] : [[field, value] as const]
  })
  return Object.fromEntries(found)
}
