import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import { objectAt } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Formats that say no more than the type does, and that many providers refuse. */
const IDLE = new Set<unknown>(['enum', 'int32', 'int64', 'float', 'double'])
/** Whole numbers, which Google's clients also write as texts. */
const COUNTS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'] as const

/** Google's own way to write a schema (https://ai.google.dev/api/caching#Schema) as JSON Schema. */
export function toJsonSchema(value: unknown, at: string): JsonObject {
  const schema = objectAt(value, at)
  const { type, nullable, format, example, propertyOrdering: _, properties, items, anyOf, ...more } = schema
  const types = typeOf(type, nullable === true)
  return {
    ...more,
    ...Object.fromEntries(
      COUNTS.flatMap(name => (schema[name] == null ? [] : [[name, Number(schema[name])]])),
    ),
    ...(types !== undefined && { type: types }),
    ...(nullable === true && Array.isArray(schema.enum) && { enum: [...(schema.enum as unknown[]), null] }),
    ...(format != null && !IDLE.has(format) && { format }),
    ...(example != null && { examples: [example] }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [
          name,
          toJsonSchema(each, `${at}.properties.${name}`),
        ]),
      ),
    }),
    ...(items != null && { items: toJsonSchema(items, `${at}.items`) }),
    ...(anyOf != null && {
      anyOf: [
        ...listOf(anyOf).map((each, i) => toJsonSchema(each, `${at}.anyOf[${i}]`)),
        ...(nullable === true && types === undefined ? [{ type: 'null' }] : []),
      ],
    }),
  }
}

/** `OBJECT` is `object`; clients that know better write it small already. */
function typeOf(type: unknown, isNullable: boolean): unknown {
  if (Array.isArray(type)) return type.map(each => (typeof each === 'string' ? each.toLowerCase() : each))
  if (typeof type !== 'string' || type === 'TYPE_UNSPECIFIED') return undefined
  return isNullable ? [type.toLowerCase(), 'null'] : type.toLowerCase()
}
