import * as v from 'valibot'
import type { Setting } from '../contract/inventory.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { Changeables } from './changeable.ts'
import type { Configuration } from './configuration.ts'
import { atRestart, type GatewaySettings, gatewayEnv, gatewaySchema } from './gateway.ts'
import { doesRead, type Known, ownOrigin, pluginOrigin } from './origins.ts'
import { pathOf } from './section-names.ts'
import { divide, fieldSchema, type Sections } from './sections.ts'
import { notesOf, shapeOf, toKebab, toSnake } from './shape.ts'
import { spell } from './spell.ts'
import { createVeil, isConcealed, isRevealing, secretsIn, textsIn } from './veil.ts'

export interface Surveyed extends Omit<Known, 'sections'>, Pick<Configuration, 'pluginSettings'> {
  /** As they were read, whatever of them can hold already. */
  readonly configured: GatewaySettings
  /** The plugins that the operator has brought, by name. */
  readonly brought: ReadonlyMap<string, string>
}

/** The same, with the config file taken apart. */
interface Divided extends Surveyed, Known {}

const NOTHING: Sections = { own: new Map(), parts: new Map() }

/** A setting with its value. */
interface Found
  extends Omit<
    Setting,
    'value' | 'preset' | 'isSet' | 'isChanged' | 'isHidden' | 'about' | 'name' | 'input'
  > {
  readonly schema: v.GenericSchema
  readonly value: unknown
  /** What a schema has made of it. */
  readonly made?: unknown
}

/**
 * Every setting with what it means, its value and where that comes from. What is secret is left out here, before anybody
 * can ask for it: the result may be shown to whoever operates the gateway, and to every plugin.
 */
export function survey(told: Surveyed, settings: GatewaySettings): readonly Setting[] {
  const { file, plugins } = told.sources
  const { changeables } = told.sources
  const sections = file === undefined ? NOTHING : divide(file.tree, plugins, () => {})
  const surveyed: Divided = { ...told, sections }
  const all = [...ownSettings(surveyed, settings), ...plugins.flatMap(plugin => settingsOf(plugin, surveyed))]
  const inFile = new Set(all.flatMap(({ path, variables }) => (path === undefined ? [] : variables)))
  // Two plugins may read one variable: it is one setting, of the plugin that has a place for it in the file.
  const found = all.filter(({ path, variables }) => path !== undefined || !variables.some(inFile.has, inFile))
  const isHidden = ({ schema, plugin = '', value }: Found): boolean =>
    isConcealed(schema) || (surveyed.brought.has(plugin) && isRevealing(schema, value))
  const secrets = found.filter(isHidden).flatMap(({ value, made }) => [...textsIn(value), ...textsIn(made)])
  const veil = createVeil([...secrets, ...secretsIn(surveyed.sources.environment)])
  return Object.freeze(
    found.map(one => Object.freeze(toSetting(one, { isHidden: isHidden(one), veil, changeables }))),
  )
}

/** How a setting is shown. */
interface Seen {
  readonly isHidden: boolean
  readonly veil: (value: unknown) => unknown
  readonly changeables: Changeables
}

function toSetting(found: Found, { isHidden, veil, changeables }: Seen): Setting {
  const { schema, value: raw, made: _, ...rest } = found
  const { about, unit } = notesOf(schema)
  const name = found.path ?? found.variables[0] ?? ''
  const input = isHidden ? undefined : changeables.get(name)?.input
  const [value, preset] = [raw, presetOf(schema)].map(one => spell(one, unit))
  return {
    name,
    ...rest,
    ...(input !== undefined && { input }),
    ...(about !== undefined && { about }),
    ...(value !== undefined && !isHidden && { value: veil(value) }),
    ...(preset !== undefined && !isHidden && { preset }),
    isSet: value !== undefined,
    isChanged: JSON.stringify(value) !== JSON.stringify(preset),
    isHidden,
  }
}

