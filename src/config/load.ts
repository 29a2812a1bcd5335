import { readText, stampOf } from '../base/runtime.ts'
import type { Setting } from '../contract/inventory.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { Stored } from '../contract/restating.ts'
import { ConfigError } from '../errors.ts'
import type { Awaitable } from '../types.ts'
import { findChangeables } from './changeable.ts'
import { type ConfigFile, type Configuration, readConfiguration, type Sources } from './configuration.ts'
import { type Environment, readEnvironment } from './environment.ts'
import type { GatewaySettings } from './gateway.ts'
import { MAX_FILE } from './limits.ts'
import { oddVariables, ownVariables, readsVariable } from './odd-variables.ts'
import { ignoredProxies, proxyProblems } from './proxies.ts'
import { readSecretFiles } from './secret-files.ts'
import { referencesIn } from './substitute.ts'
import { survey } from './survey.ts'

/** Read where no other file is named. */
const DEFAULT_FILE = 'modelway.yaml'

export interface LoadOptions {
  readonly ours: readonly Plugin[]
  readonly loadStrangers: (specs: readonly string[]) => Promise<readonly Plugin[]>
  /** The gateway's own settings of the command line, by field. */
  readonly flags?: Readonly<Record<string, string>>
  /** For tests; otherwise the environment of the process. */
  readonly environment?: Environment
}

/** All settings, and what can be told of them. */
export interface Configured extends Configuration {
  /** Every setting, as it is where the gateway has these of its own. Takes a while, so it waits until somebody asks. */
  survey(settings: GatewaySettings): readonly Setting[]
}

export interface Loaded extends Configured {
  readonly plugins: readonly Plugin[]
  /** Plugins that the operator has brought, by name, as the operator calls them: `./my-plugin.ts`. */
  readonly brought: ReadonlyMap<string, string>
  /** With the contents of `NAME_FILE` in the place of `NAME`. */
  readonly environment: Environment
  /** Variables that look like a slip of the pen, or do not do what they say, each in a sentence. Takes a while, so a gateway starts first. */
  odd(): readonly string[]
  /** The same with what operators have stored, which holds where nobody declares anything. @throws ConfigError */
  over(stored: Stored): Configured
}

/** Where the config file is, and whether it may be missing. */
function whereIsFile(
  environment: Environment,
  flags: Readonly<Record<string, string>> = {},
): { readonly path: string; readonly isNamed: boolean } {
  const named = flags.configFile ?? environment.CONFIG_FILE?.trim()
  return { path: named ?? DEFAULT_FILE, isNamed: named !== undefined }
}

/**
 * Reads the config file, the environment and the command line, and loads the plugins that they name.
 *
 * @throws ConfigError with every mistake that could be found.
 */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { ours, loadStrangers, flags = {}, environment: given = readEnvironment() } = options
  const problems = [...proxyProblems(given)]
  const { file, references } = await readFile(given, flags)
  const isEarly = (name: string) => ownVariables.has(name) || references.has(name)
  const own = await readSecretFiles(given, isEarly, problems)
  const plugins = [...ours]
  const brought = new Map<string, string>()
  // Which plugins there are must be known before anything else can be judged.
  for (const spec of pluginsOf({ environment: own, file, flags })) {
    const loaded = await attempt(() => loadStrangers([spec]), problems)
    plugins.push(...(loaded ?? []))
    for (const { name } of loaded ?? []) brought.set(name, spec)
  }
  const isTheirs = (name: string) => plugins.some(plugin => readsVariable(plugin, name)) && !isEarly(name)
  const environment = (await attempt(() => readSecretFiles(own, isTheirs, problems), problems)) ?? own
  const changeables = (await attempt(() => findChangeables(plugins, brought), problems)) ?? new Map()
  const over = (stored: Stored): Configured => {
    const sources = { plugins, environment, changeables, stored, file, flags }
    const found = readConfiguration(sources)
    const told = { ...found, configured: found.settings, sources, given, brought }
    return { ...found, survey: settings => survey(told, settings) }
  }
  const found = await attempt(() => over({}), problems)
  if (found === undefined || problems.length > 0) throw new ConfigError(problems)
  return {
    ...found,
    over,
    plugins,
    brought,
    environment,
    odd: () => whatIsOdd(environment, plugins),
  }
}

/** A plugin that cannot say what it reads is odd, too; by then the gateway listens. */
function whatIsOdd(environment: Environment, plugins: readonly Plugin[]): readonly string[] {
  try {
    return [...ignoredProxies(environment), ...oddVariables(environment, plugins)]
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

/** Goes on after a mistake, so that the others are found as well. */
async function attempt<T>(run: () => Awaitable<T>, problems: string[]): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

async function readFile(
  environment: Environment,
  flags: Readonly<Record<string, string>>,
): Promise<{ readonly file?: ConfigFile; readonly references: ReadonlySet<string> }> {
  const { path, isNamed } = whereIsFile(environment, flags)
  if (!isNamed && (await stampOf(path)) === undefined) return { references: new Set() }
  let text: string
  try {
    text = await readText(path, MAX_FILE)
  } catch (cause) {
    throw new ConfigError(`${path}:1:1: Cannot read the config file: ${(cause as Error).message}`, { cause })
  }
  // Most gateways have no such file, and the parser is not small.
  const { parseTree } = await import('./tree.ts')
  return { file: { name: path, tree: parseTree(text, path) }, references: new Set(referencesIn(text)) }
}

/** The setting `plugins` alone; whatever else is wrong is found when everything is judged. */
function pluginsOf({
  environment,
  file,
  flags = {},
}: Omit<Sources, 'plugins' | 'changeables'>): readonly string[] {
  const entry = file?.tree.kind === 'map' ? file.tree.entries.get('plugins') : undefined
  const kept = Object.entries(environment).filter(([name]) => name === 'PLUGINS' || !ownVariables.has(name))
  const own: ConfigFile | undefined = file &&
    entry && { name: file.name, tree: { kind: 'map', at: entry.at, entries: new Map([['plugins', entry]]) } }
  try {
    return readConfiguration({
      plugins: [],
      changeables: new Map(),
      environment: Object.fromEntries(kept),
      file: own,
      flags: flags.plugins === undefined ? {} : { plugins: flags.plugins },
    }).settings.plugins
  } catch (error) {
    if (error instanceof ConfigError) return []
    throw error
  }
}
