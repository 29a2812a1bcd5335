import type { Plugin } from '../contract/plugin.ts'
import { gatewayEnv } from './gateway.ts'
import { ownFields, sectionOf, typeIn } from './section-names.ts'
import { shapeOf, toSnake } from './shape.ts'
import type { Tree } from './tree.ts'

/** What to do about a key at the top of a config file that is no setting there; undefined where nobody can tell. */
export function misplaced(key: string, tree: Tree, plugins: readonly Plugin[]): string | undefined {
  const hint =
    asVariable(key, plugins) ??
    asPart(key, plugins) ??
    asProvider(key, plugins) ??
    asField(key, plugins) ??
    asRoof(tree)
  return hint && `There is no setting "${key.slice(0, 60)}" here: ${hint}`
}

const called = (place: string | undefined) => place && `it is called "${place}"`

/** `log`, `database`, `timeout`: the beginning or the end of names that there are. */
function asPart(key: string, plugins: readonly Plugin[]): string | undefined {
  const names = [...ownFields.keys(), ...plugins.filter(({ config }) => config).map(sectionOf)]
  const meant = names.filter(name => name.startsWith(`${key}_`) || name.endsWith(`_${key}`))
  return meant.length === 0 ? undefined : `there is ${[...new Set(meant)].join(', ')}`
}

function asProvider(key: string, plugins: readonly Plugin[]): string | undefined {
  const files = plugins.flatMap(({ file }) => (file?.type === undefined ? [] : [file]))
  const type = typeIn(
    key.toLowerCase().replaceAll('_', '-'),
    files.map(({ type }) => type!),
  )
  return type && `it belongs below "${files[0]!.section}:"`
}

/** `server: { port: 8080 }`. */
function asRoof(tree: Tree): string | undefined {
  const inner = tree.kind === 'map' ? [...tree.entries.keys()].find(field => ownFields.has(field)) : undefined
  return inner && `"${inner}" stands at the top of the file`
}

/** People try the names of variables first: `models_enabled_by_default` lives at `access.enabled_by_default`. */
function asVariable(key: string, plugins: readonly Plugin[]): string | undefined {
  const variable = key.toUpperCase()
  const places: readonly (readonly [place: string, variables: readonly string[]])[] = [
    ...Object.entries(gatewayEnv).map(([field, names]) => [toSnake(field), names] as const),
    ...plugins.flatMap(plugin =>
      typeof plugin.env === 'object' && plugin.file === undefined
        ? Object.entries(plugin.env).map(
            ([field, names]) => [`${sectionOf(plugin)}.${toSnake(field)}`, names] as const,
          )
        : [],
    ),
  ]
  const place = places.find(([, names]) => names.includes(variable))?.[0]
  return place === 'config_file' ? undefined : called(place)
}

/** Where only one plugin has a setting of this name. */
function asField(key: string, plugins: readonly Plugin[]): string | undefined {
  const found = plugins.flatMap(plugin => {
    const shape = plugin.config && plugin.file === undefined ? shapeOf(plugin.config) : undefined
    const fields = shape?.kind === 'object' ? Object.keys(shape.entries).map(toSnake) : []
    return fields.includes(key) ? [`${sectionOf(plugin)}.${key}`] : []
  })
  return found.length === 1 ? called(found[0]) : undefined
}
