import type { Origin } from '../contract/inventory.ts'
import type { Plugin } from '../contract/plugin.ts'
import { locate } from './bind.ts'
import type { Sources } from './configuration.ts'
import type { Environment } from './environment.ts'
import { type GatewaySettings, gatewayEnv } from './gateway.ts'
import type { Place } from './place.ts'
import { nameOf } from './section-names.ts'
import type { Part, Sections } from './sections.ts'
import { toKebab, toSnake } from './shape.ts'
import { referencesIn } from './substitute.ts'
import type { Tree } from './tree.ts'

/** What is known of who said what. */
export interface Known {
  readonly sources: Sources
  readonly sections: Sections
  /** As it was given: without the contents of `NAME_FILE` in the place of `NAME`. */
  readonly given: Environment
}

const DEFAULT: Origin = { kind: 'default' }

/** Where nobody has declared it: an operator has stored it, or nobody says anything. */
const undeclared = ({ sources: { stored = {} } }: Known, name: string): Origin =>
  Object.hasOwn(stored, name) ? { kind: 'dashboard' } : DEFAULT

/** Of a variable, as it is or by way of a file. */
function fromVariable({ given }: Known, name: string): Origin {
  const file = given[name] === undefined ? given[`${name}_FILE`] : undefined
  return { kind: 'variable', name, ...(file !== undefined && { file }) }
}

const fromFile = ({ sources }: Known, at: Place, tree: Tree): Origin => ({
  kind: 'file',
  file: sources.file?.name ?? '',
  line: at.line,
  variables: [...new Set(referencesOf(tree))],
})

function referencesOf(tree: Tree): readonly string[] {
  if (tree.kind === 'list') return tree.items.flatMap(referencesOf)
  if (tree.kind === 'map') return [...tree.entries.values()].flatMap(({ tree }) => referencesOf(tree))
  return typeof tree.value === 'string' ? referencesIn(tree.value) : []
}

/** Of one of the gateway's own settings: flags win over variables, and these over the file. */
export function ownOrigin(
  known: Known,
  field: keyof typeof gatewayEnv,
  { configFile }: Pick<GatewaySettings, 'configFile'>,
): Origin {
  const { flags = {}, environment } = known.sources
  const variable = gatewayEnv[field].find(name => environment[name] !== undefined)
  // A reload names the file that was there before as if a flag had named it.
  if (field === 'configFile' && variable !== undefined && environment[variable]?.trim() === configFile)
    return fromVariable(known, variable)
  if (field in flags)
    return { kind: 'flag', name: field === 'configFile' ? '--config' : `--${toKebab(field)}` }
  if (variable !== undefined) return fromVariable(known, variable)
  const entry = known.sections.own.get(field)
  return entry === undefined || isNothing(entry.tree)
    ? undeclared(known, toSnake(field))
    : fromFile(known, entry.at, entry.tree)
}

/** Of a plugin's setting, by its path in the schema's own names. */
export function pluginOrigin(known: Known, plugin: Plugin, path: readonly string[]): Origin {
  const { environment } = known.sources
  const { env } = plugin
  const [field] = path
  if (typeof env === 'function') return said(known, plugin, path) ?? inPart(known, plugin, path) ?? DEFAULT
  const names = env?.[field!] ?? []
  const variable = names.find(name => environment[name] !== undefined)
  if (variable !== undefined) return fromVariable(known, variable)
  return inPart(known, plugin, path) ?? elsewhere(known, names) ?? undeclared(known, nameOf(plugin, field!))
}

/** A vendor notes which variable said what; of another function one can only know what it has read. */
function said(known: Known, plugin: Plugin, path: readonly string[]): Origin | undefined {
  const { environment } = known.sources
  if (typeof plugin.env !== 'function') return undefined
  const told = (plugin.env(environment) ?? {}) as Readonly<Record<string, unknown>>
  if (dig(told, path) === undefined) return undefined
  const [, ...rest] = path
  const noted = rest.length === 0 ? undefined : dig(told.variables, rest)
  if (typeof noted === 'string') return fromVariable(known, noted)
  const read = Object.keys(environment).filter(name => doesRead(plugin, name))
  return read.length === 1
    ? fromVariable(known, read[0]!)
    : { kind: 'variable', name: read.join(', ') || 'the environment' }
}

/** A plugin that cannot tell reads nothing. */
export function doesRead({ reads }: Plugin, variable: string): boolean {
  try {
    return reads?.(variable) === true
  } catch {
    return false
  }
}

const dig = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Readonly<Record<string, unknown>>)[step]
        : undefined,
    value,
  )

function inPart(known: Known, { name }: Plugin, path: readonly string[]): Origin | undefined {
  const part = known.sections.parts.get(name)
  return part && placed(known, part, path)
}

function placed(known: Known, { tree, field }: Part, path: readonly string[]): Origin | undefined {
  if (field !== undefined && field !== path[0]) return undefined
  const rest = field === undefined ? path : path.slice(1)
  const found = locate(tree, rest)
  if (!found.isExact || isNothing(found.tree)) return undefined
  // The line of the key, not of what may begin below it.
  const { tree: above } = locate(tree, rest.slice(0, -1))
  const key = above.kind === 'map' ? above.entries.get(String(found.steps.at(-1))) : undefined
  return fromFile(known, key?.at ?? found.tree.at, found.tree)
}

/** What another plugin's section says of the same variable. */
function elsewhere(known: Known, names: readonly string[]): Origin | undefined {
  for (const { name, env } of known.sources.plugins) {
    const part = known.sections.parts.get(name)
    if (part === undefined || typeof env !== 'object') continue
    const field = Object.keys(env).find(field => env[field]!.some(variable => names.includes(variable)))
    const origin = field === undefined ? undefined : placed(known, part, [field])
    if (origin !== undefined) return origin
  }
  return undefined
}

/** A key without a value says nothing. */
const isNothing = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null
