import type { TestGateway } from './kit.ts'

/** The API document as tests read it. */

interface Content {
  readonly example?: unknown
  readonly schema?: Json
}
export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>
  readonly security: readonly unknown[]
}
export interface Route extends Operation {
  readonly method: string
  readonly path: string
}

/** All that the document of a gateway describes, one by one. */
export const routesOf = async (test: TestGateway): Promise<readonly Route[]> => {
  const { body: document } = await test.json('/swagger/json')
  const body = referred(document, document.components)
  return Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  )
}
/** What the document refers to, in its place; not schemas, which may refer to themselves. */
// biome-ignore lint/suspicious/noExplicitAny: a document may hold anything
function referred(value: any, components: any): any {
  if (Array.isArray(value)) return value.map(each => referred(each, components))
  if (typeof value !== 'object' || value === null) return value
  const [, kind, key] = /^#\/components\/(headers|parameters|responses)\/(.+)$/.exec(value.$ref) ?? []
  if (kind !== undefined) return referred(components[kind][key!], components)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, referred(each, components)]))
}
export const name = ({ method, path }: Route) => `${method} ${path}`
export const exampleOf = ({ requestBody }: Route) => requestBody?.content['application/json']?.example

/** A JSON Schema. */
export interface Json {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Json>>
  readonly items?: Json
  readonly additionalProperties?: Json | boolean
  readonly anyOf?: readonly Json[]
  readonly oneOf?: readonly Json[]
  readonly allOf?: readonly Json[]
}
