import { isMap, listOf, mapOf, type Values, wordOf } from '../foreign.ts'
import { type Converting, type ImportedProvider, keyVariable, toKebabName } from './imported.ts'

export interface ReadProviders {
  readonly providers: Readonly<Record<string, ImportedProvider>>
  /** A name or selector, with the provider in front spelled as it is called now. */
  readonly rename: (name: string) => string
}

const known = ['type', 'api_key', 'base_url', 'models']

/** The section `providers`: the same shape as ours, with more types and more fields. */
export function readProviders(section: Values, { types, remark }: Converting): ReadProviders {
  const providers: Record<string, ImportedProvider> = {}
  const renamed = new Map<string, string>()
  for (const [name, value] of Object.entries(section)) {
    const entry = mapOf(value)
    const what = `providers.${name}`
    const type = [wordOf(entry.type) ?? name, toKebabName(wordOf(entry.type) ?? name)].find(one =>
      types.has(one),
    )
    if (type === undefined) {
      remark(what, `left out: there is no provider type "${wordOf(entry.type) ?? name}" here`)
      continue
    }
    const kebab = toKebabName(name)
    if (kebab !== name) {
      renamed.set(name, kebab)
      remark(what, `is called "${kebab}" now`)
    }
    for (const field of Object.keys(entry))
      if (!known.includes(field)) remark(`${what}.${field}`, 'not converted')
    providers[kebab] = { type, ...readKey(entry, kebab, what, remark), ...readRest(entry) }
  }
  return {
    providers,
    rename: name => {
      const slash = name.indexOf('/')
      const kebab = slash > 0 ? renamed.get(name.slice(0, slash)) : undefined
      return kebab === undefined ? name : kebab + name.slice(slash)
    },
  }
}

function readKey(entry: Values, name: string, what: string, remark: Converting['remark']) {
  const key = wordOf(entry.api_key)
  if (key === undefined) return {}
  if (/^\$\{.+\}$/.test(key)) return { api_key: key }
  remark(`${what}.api_key`, `secrets are not copied: set ${keyVariable(name)} to it`)
  return { api_key: `\${${keyVariable(name)}}` }
}

function readRest({ base_url: url, models }: Values): Pick<ImportedProvider, 'base_url' | 'models'> {
  const ids = listOf(models).flatMap(model => wordOf(isMap(model) ? model.id : model) ?? [])
  return {
    ...(wordOf(url) !== undefined && { base_url: wordOf(url)! }),
    ...(ids.length > 0 && { models: ids }),
  }
}
