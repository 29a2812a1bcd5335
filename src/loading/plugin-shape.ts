import * as v from 'valibot'
import { didYouMean } from '../base/nearest.ts'
import { gatewayEnv } from '../config/gateway.ts'
import { tail } from '../config/problem.ts'
import { shapeOf, toSnake } from '../config/shape.ts'
import type { Plugin } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'
import { partsSchema, pluginSchema } from './plugin-members.ts'
import { strayIn } from './stray-schemas.ts'

/**
 * Checks a plugin from outside before anything of it is called: its types were erased, if it ever had any.
 *
 * @throws ConfigError with a line for each mistake, naming the plugin and the member.
 */
export function checkPlugin(name: string, plugin: Plugin): void {
  report(name, plugin, v.safeParse(pluginSchema, plugin))
  const stray = strayIn(plugin.config)
  if (stray !== undefined) throw new ConfigError(`Cannot use plugin "${name}": ${stray}`)
  checkFields(name, plugin)
  checkVariables(name, plugin)
  if (hasOwn(plugin.tables) && plugin.migrations === undefined)
    throw new ConfigError(
      `Cannot use plugin "${name}": migrations: it has tables, and nothing that makes them: name the folder of "drizzle-kit generate"`,
    )
}

const hasOwn = (members: object = {}): boolean => Object.keys(members).length > 0

/** It would change with a setting of the gateway, which means something else. */
function checkVariables(name: string, { env }: Plugin): void {
  const ours = new Map<string, string>(
    Object.entries(gatewayEnv).flatMap(([setting, names]) =>
      names.map(variable => [variable, setting] as const),
    ),
  )
  const taken = Object.entries(typeof env === 'object' ? env : {}).flatMap(([field, names]) =>
    names.filter(variable => ours.has(variable)).map(variable => ({ field, variable })),
  )
  if (taken.length === 0) return
  throw new ConfigError(
    taken.map(
      ({ field, variable }) =>
        `Cannot use plugin "${name}": env.${field}: ${variable} is a setting of the gateway, "${toSnake(ours.get(variable)!)}": read one of your own`,
    ),
  )
}

/** A variable that fills a field which is not there would be set in vain, and nobody would be told. */
function checkFields(name: string, { config, env, file }: Plugin): void {
  if (config === undefined || !['object', 'strict_object'].includes(config.type)) return
  const shape = shapeOf(config)
  const fields = shape.kind === 'object' ? Object.keys(shape.entries) : []
  const said: readonly (readonly [member: string, field: string])[] = [
    ...(typeof env === 'object' ? Object.keys(env).map(field => [`env.${field}`, field] as const) : []),
    ...(file === undefined ? [] : [['file.field', file.field] as const]),
  ]
  const wrong = said.filter(([, field]) => !fields.includes(field))
  if (wrong.length === 0) return
  throw new ConfigError(
    wrong.map(
      ([member, field]) =>
        `Cannot use plugin "${name}": ${member}: there is no "${field}" in its config${didYouMean(field, fields)}`,
    ),
  )
}

/**
 * Checks what `setup` returned. A hook that nobody knows would be a rule that nobody keeps.
 *
 * @throws ConfigError with a line for each mistake, naming the plugin, the member and the route it belongs to.
 */
export function checkParts(name: string, parts: unknown): void {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    const kind = Array.isArray(parts) ? 'list' : typeof parts
    const got = parts === undefined || parts === null ? String(parts) : `a ${kind}`
    throw new ConfigError(
      `Cannot use plugin "${name}": its setup returned ${got}, expected an object with what it contributes`,
    )
  }
  report(name, parts, v.safeParse(partsSchema, parts))
}

function report(plugin: string, value: object, { issues }: { readonly issues?: Issues | undefined }): void {
  if (issues === undefined) return
  throw new ConfigError(
    issues.map(({ path: steps = [], message }) => {
      const path = steps.map(({ key }) => key as string | number)
      return `Cannot use plugin "${plugin}": ${tail(path).slice(1)}${ownerOf(value, path)}: ${message}`
    }),
  )
}

type Issues = readonly v.BaseIssue<unknown>[]

/** Of a list, which one: by its route, its path or its name. */
function ownerOf(value: object, [member, index, inner]: readonly (string | number)[]): string {
  if (typeof index !== 'number' || inner === undefined) return ''
  const owner = (value as Readonly<Record<string, readonly Named[]>>)[member!]?.[index]
  const named = [owner?.method, owner?.path ?? owner?.name].filter(word => typeof word === 'string')
  return named.length === 0 ? '' : ` of "${named.join(' ')}"`
}

interface Named {
  readonly method?: unknown
  readonly path?: unknown
  readonly name?: unknown
}
