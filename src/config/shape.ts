import { type GenericSchema, getDescription, getMetadata } from 'valibot'
import type { Tree } from './tree.ts'

/** What a Valibot schema says about the outside of a value: enough to lead a walk over it. */
export type Shape =
  | { readonly kind: 'object'; readonly entries: Readonly<Record<string, GenericSchema>> }
  | { readonly kind: 'record'; readonly value: GenericSchema }
  | { readonly kind: 'array'; readonly item: GenericSchema }
  | { readonly kind: 'leaf'; readonly accepts: ReadonlySet<string> }

/** The fields of schemas that are looked at; a pipe carries those of its first part. */
interface Seen {
  readonly type: string
  readonly wrapped?: GenericSchema
  readonly options?: readonly unknown[]
  readonly entries?: Readonly<Record<string, GenericSchema>>
  readonly value?: GenericSchema
  readonly item?: GenericSchema
}
const see = (schema: GenericSchema): Seen => schema as unknown as Seen

/** The kinds of nodes that each shape reads. */
const readBy: Readonly<Record<Shape['kind'], Tree['kind']>> = {
  object: 'map',
  record: 'map',
  array: 'list',
  leaf: 'scalar',
}

/** The shape of a schema; of a union, the option that reads this kind of node. */
export function shapeOf(schema: GenericSchema, node?: Tree['kind']): Shape {
  const { type, wrapped, options, entries, value, item } = see(schema)
  if (wrapped !== undefined) return shapeOf(wrapped, node)
  if (type === 'union') {
    const shapes = (options as readonly GenericSchema[]).map(option => shapeOf(option, node))
    const fitting = shapes.find(({ kind }) => readBy[kind] === node && kind !== 'leaf')
    return fitting ?? { kind: 'leaf', accepts: acceptedBy(schema) }
  }
  if (entries !== undefined) return { kind: 'object', entries }
  if (type === 'record' && value !== undefined) return { kind: 'record', value }
  if (type === 'array' && item !== undefined) return { kind: 'array', item }
  return { kind: 'leaf', accepts: acceptedBy(schema) }
}

/** What may stand beside the last step of a path that leads into a schema. */
export function keysBeside(
  schema: GenericSchema,
  [step, ...rest]: readonly (string | number)[],
): readonly string[] {
  const shape = shapeOf(schema, typeof step === 'number' ? 'list' : 'map')
  if (rest.length === 0) return shape.kind === 'object' ? Object.keys(shape.entries) : []
  if (shape.kind === 'record') return keysBeside(shape.value, rest)
  if (shape.kind === 'array') return keysBeside(shape.item, rest)
  const next = shape.kind === 'object' ? shape.entries[step!] : undefined
  return next === undefined ? [] : keysBeside(next, rest)
}

/** What a union chooses from; undefined for other schemas. */
export function optionsOf(schema: GenericSchema): readonly GenericSchema[] | undefined {
  const { type, wrapped, options } = see(schema)
  if (wrapped !== undefined) return optionsOf(wrapped)
  return type === 'union' ? (options as readonly GenericSchema[]) : undefined
}

/** The `typeof` of values that a schema may take. */
function acceptedBy(schema: GenericSchema): ReadonlySet<string> {
  const { type, wrapped, options } = see(schema)
  if (wrapped !== undefined) return acceptedBy(wrapped)
  if (type === 'union')
    return new Set((options as readonly GenericSchema[]).flatMap(option => [...acceptedBy(option)]))
  if (type === 'picklist') return new Set(options!.map(option => typeof option))
  if (type === 'string' || type === 'number' || type === 'boolean') return new Set([type])
  return new Set(['object'])
}

/** What a schema says of a setting beside its values. */
export interface Notes {
  /** What it means. */
  readonly about?: string
  /** Its value is nobody's to see; `false`: of a plugin from outside, it may be shown. */
  readonly secret?: boolean
  /** What its number counts: bytes, or milliseconds. */
  readonly unit?: 'size' | 'time'
}

/** The notes of a schema, and of what it wraps. */
export function notesOf(schema: GenericSchema): Notes {
  const { wrapped } = see(schema)
  const { secret, unit } = getMetadata(schema) as Notes
  const about = getDescription(schema)
  return {
    ...(wrapped !== undefined && notesOf(wrapped)),
    ...(about !== undefined && { about }),
    ...(typeof secret === 'boolean' && { secret }),
    ...((unit === 'size' || unit === 'time') && { unit }),
  }
}

/** True where a value may be left out. */
export const isOptional = (schema: GenericSchema): boolean =>
  ['optional', 'exact_optional', 'nullish', 'undefinedable'].includes(see(schema).type)

/** `baseUrl` → `base_url`, `virtual-models` → `virtual_models`: how names are spelled in a config file. */
export const toSnake = (name: string): string =>
  name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replaceAll('-', '_')

/** `baseUrl` → `base-url`: how names are spelled on a command line. */
export const toKebab = (name: string): string => toSnake(name).replaceAll('_', '-')
