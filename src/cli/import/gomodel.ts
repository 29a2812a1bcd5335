import { isMap, listOf, mapOf, mapsOf, textsOf, type Values, wordOf } from '../foreign.ts'
import { toImportedKey } from './gomodel-keys.ts'
import { readLimits } from './gomodel-limits.ts'
import { readProviders } from './gomodel-providers.ts'
import {
  type Converting,
  type Imported,
  type ImportedModel,
  type ImportedTarget,
  remarkOnShapes,
  toTargets,
} from './imported.ts'

/**
 * Converts a GoModel `config.yaml`, or what its admin API exports: the array of `GET /admin/virtual-models` or of
 * `GET /admin/auth-keys`, or an object with both under `virtual_models` and `auth_keys`.
 */
export function fromGomodel(root: unknown, converting: Converting): Omit<Imported, 'report'> {
  const config = Array.isArray(root) ? byContent(root) : mapOf(root)
  const { providers, rename } = readProviders(mapOf(config.providers), converting)
  const { remark } = converting
  remarkOnShapes(Array.isArray(root) ? config : root, shapes, remark)
  for (const [index, entry] of listOf(config.virtual_models).entries())
    if (!isMap(entry)) remark(`virtual_models[${index}]`, 'left out: it is no map')
  const models = mapsOf(config.virtual_models).flatMap((entry, index) =>
    toModel(entry, index, rename, remark),
  )
  const rules = Object.entries(mapOf(mapOf(config.failover).rules)).map(
    ([source, targets]): ImportedModel => ({
      source,
      targets: [...new Set([source, ...textsOf(targets)])].map(model => ({ model: rename(model) })),
      strategy: 'failover',
    }),
  )
  const taken = new Set(models.map(({ source }) => source))
  for (const { source } of rules)
    if (taken.has(source))
      remark(`failover.rules "${source}"`, 'left out: there is a virtual model of this name')
  const keys = mapsOf(config.auth_keys ?? config.keys).flatMap(key => toImportedKey(key, rename, remark))
  const settings = readSettings(config, remark)
  remarkOnRest(config, remark)
  return {
    settings,
    providers,
    virtualModels: [...models, ...rules.filter(({ source }) => !taken.has(source))],
    limits: readLimits(config, rename, remark),
    keys,
  }
}

type Remark = Converting['remark']

const shapes = {
  providers: 'map',
  virtual_models: 'list',
  auth_keys: 'list',
  server: 'map',
  models: 'map',
  http: 'map',
  budgets: 'map',
  rate_limits: 'map',
} as const

/** An array is told by what is in it. */
const byContent = (rows: readonly unknown[]): Values =>
  rows.some(row => isMap(row) && 'source' in row) ? { virtual_models: rows } : { auth_keys: rows }

/** What our shape has; what the admin API adds to it; everything else is named. */
const own = ['source', 'target', 'target_model', 'targets', 'strategy', 'session_affinity', 'failover']
const known = new Set([
  ...[
    ...own,
    'user_paths',
    'description',
    'enabled',
    'kind',
    'managed',
    'valid',
    'resolved_model',
    'created_at',
  ],
  ...['updated_at', 'provider_type', 'provider_name', 'model', 'scope_kind'],
])
const strategies = ['round_robin', 'cost', 'failover']

