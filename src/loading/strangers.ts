import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reasonOf } from '../base/describe.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Plugin } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'
import { placeOf } from '../fault.ts'
import { PATIENCE, within } from './blaming.ts'
import type { Contract } from './contract.ts'
import { checkPlugin } from './plugin-shape.ts'

/**
 * Loads the plugins that `PLUGINS` names: files (`./my-plugin.ts`) or packages, as seen from `cwd`. One clear line when
 * one is no plugin. What they import by the names of `contract` is ours: the same modules, never a second copy.
 */
export function createStrangers(cwd: string, contract: Contract = {}) {
  let opened: Promise<void> | undefined
  return async (specs: readonly string[]): Promise<readonly Plugin[]> => {
    const plugins: Plugin[] = []
    if (specs.length > 0) {
      opened ??= open(contract)
      await opened
    }
    for (const spec of specs) plugins.push(await load(spec, cwd))
    return plugins
  }
}

/** From here on these names lead to our modules, for every file that is not loaded yet. */
async function open(contract: Contract): Promise<void> {
  const modules = await Promise.all(
    Object.entries(contract).map(async ([name, load]) => [name, { ...(await load()) }] as const),
  )
  await Bun.plugin({
    name: 'modelway',
    setup(build) {
      for (const [name, exports] of modules) build.module(name, () => ({ exports, loader: 'object' }))
    },
  })
}

async function load(spec: string, cwd: string): Promise<Plugin> {
  const isFile = /^[./]/.test(spec)
  const file = find(spec, isFile, cwd)
  const { default: plugin } = await read(spec, file)
  if (!isPlugin(plugin)) {
    throw new ConfigError(
      `Cannot use plugin "${spec}": its default export must be definePlugin({ name, about, setup })`,
    )
  }
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(plugin.name)) {
    throw new ConfigError(`Cannot use plugin "${spec}": its name "${plugin.name}" must be kebab-case`)
  }
  if (isFile && nameOf(spec) !== plugin.name) {
    throw new ConfigError(
      `Cannot use plugin "${spec}": it is named "${plugin.name}", but its file is named "${nameOf(spec)}"`,
    )
  }
  checkPlugin(spec, plugin)
  return withMigrations(plugin, spec, dirname(file))
}

function find(spec: string, isFile: boolean, cwd: string): string {
  try {
    return isFile ? resolve(cwd, spec) : Bun.resolveSync(spec, cwd)
  } catch {
    throw new ConfigError(
      `Cannot find plugin "${spec}": install it with "bun add ${spec}", or write a file as "./${spec}"`,
    )
  }
}

async function read(spec: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await within(
      PATIENCE,
      () => import(file),
      time => `Plugin "${spec}" did not load within ${time}`,
    )
  } catch (error) {
    if (error instanceof ConfigError) throw error
    // Of several mistakes in one file, the first.
    const cause = error instanceof AggregateError ? error.errors[0] : error
    if (isMissing(cause, file)) throw new ConfigError(`Cannot find plugin "${spec}": ${whatIsThere(file)}`)
    throw new ConfigError(`Cannot load plugin "${spec}": ${reasonOf(cause)}${placeOf(cause)}`, { cause })
  }
}

/** It is the plugin itself that is not there, and not something that it imports. */
const isMissing = (cause: unknown, file: string): boolean =>
  (cause as { readonly specifier?: unknown } | undefined)?.specifier === file

/** What is in the place of a plugin that is not there. */
function whatIsThere(file: string): string {
  if (existsSync(file)) return `there is no index.ts in "${file}"`
  const beside = existsSync(dirname(file)) ? readdirSync(dirname(file)) : []
  return `there is no file "${file}"${didYouMean(basename(file), beside)}`
}

function nameOf(spec: string): string {
  const name = basename(spec).replace(/\.[mc]?[jt]sx?$/, '')
  return name === 'index' ? basename(dirname(resolve(spec))) : name
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { name, setup } = value as Partial<Plugin>
  return typeof name === 'string' && typeof setup === 'function'
}

/** The plugin with the folder of its migrations where it is: beside the plugin's file, whoever starts the gateway where. */
function withMigrations(plugin: Plugin, spec: string, home: string): Plugin {
  const { migrations } = plugin
  if (migrations === undefined) return plugin
  const folder = migrations.startsWith('file:') ? fileURLToPath(migrations) : resolve(home, migrations)
  if (!existsSync(join(folder, 'meta/_journal.json'))) {
    throw new ConfigError(
      `Cannot use plugin "${spec}": there are no migrations in "${folder}": make them with "drizzle-kit generate"`,
    )
  }
  return Object.create(plugin, { migrations: { value: folder, enumerable: true } }) as Plugin
}
