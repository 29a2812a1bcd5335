import type { GenericSchema } from 'valibot'
import { gatewayEnv, gatewaySchema } from '../config.ts'
import { didYouMean } from '../nearest.ts'
import type { Plugin } from '../plugin.ts'
import { unknownKey } from './bind.ts'
import { tail } from './problem.ts'
import { shapeOf, toSnake } from './shape.ts'
import type { Entry, MapTree, Place, Tree } from './tree.ts'

/** What one plugin finds in the config file. */
export interface Part {
  /** How a person calls it: `access`, `virtual_models`, `providers`. */
  readonly section: string
  readonly tree: Tree
  /** The only field that the part is the value of; absent where it holds several. */
  readonly field?: string
}

export interface Sections {
  /** The gateway's own settings, by field. */
  readonly own: ReadonlyMap<string, Entry>
  readonly parts: ReadonlyMap<string, Part>
}

/** The gateway's own settings by their names in the file, which cannot say where it is itself. */
export const ownFields: ReadonlyMap<string, string> = new Map(
  Object.keys(gatewaySchema.entries)
    .filter(field => field !== 'configFile')
    .map(field => [toSnake(field), field]),
)

export const sectionOf = ({ name, file }: Plugin): string => file?.section ?? toSnake(name)

type Report = (at: Place, what: string) => void

/** Gives every top-level key of a config file to its owner, and reports those that nobody owns. */
export function divide(tree: Tree, plugins: readonly Plugin[], report: Report): Sections {
  const own = new Map<string, Entry>()
  const parts = new Map<string, Part>()
  if (tree.kind !== 'map') {
    const isEmpty = tree.kind === 'scalar' && tree.value === null
    if (!isEmpty) report(tree.at, 'Expected settings: lines such as "port: 8080"')
    return { own, parts }
  }
  const owners = Map.groupBy(
    plugins.filter(({ config }) => config !== undefined),
    sectionOf,
  )
  for (const [key, entry] of tree.entries) {
    const field = ownFields.get(key)
    const [owner] = owners.get(key) ?? []
    if (field !== undefined) own.set(field, entry)
    else if (owner?.file?.type !== undefined) share(key, entry, owners.get(key)!, parts, report)
    else if (owner !== undefined)
      parts.set(owner.name, {
        section: key,
        tree: entry.tree,
        ...(owner.file && { field: owner.file.field }),
      })
    else report(entry.at, hintFor(key, plugins) ?? unknownKey(key, [...ownFields.keys(), ...owners.keys()]))
  }
  return { own, parts }
}

/** Divides a section among the plugins that share it, by the `type` of its entries. */
function share(
  section: string,
  { tree }: Entry,
  owners: readonly Plugin[],
  parts: Map<string, Part>,
  report: Report,
): void {
  if (tree.kind === 'scalar' && tree.value === null) return
  if (tree.kind !== 'map') {
    report(tree.at, `Expected a map: "${section}:" and below it "name: …" lines`)
    return
  }
  const byType = new Map(owners.map(owner => [owner.file!.type!, owner]))
  const shares = new Map<string, Map<string, Entry>>()
  for (const [name, entry] of tree.entries) {
    const type = typeOf(name, entry, [...byType.keys()], report)
    if (type === undefined) continue
    const owner = byType.get(type)!.name
    if (!shares.has(owner)) shares.set(owner, new Map())
    shares.get(owner)!.set(name, { at: entry.at, tree: without(entry, 'type') })
  }
  for (const { name, file } of owners) {
    const entries = shares.get(name)
    if (entries) parts.set(name, { section, tree: { kind: 'map', at: tree.at, entries }, field: file!.field })
  }
}

/** What an entry says, or what its name begins with: `openai-east` is an `openai`. */
function typeOf(name: string, { at, tree }: Entry, types: readonly string[], report: Report) {
  const said = tree.kind === 'map' ? tree.entries.get('type')?.tree : undefined
  if (said?.kind === 'scalar' && said.value !== null) {
    if (types.includes(said.text)) return said.text
    return void report(said.at, `There is no type "${said.text.slice(0, 60)}"${didYouMean(said.text, types)}`)
  }
  const alike = types.filter(type => name === type || name.startsWith(`${type}-`))
  const longest = alike.sort((a, b) => b.length - a.length)[0]
  if (longest === undefined) report(at, `"${name.slice(0, 60)}" needs a "type": one of ${types.join(', ')}`)
  return longest
}

function without({ tree }: Entry, key: string): Tree {
  if (tree.kind !== 'map') return tree
  const entries = new Map(tree.entries)
  entries.delete(key)
  return { ...tree, entries } satisfies MapTree
}

/** People try the names of variables first: `models_enabled_by_default` lives at `access.enabled_by_default`. */
function hintFor(key: string, plugins: readonly Plugin[]): string | undefined {
  const variable = key.toUpperCase()
  const places = [
    ...Object.entries(gatewayEnv).map(([field, names]) => [toSnake(field), names] as const),
    ...plugins.flatMap(plugin =>
      typeof plugin.env === 'object' && plugin.file === undefined
        ? Object.entries(plugin.env).map(
            ([field, names]) => [`${sectionOf(plugin)}.${toSnake(field)}`, names] as const,
          )
        : [],
    ),
  ]
  const place = places.find(([, names]) => (names as readonly string[]).includes(variable))?.[0]
  return place === undefined || place === 'config_file'
    ? undefined
    : `There is no setting "${key}" here: it is called "${place}"`
}

/** The schema of one field of a plugin's settings. */
export function fieldSchema({ config }: Plugin, field: string): GenericSchema | undefined {
  const shape = config && shapeOf(config)
  return shape?.kind === 'object' ? shape.entries[field] : undefined
}

/** What a setting of a plugin is called in the config file: `need.api_token`; in the schema's own words where it has no name there. */
export function settingName(plugin: Plugin, path: readonly (string | number)[]): string {
  const { name, config, file } = plugin
  const [field, ...rest] = path
  if (file !== undefined && field !== file.field) return name + tail(path)
  const schema = file === undefined ? config : fieldSchema(plugin, file.field)
  return sectionOf(plugin) + tail(spell(schema, file === undefined ? path : rest))
}

/** Fields are spelled in the file's way; keys of a map are the operator's own. */
function spell(
  schema: GenericSchema | undefined,
  [step, ...rest]: readonly (string | number)[],
): readonly (string | number)[] {
  if (step === undefined) return []
  const shape = schema && shapeOf(schema, typeof step === 'number' ? 'list' : 'map')
  if (shape?.kind === 'object') return [toSnake(String(step)), ...spell(shape.entries[step], rest)]
  if (shape?.kind === 'record') return [step, ...spell(shape.value, rest)]
  return [step, ...spell(shape?.kind === 'array' ? shape.item : undefined, rest)]
}
