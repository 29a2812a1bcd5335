import { type Environment, pick } from '../src/config/environment.ts'
import type { Plugin } from '../src/contract/plugin.ts'

/** The raw settings of every plugin, out of the variables that it declares. `assemble` validates them. */
export function readPluginSettings(
  plugins: readonly Plugin[],
  environment: Environment,
): Record<string, unknown> {
  return Object.fromEntries(
    plugins.map(({ name, env }) => [
      name,
      typeof env === 'function' ? env(environment) : pick(environment, env ?? {}),
    ]),
  )
}
