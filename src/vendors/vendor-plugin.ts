import * as v from 'valibot'
import { keyedHash, randomToken } from '../base/runtime.ts'
import { definePlugin, type Host, type Plugin } from '../contract/plugin.ts'
import type { Provider, ProviderType } from '../contract/provider.ts'
import type { Awaitable } from '../types.ts'
import {
  allComplete,
  discoverInstances,
  isRead,
  type Settings,
  settingsOf,
  settingsSchema,
  type Vendor,
  variablesOf,
  whatIsMissing,
} from './instances.ts'

/** What a vendor is to people, and to other gateways. */
export interface Introduced {
  /** One sentence; shown by the dashboard and in the README. */
  readonly about: string
  /** Other names that other gateways have for it, in kebab-case. */
  readonly knownAs?: readonly string[]
}

/** One configured instance of a vendor. */
export interface Instance<F extends string = never> {
  readonly name: string
  readonly settings: Settings<F>
  readonly host: Pick<Host, 'fetch' | 'now'>
}

/**
 * The plugin of a vendor: finds its instances in the environment and in the config file, and makes a provider of each.
 * Each `<ENV>_API_KEY`, `<ENV>_BASE_URL` and `<ENV>_MODELS` (with commas) belongs to the instance named like the type,
 * each `<ENV>_<SUFFIX>_API_KEY` … to `type-suffix`.
 */
export function vendorPlugin<F extends string>(
  declared: Vendor<F> & Introduced,
  createProvider: (instance: Instance<F>) => Awaitable<Provider>,
): Plugin {
  const { name: type, about, knownAs } = declared
  const make = async (instance: Instance<F>): Promise<Provider> => ({
    ...(await createProvider(instance)),
    fingerprint: fingerprintOf(type, instance.settings),
  })
  const instance = v.pipe(v.string(), v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected a name in kebab-case'))
  return definePlugin({
    name: type,
    about,
    config: v.object({
      instances: v.optional(v.pipe(v.record(instance, settingsSchema(declared)), allComplete(declared)), {}),
      /** Names, for people who ask where a provider comes from. */
      variables: v.optional(v.record(v.string(), v.record(v.string(), v.string())), {}),
    }),
    env(environment) {
      const instances = discoverInstances(declared, environment)
      return Object.keys(instances).length === 0
        ? { instances }
        : { instances, variables: variablesOf(declared, environment) }
    },
    reads: variable => isRead(declared, variable),
    file: { section: 'providers', field: 'instances', type, ...(knownAs && { knownAs }) },
    async setup({ config, fetch, now, site }) {
      const made = Object.entries(config.instances).map(async ([name, settings]) => {
        const provider = await make({ name, settings, host: { fetch, now } })
        const configuredBy = sourcesOf(settings, config.variables[name] ?? {}, () => site.configFile)
        return Object.freeze({ ...provider, configuredBy })
      })
      return { providers: await Promise.all(made), providerTypes: [toType(declared, make)] }
    },
  })
}

/** What the plugin knows of its instances, for one that an operator adds while the gateway runs. */
function toType<F extends string>(
  declared: Vendor<F> & Introduced,
  createProvider: (instance: Instance<F>) => Awaitable<Provider>,
): ProviderType {
  const { name, about, baseUrl, path, fields, typed } = declared
  const own = { ...fields, ...typed } as typeof fields
  return {
    name,
    about,
    ...(baseUrl !== undefined && { baseUrl }),
    settings: settingsOf({ ...(path && { path }), ...(own && { fields: own }) }),
    missing: (settings, nameOf) => whatIsMissing(declared)(settings as Settings<F>, nameOf),
    create: (name, settings, host) => createProvider({ name, settings: settings as Settings<F>, host }),
  }
}

/** Made with a secret of this process: whoever reads it cannot try out keys. */
const fingerprintOf = (type: string, settings: Readonly<Record<string, unknown>>): string =>
  keyedHash(FINGERPRINTS, JSON.stringify([type, Object.entries(settings).sort()]))
const FINGERPRINTS = randomToken(16)

/** What no variable says stands in the config file. */
function sourcesOf(
  settings: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, string>>,
  configFile: () => string | undefined,
): readonly string[] {
  const said = Object.keys(settings).filter(field => settings[field] !== undefined)
  const names = [...new Set(Object.values(variables))].sort()
  return said.every(field => field in variables) ? names : [...names, configFile() ?? 'the config file']
}
