import type { Plugin } from '../contract/plugin.ts'
import { gatewaySchema } from './gateway.ts'
import { toSnake } from './shape.ts'

/** The gateway's own settings by their names in the file, which cannot say where it is itself. */
export const ownFields: ReadonlyMap<string, string> = new Map(
  Object.keys(gatewaySchema.entries)
    .filter(field => field !== 'configFile')
    .map(field => [toSnake(field), field]),
)

export const sectionOf = ({ name, file }: Plugin): string => file?.section ?? toSnake(name)

/** The longest type that a name begins with. */
export const typeIn = (name: string, types: readonly string[]): string | undefined =>
  types
    .filter(type => name === type || name.startsWith(`${type}-`))
    .toSorted((a, b) => b.length - a.length)[0]

/** Where a field stands in the file, if it has a place there. */
export function pathOf(plugin: Plugin, field: string): string | undefined {
  const { file } = plugin
  if (file === undefined) return `${sectionOf(plugin)}.${toSnake(field)}`
  return file.field === field ? file.section : undefined
}

/** What people call a setting of a plugin: as the file does, or, where it has no place there, its variable. */
export const nameOf = (plugin: Plugin, field: string): string =>
  pathOf(plugin, field) ?? (typeof plugin.env === 'object' ? plugin.env[field]?.[0] : undefined) ?? ''
