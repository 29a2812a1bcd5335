import { listOf, mapOf, mapsOf, textsOf, type Values, wordOf } from '../foreign.ts'
import {
  type Converting,
  type Imported,
  type ImportedModel,
  type ImportedProvider,
  keyVariable,
  remarkOnShapes,
  toKebabName,
  toTargets,
} from './imported.ts'
import { toServer, toServerName } from './mcp-server.ts'

type Remark = Converting['remark']

/** Converts a Bifrost `config.json`: https://github.com/maximhq/bifrost/blob/main/transports/config.schema.json */
export function fromBifrost(root: unknown, { typeOf, remark }: Converting): Omit<Imported, 'report'> {
  const config = mapOf(root)
  remarkOnShapes(root, { providers: 'map', mcp: 'map', governance: 'map' }, remark)
  const providers: Record<string, ImportedProvider> = {}
  const virtualModels: ImportedModel[] = []
  for (const [given, value] of Object.entries(mapOf(config.providers))) {
    const [what, entry] = [`providers.${given}`, mapOf(value)]
    const type = typeOf(wordOf(mapOf(entry.custom_provider_config).base_provider_type) ?? given)
    if (type === undefined) {
      remark(what, 'left out: there is no provider type of this name here')
      continue
    }
    const keys = readKeys(entry, { name: toKebabName(given), what, type, remark })
    for (const { name, provider } of keys) providers[name] = provider
    virtualModels.push(...sharedBy(keys), ...keys.flatMap(deploymentsOf))
    for (const field of Object.keys(entry))
      if (!['keys', 'network_config', 'meta_config', 'custom_provider_config'].includes(field))
        remark(`${what}.${field}`, 'not converted')
  }
  const servers = readServers(mapOf(config.mcp), remark)
  remarkOnRest(config, remark)
  const settings = servers.length > 0 ? { mcp: { servers } } : {}
  return { settings, providers, virtualModels, limits: [], keys: [] }
}

/** One key of a provider: here it is a provider of its own. */
interface Key {
  readonly name: string
  readonly weight: number
  readonly models: readonly string[]
  /** What a model is deployed as. */
  readonly deployments: Values
  readonly provider: ImportedProvider
}

interface Owner {
  readonly name: string
  readonly what: string
  readonly type: string
  readonly remark: Remark
}

/** What a vendor asks for beside a key, by its names there; `secret` is not copied. */
const own: Readonly<Record<string, { readonly setting: string; readonly secret?: true }>> = {
  endpoint: { setting: 'base_url' },
  project_id: { setting: 'project' },
  region: { setting: 'region' },
  location: { setting: 'location' },
  auth_credentials: { setting: 'credentials', secret: true },
  access_key: { setting: 'access_key_id', secret: true },
  secret_key: { setting: 'secret_access_key', secret: true },
  secret_access_key: { setting: 'secret_access_key', secret: true },
  session_token: { setting: 'session_token', secret: true },
}

function readKeys(entry: Values, { name: base, what, type, remark }: Owner): readonly Key[] {
  const { base_url: url, ...network } = mapOf(entry.network_config)
  for (const field of Object.keys(network))
    remark(
      `${what}.network_config.${field}`,
      'not converted: "retries" and "upstream_timeout" hold for all here',
    )
  const keys = mapsOf(entry.keys)
  return (keys.length > 0 ? keys : [{}]).map((key, index): Key => {
    const name = index === 0 ? base : `${base}-${index + 1}`
    const said = { ...mapOf(entry.meta_config), ...mapOf(Object.entries(key).find(isOwnConfig)?.[1]) }
    const settings = settingsOf(said, { name, what: `${what}.keys[${index}]`, type, remark })
    const models = textsOf(key.models).filter(model => model !== '*')
    const value = wordOf(key.value)
    return {
      ...{ name, models, deployments: mapOf(said.deployments) },
      weight: Number(key.weight) > 0 ? Number(key.weight) : 1,
      provider: {
        type,
        ...(value !== undefined && {
          api_key: toSecret(value, keyVariable(name), why => remark(`${what}.keys[${index}]`, why)),
        }),
        ...(wordOf(url) !== undefined && { base_url: toPlain(wordOf(url)!) }),
        ...settings,
        ...(models.length > 0 && { models }),
      },
    }
  })
}

