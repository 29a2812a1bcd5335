import type { GenericSchema } from 'valibot'
import { didYouMean } from '../base/nearest.ts'
import type { Place } from './place.ts'
import { shapeOf, toSnake } from './shape.ts'
import { substitute } from './substitute.ts'
import type { MapTree, ScalarTree, Tree } from './tree.ts'

export interface Binding {
  /** The value of a variable that the file refers to. */
  readonly lookup: (variable: string) => string | undefined
  readonly report: (at: Place, what: string) => void
  /** What something was reported of: a second mistake there may only follow from the first. */
  readonly tainted: Set<Tree>
}

/**
 * The value that a schema can judge: keys become the schema's own names, `${VARIABLES}` are filled in, and text stands
 * where text is wanted. Reports what the schema itself could not place: unknown keys, and maps where lists belong.
 */
export function bind(schema: GenericSchema, tree: Tree, binding: Binding): unknown {
  const shape = shapeOf(schema, tree.kind)
  // A key without a value is like a variable without one: not set. Inside a map of things it is a thing with defaults.
  const isUnset = tree.kind === 'scalar' && tree.value === null
  if (shape.kind === 'leaf') {
    if (tree.kind === 'scalar') return bindScalar(tree, shape.accepts, binding)
    return toPlain(tree, binding)
  }
  if (shape.kind === 'array') {
    if (isUnset) return undefined
    if (tree.kind === 'list') return tree.items.map(item => bind(shape.item, item, binding))
    return refuse(tree, `Expected a list: lines that begin with "- ${sampleOf(shape.item)}"`, binding)
  }
  if (isUnset) return {}
  if (tree.kind !== 'map')
    return refuse(tree, `Expected a map: lines such as "${sampleOf(schema) || 'name: …'}"`, binding)
  return shape.kind === 'record'
    ? compact([...tree.entries].map(([key, entry]) => [key, bind(shape.value, entry.tree, binding)]))
    : bindObject(shape.entries, tree, binding)
}

/** The first line of a map, `source: …`; nothing where it is none, or may have any names. */
function sampleOf(schema: GenericSchema): string {
  const shape = shapeOf(schema, 'map')
  const first = shape.kind === 'object' ? Object.keys(shape.entries)[0] : undefined
  return first === undefined ? '' : `${toSnake(first)}: …`
}

function refuse(tree: Tree, what: string, { report, tainted }: Binding): undefined {
  tainted.add(tree)
  report(tree.at, what)
}

function bindObject(entries: Readonly<Record<string, GenericSchema>>, tree: MapTree, binding: Binding) {
  const fields = new Map(Object.keys(entries).map(field => [toSnake(field), field]))
  const found: [string, unknown][] = []
  for (const [key, { at, tree: value }] of tree.entries) {
    const field = fields.get(key)
    if (field === undefined) {
      binding.tainted.add(tree)
      binding.report(at, unknownKey(key, fields.keys()))
      continue
    }
    found.push([field, bind(entries[field]!, value, binding)])
    // Without it the rest may look like something else: a redirect without targets is an access policy.
    if (binding.tainted.has(value)) binding.tainted.add(tree)
  }
  return compact(found)
}

/** Where nothing looks alike and there is little to choose from, everything is named. */
export function unknownKey(key: string, known: Iterable<string>): string {
  const names = [...known]
  const meant = didYouMean(key, names)
  const choice = meant === '' && names.length <= 16 ? `: there is ${names.join(', ')}` : meant
  return `There is no setting "${key.slice(0, 60)}" here${choice}`
}

const compact = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined))

/** `accepts` decides: `0123` is text where text is wanted, and `${SIZE}` a number where only a number will do. */
function bindScalar(tree: ScalarTree, accepts: ReadonlySet<string>, binding: Binding): unknown {
  const { value, text } = tree
  if (value === null) return undefined
  if (typeof value !== 'string') return accepts.has('string') && !accepts.has(typeof value) ? text : value
  let isWhole = true
  const filled = substitute(value, binding.lookup, what => {
    isWhole = false
    refuse(tree, what, binding)
  })
  if (!isWhole) return undefined
  if (accepts.has('string') || filled === value) return filled
  if (accepts.has('boolean') && /^(?:true|false)$/.test(filled)) return filled === 'true'
  return accepts.has('number') && /^-?\d+(?:\.\d+)?$/.test(filled) ? Number(filled) : filled
}

function toPlain(tree: Tree, binding: Binding): unknown {
  if (tree.kind === 'list') return tree.items.map(item => toPlain(item, binding))
  if (tree.kind === 'map')
    return compact([...tree.entries].map(([key, entry]) => [key, toPlain(entry.tree, binding)]))
  const any = new Set(['string', 'number', 'boolean'])
  return bindScalar(tree, any, binding)
}

export interface Found {
  /** What the path leads to, or the last thing on the way. */
  readonly tree: Tree
  readonly isExact: boolean
  /** The path in the file's own words. */
  readonly steps: readonly (string | number)[]
}

/** Follows a path of the schema's own names through the file. */
export function locate(tree: Tree, path: readonly (string | number)[]): Found {
  const [step, ...rest] = path
  if (step === undefined) return { tree, isExact: true, steps: [] }
  const key = tree.kind === 'map' && !tree.entries.has(String(step)) ? toSnake(String(step)) : step
  const next =
    tree.kind === 'list'
      ? tree.items[Number(step)]
      : tree.kind === 'map'
        ? tree.entries.get(String(key))?.tree
        : undefined
  if (next === undefined) {
    const missing = path.map(name => (typeof name === 'string' ? toSnake(name) : name))
    return { tree, isExact: false, steps: missing }
  }
  const found = locate(next, rest)
  return { ...found, steps: [key, ...found.steps] }
}
