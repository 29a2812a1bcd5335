import { basename, dirname, resolve } from 'node:path'
import { ConfigError } from './errors.ts'
import type { Plugin } from './plugin.ts'

/** Loads the plugins that `PLUGINS` names: files (`./my-plugin.ts`) or packages. One clear line when one is no plugin. */
export async function loadStrangers(specs: readonly string[], cwd: string): Promise<Plugin[]> {
  const plugins: Plugin[] = []
  for (const spec of specs) plugins.push(await load(spec, cwd))
  return plugins
}

async function load(spec: string, cwd: string): Promise<Plugin> {
  const isFile = /^[./]/.test(spec)
  const module: { default?: unknown } = await import(find(spec, isFile, cwd)).catch((cause: Error) => {
    throw new ConfigError(`Cannot load plugin "${spec}": ${cause.message.split('\n')[0]}`, { cause })
  })
  const plugin = module.default
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
  return plugin
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

function nameOf(spec: string): string {
  const name = basename(spec).replace(/\.[mc]?[jt]sx?$/, '')
  return name === 'index' ? basename(dirname(resolve(spec))) : name
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { name, about, setup } = value as Partial<Plugin>
  return typeof name === 'string' && typeof about === 'string' && typeof setup === 'function'
}
