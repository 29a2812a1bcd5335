import { isMap, listOf, mapOf, mapsOf, type Values, wordOf } from '../foreign.ts'
import {
  type Converting,
  type Imported,
  type ImportedModel,
  type ImportedProvider,
  type ImportedTarget,
  keyVariable,
  toKebabName,
  toTargets,
} from './imported.ts'

/**
 * Converts a config of Portkey, or several: a config, `{ name, config }` as its API tells them, a list of these, or
 * `{ data: […] }`. https://portkey.ai/docs/api-reference/inference-api/config-object
 */
export function fromPortkey(root: unknown, converting: Converting): Omit<Imported, 'report'> {
  const { remark } = converting
  const providers = createProviders(converting)
  const virtualModels: ImportedModel[] = []
  const cached: string[] = []
  const attempts: number[] = []
  for (const [index, entry] of configsIn(root).entries()) {
    const { config, ...about } = entry
    const source = toKebabName(wordOf(about.slug ?? about.name) ?? `config-${index + 1}`)
    const read = (value: Values, name: string): string | undefined => {
      const found = readConfig(value, { ...converting, source: name, providers, read })
      if (found !== undefined) virtualModels.push(found)
      return found && name
    }
    if (read(config, source) === undefined) continue
    if (isMap(config.cache)) cached.push(source)
    if (wordOf(mapOf(config.cache).mode) === 'semantic')
      remark(`${source} cache`, 'only equal questions: see cache.similar')
    if (mapOf(config.cache).max_age !== undefined)
      remark(`${source} cache.max_age`, 'not converted: cache.ttl holds for all models here')
    const tries = Number(mapOf(config.retry).attempts)
    if (tries >= 0) attempts.push(Math.min(10, Math.floor(tries)))
  }
  const settings = {
    ...(attempts.length > 0 && { retries: Math.max(...attempts) }),
    ...(cached.length > 0 && { cache: { models: cached } }),
  }
  return { settings, providers: providers.all(), virtualModels, limits: [], keys: [] }
}

interface Entry extends Values {
  readonly config: Values
}

function configsIn(root: unknown): readonly Entry[] {
  if (Array.isArray(root)) return root.flatMap(configsIn)
  const entry = mapOf(root)
  if (Array.isArray(entry.data)) return configsIn(entry.data)
  const config = typeof entry.config === 'string' ? parsed(entry.config) : entry.config
  if (isMap(config)) return [{ ...entry, config: inSnakeCase(config) }]
  return Object.keys(entry).length === 0 ? [] : [{ ...entry, config: inSnakeCase(entry) }]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Both spellings are taken there: `maxAge` and `max_age`. */
const inSnakeCase = (value: Values): Values =>
  Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      isMap(each)
        ? inSnakeCase(each)
        : Array.isArray(each)
          ? each.map(item => (isMap(item) ? inSnakeCase(item) : item))
          : each,
    ]),
  )

interface Reading extends Converting {
  readonly source: string
  readonly providers: Providers
  /** Converts a group of targets within another, and gives its name back. */
  readonly read: (config: Values, name: string) => string | undefined
}

const strategies: Readonly<Record<string, string>> = { fallback: 'failover', loadbalance: 'round_robin' }

/** Fields of a config, or of a target, that are read. */
const known = [
  ...[
    'strategy',
    'targets',
    'provider',
    'api_key',
    'virtual_key',
    'custom_host',
    'override_params',
    'weight',
  ],
  ...['cache', 'retry', 'name', 'slug', 'id'],
]

function readConfig(config: Values, reading: Reading): ImportedModel | undefined {
  const { source, remark } = reading
  const mode = wordOf(mapOf(config.strategy).mode) ?? 'single'
  if (mode !== 'single' && !Object.hasOwn(strategies, mode))
    return void remark(`${source} strategy "${mode}"`, 'left out: conditions are not converted')
  if (mapOf(config.strategy).on_status_codes !== undefined)
    remark(`${source} strategy.on_status_codes`, 'not converted: failover here follows any failure')
  if (mapOf(config.retry).on_status_codes !== undefined)
    remark(`${source} retry.on_status_codes`, 'not converted')
  const given = mapsOf(config.targets)
  const targets = (given.length > 0 ? given : [config]).flatMap((target, index) =>
    readTarget(target, given.length > 0 ? `${source}-${index + 1}` : source, reading),
  )
  if (given.length > 0) remarkOnFields(config, source, remark)
  if (targets.length === 0) return void remark(source, 'left out: none of its targets could be converted')
  return { source, ...toTargets(targets), ...(targets.length > 1 && { strategy: strategies[mode]! }) }
}

function readTarget(target: Values, name: string, reading: Reading): readonly ImportedTarget[] {
  const { remark, providers, read } = reading
  const weight = Number(target.weight) > 0 ? { weight: Number(target.weight) } : {}
  if (listOf(target.targets).length > 0) {
    const group = read(target, name)
    return group === undefined ? [] : [{ model: group, ...weight }]
  }
  const { model, ...parameters } = mapOf(target.override_params)
  for (const field of Object.keys(parameters))
    remark(
      `${name} override_params.${field}`,
      'not converted: see parameters, which hold for all targets alike',
    )
  remarkOnFields(target, name, remark)
  const [, slug, rest] = /^@([^/]+)\/(.+)$/.exec(wordOf(model) ?? '') ?? []
  const id = rest ?? wordOf(model)
  const provider = providers.nameFor({ ...target, ...(slug !== undefined && { provider: slug }) }, name)
  if (provider === undefined) return []
  if (id === undefined) {
    remark(name, `left out: calls name the model there; any model of "${provider}" is "${provider}/id" here`)
    return []
  }
  providers.add(provider, id)
  return [{ model: `${provider}/${id}`, ...weight }]
}

function remarkOnFields(value: Values, name: string, remark: Converting['remark']): void {
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue
    const isGuard = /guardrails|_hooks$/.test(field)
    remark(`${name} ${field}`, isGuard ? 'not converted: calls pass without it' : 'not converted')
  }
}

type Providers = ReturnType<typeof createProviders>

/** Targets with the same type, address and key share a provider. */
function createProviders({ typeOf, remark }: Converting) {
  const found = new Map<string, { provider: ImportedProvider; mark: string; models: Set<string> }>()

  return {
    nameFor(target: Values, what: string): string | undefined {
      const said = (wordOf(target.provider) ?? wordOf(target.virtual_key) ?? '').replace(/^@/, '')
      const type = typeOf(said) ?? typeOf(said.split('-')[0]!)
      if (type === undefined)
        return void remark(what, `left out: there is no provider type for "${said || '?'}" here`)
      const url = wordOf(target.custom_host)
      const mark = JSON.stringify([type, url, wordOf(target.api_key) ?? said])
      for (const [name, one] of found) if (one.mark === mark) return name
      let name = type
      for (let count = 2; found.has(name); count++) name = `${type}-${count}`
      remark(what, `secrets are not copied: set ${keyVariable(name)}`)
      const provider = {
        type,
        api_key: `\${${keyVariable(name)}}`,
        ...(url !== undefined && { base_url: url }),
      }
      found.set(name, { provider, mark, models: new Set() })
      return name
    },
    add: (name: string, model: string) => void found.get(name)!.models.add(model),
    all: (): Readonly<Record<string, ImportedProvider>> =>
      Object.fromEntries(
        [...found].map(([name, { provider, models }]) => [
          name,
          { ...provider, ...(models.size > 0 && { models: [...models] }) },
        ]),
      ),
  }
}
