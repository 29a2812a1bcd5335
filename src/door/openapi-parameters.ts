import type { Api } from '../contract/api.ts'
import type { ToSchema } from './openapi-schemas.ts'

/** What the names in addresses stand for. */
const places: Readonly<Record<string, string>> = {
  id: 'Its id',
  item: 'The id of the item',
  model: 'The name of a model; it may hold slashes',
  name: 'Its name',
  path: "What follows the provider's address",
  provider: 'The name of the provider',
  rest: 'Whatever follows',
  source: 'Its source; it may hold slashes',
}

/** A part of an address. */
export const inPath = (name: string) => {
  const description = places[name]
  return {
    name,
    in: 'path',
    required: true,
    ...(description !== undefined && { description }),
    schema: { type: 'string' },
  }
}

/** What a caller says outside the body: in the path, the query and the headers. */
export function parametersOf({ path, rest, heeds = {}, query }: Api, toSchema: ToSchema) {
  const named = [...path.matchAll(/:(\w+)/g)].map(match => match[1]!)
  const text = { schema: { type: 'string' } }
  const { properties = {}, required = [] } = (query ? toSchema(query) : {}) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
    readonly required?: readonly string[]
  }
  return [
    ...[...named, ...(path.endsWith('*') ? [rest ?? '*'] : [])].map(inPath),
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      ...(schema.description !== undefined && { description: schema.description }),
      schema,
    })),
    ...Object.entries(heeds).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      ...text,
    })),
  ]
}
