import type { JsonObject } from '../../src/types.ts'
import { asObject } from './shape.ts'

/** Schemas may refer to themselves, and more than once. */
const DEPTH_LIMIT = 8
const VALUE_LIMIT = 500

/**
 * A value that fits a JSON schema in the ordinary cases: constants, enumerations, required properties, bounds. The same
 * schema always gives the same value; a schema of any other shape gives an empty object.
 */
export function sample(schema: unknown): JsonObject {
  return asObject(valueFor(schema, { root: asObject(schema), name: 'value', depth: 0, made: { count: 0 } }))
}

interface Place {
  readonly root: JsonObject
  /** The property that is being filled; also what a free text says. */
  readonly name: string
  readonly depth: number
  /** How many values there are already, in all. */
  readonly made: { count: number }
}

function valueFor(schema: unknown, place: Place): unknown {
  if (place.depth > DEPTH_LIMIT || place.made.count++ > VALUE_LIMIT) return null
  const here = asObject(schema)
  const deeper = { ...place, depth: place.depth + 1 }
  for (const field of ['const', 'default']) if (here[field] !== undefined) return here[field]
  for (const field of ['enum', 'examples'])
    if (Array.isArray(here[field]) && here[field].length > 0) return here[field][0]
  if (typeof here.$ref === 'string') return valueFor(resolve(here.$ref, place.root), deeper)
  for (const field of ['anyOf', 'oneOf', 'allOf'])
    if (Array.isArray(here[field])) return valueFor(here[field][0], deeper)
  return makers.get(typeOf(here))?.(here, deeper) ?? null
}

type Maker = (schema: JsonObject, place: Place) => unknown
const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['object', objectFor],
  [
    'array',
    ({ items, minItems }, place) =>
      Array.from({ length: Math.min(numberOr(minItems, 1), 10) }, () => valueFor(items, place)),
  ],
  ['string', ({ format }, { name }) => formats.get(format) ?? name],
  ['integer', schema => Math.ceil(numberFor(schema))],
  ['number', numberFor],
  ['boolean', () => true],
])

const formats: ReadonlyMap<unknown, string> = new Map([
  ['date', '2026-01-01'],
  ['time', '12:00:00Z'],
  ['date-time', '2026-01-01T12:00:00Z'],
  ['email', 'demo@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
])

function objectFor({ required, properties }: JsonObject, place: Place): JsonObject {
  const names = (Array.isArray(required) ? required : [])
    .filter(name => typeof name === 'string')
    .slice(0, VALUE_LIMIT)
  return Object.fromEntries(
    names.map(name => [name, valueFor(asObject(properties)[name], { ...place, name })]),
  )
}

function typeOf({ type, properties, required }: JsonObject): string {
  if (Array.isArray(type)) return String(type.find(one => one !== 'null') ?? 'null')
  if (typeof type === 'string') return type
  return properties !== undefined || required !== undefined ? 'object' : 'string'
}

function numberFor({ minimum, exclusiveMinimum, maximum }: JsonObject): number {
  const least = numberOr(minimum, numberOr(exclusiveMinimum, 0) + 1)
  return Math.min(least, numberOr(maximum, least))
}

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

/** Follows `#/$defs/Name` from the root. */
function resolve(reference: string, root: JsonObject): unknown {
  const names = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter(name => name !== '')
  return names.reduce<unknown>(
    (at, name) => asObject(at)[name.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  )
}