/** What holds where nobody says anything. */
function presetOf(schema: v.GenericSchema): unknown {
  const result = v.safeParse(schema, v.getDefault(schema as v.OptionalSchema<v.GenericSchema, undefined>))
  return result.success ? result.output : undefined
}

const ownSettings = (surveyed: Divided, settings: GatewaySettings): readonly Found[] =>
  Object.entries(gatewayEnv).map(([name, variables]) => {
    const field = name as keyof typeof gatewayEnv
    const isFile = field === 'configFile'
    const isFixed = atRestart.some(fixed => fixed === field)
    return {
      schema: gatewaySchema.entries[field],
      value: settings[field],
      ...(isFixed &&
        surveyed.configured[field] !== settings[field] && { pending: surveyed.configured[field] }),
      origin: ownOrigin(surveyed, field, settings),
      variables,
      ...(!isFile && { path: toSnake(field) }),
      option: isFile ? '--config' : `--${toKebab(field)}`,
    }
  })

function settingsOf(plugin: Plugin, surveyed: Divided): readonly Found[] {
  const { name, config, file } = plugin
  const shape = config && shapeOf(config)
  if (config === undefined || shape?.kind !== 'object') return []
  const raw = (surveyed.pluginSettings[name] ?? {}) as Values
  const result = v.safeParse(config, raw)
  const values = (result.success ? result.output : {}) as Values
  if (file?.type !== undefined) return instancesOf(plugin, surveyed, values)
  return Object.entries(shape.entries).map(([field, schema]): Found => {
    const path = pathOf(plugin, field)
    return {
      plugin: name,
      schema,
      value: asSaid(values[field], raw[field]),
      made: values[field],
      origin: pluginOrigin(surveyed, plugin, [field]),
      variables: typeof plugin.env === 'object' ? (plugin.env[field] ?? []) : [],
      ...(path !== undefined && { path }),
    }
  })
}

/** A thing of several parts is shown as it was said: what a schema makes of it is nobody's business. */
function asSaid(made: unknown, raw: unknown): unknown {
  const isPlain = typeof made !== 'object' || made === null || textsOnly(made)
  if (isPlain || raw === undefined) return made
  try {
    return typeof raw === 'string' ? JSON.parse(raw) : raw
  } catch {
    return raw
  }
}

const textsOnly = (value: object): boolean =>
  Array.isArray(value) && value.every(item => typeof item === 'string')

type Values = Readonly<Record<string, unknown>>

/** Of a section that plugins share: each field of each entry. */
function instancesOf(plugin: Plugin, surveyed: Divided, values: Values): readonly Found[] {
  const file = plugin.file!
  const shape = shapeOf(fieldSchema(plugin, file.field) ?? v.unknown(), 'map')
  if (shape.kind !== 'record') return []
  const fields = shapeOf(shape.value, 'map')
  if (fields.kind !== 'object') return []
  return Object.entries((values[file.field] ?? {}) as Readonly<Record<string, Values>>).flatMap(
    ([instance, settings]) =>
      Object.entries(fields.entries).map(([field, schema]): Found => {
        const origin = pluginOrigin(surveyed, plugin, [file.field, instance, field])
        const variables = variablesFor(plugin, instance, field)
        // A vendor may have another word for itself in its variables; the one that is set is known.
        const isOther = variables.length === 0 && origin.kind === 'variable'
        return {
          plugin: plugin.name,
          schema,
          value: settings[field],
          origin,
          variables: isOther ? [origin.name] : variables,
          path: `${file.section}.${instance}.${toSnake(field)}`,
        }
      }),
  )
}

/** `openai-east` and `apiKey`: `OPENAI_EAST_API_KEY`, where the plugin reads it. */
function variablesFor(plugin: Plugin, instance: string, field: string): readonly string[] {
  const type = plugin.file!.type!
  if (instance !== type && !instance.startsWith(`${type}-`)) return []
  const variable = toSnake(`${instance}-${toSnake(field)}`).toUpperCase()
  return doesRead(plugin, variable) ? [variable] : []
}
