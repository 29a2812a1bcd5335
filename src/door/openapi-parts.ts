import type { DescribeRefusals } from './openapi-refusals.ts'
import type { ToSchema } from './openapi-schemas.ts'

/** The one place that knows how the API document is made; routes carry a `detail`, never a schema. */
export type Detail = Readonly<Record<string, unknown>>

/** What the parts of one document have in common. */
export interface Writing {
  readonly toSchema: ToSchema
  readonly refusals: DescribeRefusals
  /** Request headers that plugins heed: in all calls of callers, and in those of models. */
  readonly heeds: { readonly callers: Texts; readonly models: Texts }
  /** Headers that plugins give to answers of models. */
  readonly tells: Texts
}
type Texts = Readonly<Record<string, string>>

export const operationId = (method: string, path: string) =>
  method.toLowerCase() +
  path
    .replace(/[^a-z0-9]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
    .replace(/[^a-z0-9]/gi, '')

/** Of bodies: too large, or packed in a way that nobody knows. */
export const OF_BODIES = [413, 415]

/** What many operations share stands in the document once, and they refer to it. */
export const refer = (kind: 'headers' | 'parameters' | 'responses', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
})

/** References under their names, as answers have their headers. */
export const refersTo = (kind: 'headers', names: Iterable<string>) =>
  Object.fromEntries([...names].map(name => [name, refer(kind, name)]))

/** References to request headers, as operations list them. */
export const heedsOf = (headers: Texts) => Object.keys(headers).map(name => refer('parameters', name))

const text = { type: 'string' }

/** The documentation of headers of answers, by name. */
export const describeHeaders = (headers: Texts) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: text }]),
  )

/** The documentation of request headers, each of which may be left out. */
export const inHeaders = (headers: Texts) =>
  Object.entries(headers).map(([name, description]) => ({
    ...{ name, in: 'header', required: false, description },
    schema: text,
  }))
