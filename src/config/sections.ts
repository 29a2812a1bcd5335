import * as v from 'valibot'
import { didYouMean } from '../base/nearest.ts'
import type { Plugin } from '../contract/plugin.ts'
import { unknownKey } from './bind.ts'
import { misplaced } from './misplaced.ts'
import type { Place } from './place.ts'
import { tail } from './problem.ts'
import { ownFields, sectionOf, typeIn } from './section-names.ts'
import { shapeOf, toSnake } from './shape.ts'
import type { Entry, MapTree, Tree } from './tree.ts'

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
    else
      report(
        entry.at,
        misplaced(key, entry.tree, plugins) ?? unknownSetting(key, [...ownFields.keys(), ...owners.keys()]),
      )
  }
  return { own, parts }
}

function unknownSetting(key: string, names: readonly string[]): string {
  const text = unknownKey(key, names)
  return text.endsWith('?') ? text : `${text}: "modelway schema" prints all that there are`
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
  const fields = fieldsOf(owners[0]!)
  for (const [name, entry] of tree.entries) {
    if (fields.includes(name) && entry.tree.kind !== 'map') {
      const [type] = byType.keys()
      report(
        entry.at,
        `Name the provider first: below "${section}:" stands "${type}:", and below that "${name}: …"`,
      )
      return
    }
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

/** What each entry of a shared section may say. */
function fieldsOf(owner: Plugin): readonly string[] {
  const shape = shapeOf(fieldSchema(owner, owner.file!.field) ?? v.unknown(), 'map')
  const entry = shape.kind === 'record' ? shapeOf(shape.value, 'map') : undefined
  return entry?.kind === 'object' ? ['type', ...Object.keys(entry.entries).map(toSnake)] : []
}

/** What an entry says, or what its name begins with: `openai-east` is an `openai`. */
function typeOf(name: string, { at, tree }: Entry, types: readonly string[], report: Report) {
  const said = tree.kind === 'map' ? tree.entries.get('type')?.tree : undefined
  if (said?.kind === 'scalar' && said.value !== null) {
    if (types.includes(said.text)) return said.text
    return void report(said.at, `There is no type "${said.text.slice(0, 60)}"${didYouMean(said.text, types)}`)
  }
  const longest = typeIn(name, types)
  if (longest === undefined) report(at, needsType(name, types))
  return longest
}

function needsType(name: string, types: readonly string[]): string {
  const spelled = name.toLowerCase().replaceAll('_', '-')
  const meant =
    typeIn(spelled, types) === undefined ? didYouMean(name, types) : `. Did you mean "${spelled}"?`
  const needs = `"${name.slice(0, 60)}" needs a "type"`
  return meant === '' ? `${needs}: one of ${types.join(', ')}` : needs + meant
}

function without({ tree }: Entry, key: string): Tree {
  if (tree.kind !== 'map') return tree
  const entries = new Map(tree.entries)
  entries.delete(key)
  return { ...tree, entries } satisfies MapTree
}

/** The schema of one field of a plugin's settings. */
export function fieldSchema({ config }: Plugin, field: string): v.GenericSchema | undefined {
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
  schema: v.GenericSchema | undefined,
  [step, ...rest]: readonly (string | number)[],
): readonly (string | number)[] {
  if (step === undefined) return []
  const shape = schema && shapeOf(schema, typeof step === 'number' ? 'list' : 'map')
  if (shape?.kind === 'object') return [toSnake(String(step)), ...spell(shape.entries[step], rest)]
  if (shape?.kind === 'record') return [step, ...spell(shape.value, rest)]
  return [step, ...spell(shape?.kind === 'array' ? shape.item : undefined, rest)]
}
