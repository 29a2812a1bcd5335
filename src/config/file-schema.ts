import { toJsonSchema } from '@valibot/to-json-schema'
import { type GenericSchema, getDefault } from 'valibot'
import type { Plugin } from '../contract/plugin.ts'
import { gatherDefinitions } from './definitions.ts'
import { gatewayEnv, gatewaySchema } from './gateway.ts'
import { ownFields, sectionOf } from './section-names.ts'
import { fieldSchema } from './sections.ts'
import { isOptional, notesOf, optionsOf, shapeOf, toSnake } from './shape.ts'

type Json = Readonly<Record<string, unknown>>

/** The JSON Schema of the config file, for editors: made of the schemas that judge it. */
export function createFileSchema(plugins: readonly Plugin[]): Json {
  const own = [...ownFields].map(([key, field]) => {
    const schema = (gatewaySchema.entries as Readonly<Record<string, GenericSchema>>)[field]!
    return [key, renderField(schema, gatewayEnv[field as keyof typeof gatewayEnv])]
  })
  const owners = Map.groupBy(
    plugins.filter(({ config }) => config !== undefined),
    sectionOf,
  )
  const sections = [...owners].map(([section, sharing]) => [section, renderSection(sharing)])
  return gatherDefinitions({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'modelway.yaml',
    type: 'object',
    additionalProperties: false,
    properties: { ...Object.fromEntries(own), ...Object.fromEntries(sections) },
    definitions: {
      variable: { type: 'string', pattern: '\\$\\{', description: 'Filled in from the environment' },
    },
  })
}

/** A setting with what it means, and the variable that may say it too. */
function renderField(schema: GenericSchema, variables?: readonly string[]): Json {
  const { about } = notesOf(schema)
  const words = [
    about === undefined ? [] : `${about}.`,
    variables === undefined ? [] : `The variable ${variables[0]} wins over it.`,
  ].flat()
  return { ...render(schema), ...(words.length > 0 && { description: words.join(' ') }) }
}

function renderSection(sharing: readonly Plugin[]): Json {
  const [plugin] = sharing
  const { about, file, config } = plugin!
  if (file?.type !== undefined) return renderShared(sharing)
  if (file !== undefined) return { description: about, ...render(fieldSchema(plugin!, file.field)!) }
  const env = typeof plugin!.env === 'object' ? plugin!.env : {}
  const json = render(config!)
  const shape = shapeOf(config!)
  const fields = shape.kind === 'object' ? Object.entries(shape.entries) : []
  return {
    description: about,
    ...json,
    properties: Object.fromEntries(
      fields.map(([field, schema]) => [toSnake(field), renderField(schema, env[field])]),
    ),
  }
}

/** Entries of a shared section say their type; types with the same fields stand together. */
function renderShared(sharing: readonly Plugin[]): Json {
  const entries = sharing.map(plugin => {
    const shape = shapeOf(fieldSchema(plugin, plugin.file!.field)!, 'map')
    return [plugin.file!.type!, shape.kind === 'record' ? render(shape.value) : {}] as const
  })
  const alike = Map.groupBy(entries, ([, json]) => JSON.stringify(json))
  const kinds = [...alike.values()].map(group => {
    const json = group[0]![1]
    const type = { enum: group.map(([type]) => type), description: 'Default: what the name begins with' }
    return { ...json, type: ['object', 'null'], properties: { type, ...(json.properties as Json) } }
  })
  const additionalProperties = kinds.length === 1 ? kinds[0] : { anyOf: kinds }
  return { description: 'Upstreams, by name.', type: 'object', additionalProperties }
}

function render(schema: GenericSchema): Json {
  const options = optionsOf(schema) ?? []
  if (options.some(option => shapeOf(option).kind !== 'leaf')) return { anyOf: options.map(render) }
  const shape = shapeOf(schema)
  const value = getDefault(schema as never) as unknown
  const preset = value === undefined || typeof value === 'object' ? {} : { default: value }
  if (shape.kind === 'leaf') return { ...preset, ...renderLeaf(schema) }
  if (shape.kind === 'array') return { ...preset, type: 'array', items: render(shape.item) }
  if (shape.kind === 'record') return { type: 'object', additionalProperties: render(shape.value) }
  const fields = Object.entries(shape.entries)
  const required = fields.filter(([, field]) => !isOptional(field)).map(([field]) => toSnake(field))
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(fields.map(([field, inner]) => [toSnake(field), renderField(inner)])),
  }
}

/** What the field says, and what is noted for the gateway itself. */
const SAID_ELSEWHERE = ['$schema', 'default', 'description', 'secret', 'unit']

/** Where text is not taken as it comes, a variable may stand for it. */
function renderLeaf(schema: GenericSchema): Json {
  const json = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' }) as Readonly<
    Record<string, unknown>
  >
  const { anyOf, type, minimum, maximum, ...more } = json
  const rest = Object.fromEntries(Object.entries(more).filter(([key]) => !SAID_ELSEWHERE.includes(key)))
  const limits = Object.fromEntries(
    Object.entries({ type, minimum, maximum }).filter(([, limit]) => limit !== undefined),
  )
  if (!Array.isArray(anyOf)) {
    const isFree = type === 'string' && Object.keys(rest).length === 0
    const leaf = { ...limits, ...rest }
    return isFree ? leaf : { anyOf: [leaf, { $ref: '#/definitions/variable' }] }
  }
  // Limits of a union belong to its numbers: text may be "10M", or a variable.
  const options = (anyOf as readonly Json[]).map(option =>
    option.type === 'string' ? { type: 'string' } : { ...option, ...(option.type === 'number' && limits) },
  )
  const takesText = options.some(option => (option as { type?: string }).type === 'string')
  return { ...rest, anyOf: takesText ? options : [...options, { $ref: '#/definitions/variable' }] }
}