function toModel(
  entry: Values,
  index: number,
  rename: (name: string) => string,
  remark: Remark,
): ImportedModel[] {
  const source = wordOf(entry.source)
  const what = `virtual_models[${index}]${source === undefined ? '' : ` "${source}"`}`
  if (source === undefined) {
    remark(what, 'left out: it has no source')
    return []
  }
  for (const field of Object.keys(entry)) if (!known.has(field)) remark(`${what} ${field}`, 'not converted')
  for (const [at, target] of listOf(entry.targets).entries())
    if (wordOf(mapOf(target).model) === undefined)
      remark(`${what} targets[${at}]`, 'left out: it names no model')
  const targets = targetsOf(entry, rename)
  const strategy = wordOf(entry.strategy)?.toLowerCase()
  if (strategy !== undefined && !strategies.includes(strategy))
    remark(`${what} strategy "${strategy}"`, 'became round_robin')
  const isOn = (field: string) => (typeof entry[field] === 'boolean' ? { [field]: entry[field] } : {})
  const paths = textsOf(entry.user_paths)
  const isPolicy = targets.length === 0
  // There a policy without paths opens its models to everybody; here that has to be said.
  const opens = isPolicy && entry.enabled !== false && paths.length === 0
  return [
    {
      source: rename(source),
      ...(!isPolicy && toTargets(targets)),
      ...(targets.length > 1 && {
        strategy: strategies.includes(strategy ?? '') ? strategy! : 'round_robin',
      }),
      ...(!isPolicy && { ...isOn('session_affinity'), ...isOn('failover') }),
      ...(opens ? { user_paths: ['/'] } : paths.length > 0 && { user_paths: paths }),
      ...(wordOf(entry.description) !== undefined && { description: wordOf(entry.description)! }),
      ...isOn('enabled'),
    },
  ]
}

function targetsOf(entry: Values, rename: (name: string) => string): ImportedTarget[] {
  const single = wordOf(entry.target ?? entry.target_model)
  const several = mapsOf(entry.targets).flatMap(({ provider, model, weight }) => {
    const [id, at] = [wordOf(model), wordOf(provider)]
    if (id === undefined) return []
    const name = rename(at === undefined ? id : `${at}/${id}`)
    return [{ model: name, ...(typeof weight === 'number' && weight > 0 && { weight }) }]
  })
  if (several.length > 0) return several
  return single === undefined ? [] : [{ model: rename(single) }]
}

/** The other name of each setting that both have. */
const places: Readonly<Record<string, readonly string[]>> = {
  'server.port': ['port'],
  'server.base_path': ['base_path'],
  'server.body_size_limit': ['body_limit'],
  'server.user_path_header': ['user_path', 'header'],
  'models.enabled_by_default': ['access', 'enabled_by_default'],
  'models.configured_provider_models_mode': ['model_lists', 'mode'],
  'models.keep_only_aliases_at_models_endpoint': ['list_filter', 'only_aliases'],
  'models.unqualified_model_ids_at_models_endpoint': ['catalog', 'unqualified'],
  'http.timeout': ['upstream_timeout'],
}

function readSettings(config: Values, remark: Remark): Values {
  const settings: Record<string, Record<string, unknown> | unknown> = {}
  const set = ([section = '', field]: readonly string[], value: unknown) => {
    settings[section] = field === undefined ? value : { ...mapOf(settings[section]), [field]: value }
  }
  for (const section of ['server', 'models', 'http']) {
    for (const [field, value] of Object.entries(mapOf(config[section]))) {
      const what = `${section}.${field}`
      if (what === 'server.master_key') {
        const isVariable = /^\$\{.+\}$/.test(wordOf(value) ?? '')
        if (isVariable) set(['auth', 'master_key'], value)
        else remark(what, 'secrets are not copied: set MODELWAY_MASTER_KEY to it')
      } else if (what === 'models.configured_provider_models_mode' && value === 'merge') {
        remark(`${what} "merge"`, 'there are "fallback" and "allowlist": became fallback')
      } else if (what in places) set(places[what]!, value)
      else remark(what, 'not converted')
    }
  }
  return settings
}

function remarkOnRest(config: Values, remark: Remark): void {
  const read = new Set([...Object.keys(shapes), 'keys'])
  for (const [section, value] of Object.entries(config)) {
    if (read.has(section)) continue
    if (section === 'failover') {
      for (const field of Object.keys(mapOf(value)))
        if (field !== 'rules')
          remark(`failover.${field}`, 'not converted: each redirect has its own "failover"')
    } else remark(section, 'not converted')
  }
}
