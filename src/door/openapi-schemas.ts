import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'

/** JSON Schema of what a client may send: defaults and transformations are on our side. */
export type ToSchema = (schema: GenericSchema) => Readonly<Record<string, unknown>>

/** What a schema refers to stands in the part of the document that is made for it, under a name that is nobody else's. */
export interface Schemas {
  readonly toSchema: ToSchema
  /** Everything that was referred to so far: the document's `components.schemas`. */
  readonly parts: Readonly<Record<string, unknown>>
}

/** Schemas for one document. References inside a schema begin at the root of the document, not at that of the schema. */
export function createSchemas(): Schemas {
  const parts: Record<string, unknown> = {}
  let count = 0
  function toSchema(schema: GenericSchema): Readonly<Record<string, unknown>> {
    const found = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
    const { $schema: _, $defs: defs = {}, ...rest } = found as Record<string, unknown>
    const names = new Map(Object.keys(defs as object).map(id => [`#/$defs/${id}`, `part${++count}`]))
    if (names.size === 0) return rest
    for (const [id, part] of Object.entries(defs as object))
      parts[names.get(`#/$defs/${id}`)!] = renamed(part, names)
    return renamed(rest, names) as Readonly<Record<string, unknown>>
  }
  return { toSchema, parts }
}

/** The same schema with references to where the parts stand in the document. */
function renamed(json: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(json)) return json.map(each => renamed(each, names))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const name = key === '$ref' ? names.get(value) : undefined
      return [key, name === undefined ? renamed(value, names) : `#/components/schemas/${name}`]
    }),
  )
}