const isOwnConfig = ([field]: readonly [string, unknown]): boolean => /^[a-z]+_key_config$/.test(field)

const VARIABLE = /^env\.(\w+)$/
const toPlain = (word: string): string => word.replace(VARIABLE, (_, name: string) => `\${${name}}`)

function toSecret(word: string, variable: string, say: (why: string) => void): string {
  if (VARIABLE.test(word)) return toPlain(word)
  say(`secrets are not copied: set ${variable} to it`)
  return `\${${variable}}`
}

function settingsOf(said: Values, { name, what, type, remark }: Owner): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [field, value] of Object.entries(said)) {
    const word = wordOf(value)
    if (field === 'deployments' || word === undefined) continue
    const known = own[field]
    if (known === undefined) {
      remark(`${what} ${field}`, 'not converted')
      continue
    }
    // Where a model runs is a project's location at one vendor, and a region at others.
    const setting = field === 'region' && said.project_id !== undefined ? 'location' : known.setting
    const variable = keyVariable(name).replace(/API_KEY$/, setting.toUpperCase())
    found[setting] = known.secret
      ? toSecret(word, variable, why => remark(`${what} ${field} (${type})`, why))
      : toPlain(word)
  }
  return found
}

/** A model that several keys may ask is shared out among them. */
function sharedBy(keys: readonly Key[]): readonly ImportedModel[] {
  const first = keys[0]
  if (first === undefined || keys.length < 2) return []
  return [...new Set(keys.flatMap(({ models }) => models))].flatMap(model => {
    const able = keys.filter(({ models }) => models.length === 0 || models.includes(model))
    const targets = able.map(({ name, weight }) => ({ model: `${name}/${model}`, weight }))
    const isItself = targets.length === 1 && targets[0]!.model === `${first.name}/${model}`
    if (isItself) return []
    const source = `${first.name}/${model}`
    return [{ source, ...toTargets(targets), ...(targets.length > 1 && { strategy: 'round_robin' }) }]
  })
}

const deploymentsOf = ({ name, deployments }: Key): readonly ImportedModel[] =>
  Object.entries(deployments).flatMap(([model, deployment]) => {
    const id = wordOf(deployment)
    return id === undefined || id === model
      ? []
      : [{ source: `${name}/${model}`, target_model: `${name}/${id}` }]
  })

function readServers({ client_configs: clients, ...rest }: Values, remark: Remark): readonly Values[] {
  for (const field of Object.keys(rest)) remark(`mcp.${field}`, 'not converted')
  return listOf(clients).flatMap((value, index) => {
    const entry = mapOf(value)
    const [given, url] = [wordOf(entry.name) ?? `server-${index + 1}`, wordOf(entry.connection_string)]
    const what = `mcp.client_configs "${given}"`
    if (url === undefined || wordOf(entry.connection_type) !== 'http') {
      remark(what, 'left out: it is no server of "streamable HTTP" with a url')
      return []
    }
    const name = toServerName(given)
    if (name !== given) remark(what, `is called "${name}" now`)
    const headers = Object.entries(mapOf(entry.headers)).map(([header, value]) => {
      const variable = keyVariable(name).replace(/API_KEY$/, 'MCP_SECRET')
      return [
        header,
        toSecret(wordOf(value) ?? '', variable, why => remark(`${what} ${header}`, why)),
      ] as const
    })
    const allow = textsOf(entry.tools_to_execute).filter(tool => tool !== '*')
    return [
      toServer({
        ...{ name, url: toPlain(url), headers: Object.fromEntries(headers) },
        ...{ allow, deny: textsOf(entry.tools_to_skip) },
      }),
    ]
  })
}

function remarkOnRest(config: Values, remark: Remark): void {
  for (const [section, value] of Object.entries(config)) {
    if (['providers', 'mcp', '$schema'].includes(section)) continue
    if (section !== 'governance') remark(section, 'not converted')
    else
      for (const field of Object.keys(mapOf(value)))
        remark(`governance.${field}`, 'not converted: see limits, and POST /admin/keys')
  }
}
