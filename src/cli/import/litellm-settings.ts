import { listOf, mapOf, textsOf, type Values, wordOf } from '../foreign.ts'
import { type Converting, toKebabName } from './imported.ts'
import { readMcpServers } from './litellm-mcp.ts'

type Remark = Converting['remark']

/** What holds for all calls: retries, times, stored answers, tools. Each setting that has no counterpart gets a line. */
export function readSettings(config: Values, remark: Remark): Values {
  const [router, module] = [mapOf(config.router_settings), mapOf(config.litellm_settings)]
  const servers = readMcpServers(mapOf(config.mcp_servers), remark)
  remarkOnRest(config, remark)
  return {
    ...readMasterKey(mapOf(config.general_settings), remark),
    ...readRetries(router, module),
    ...readBreaker(router, module, remark),
    ...readCache(module, remark),
    ...(servers.length > 0 && { mcp: { servers } }),
  }
}

function readMasterKey({ master_key: key }: Values, remark: Remark): Values {
  const word = wordOf(key)
  if (word === undefined) return {}
  const variable = /^os\.environ\/(\w+)$/.exec(word)?.[1]
  if (variable !== undefined) return { auth: { master_key: `\${${variable}}` } }
  remark('general_settings.master_key', 'secrets are not copied: set MODELWAY_MASTER_KEY to it')
  return {}
}

/** A number as it may stand there; undefined for what is none. */
const numberOf = (value: unknown): number | undefined => {
  const word = wordOf(value)
  return word !== undefined && Number(word) >= 0 ? Number(word) : undefined
}
const secondsOf = (value: unknown): string | undefined => {
  const seconds = numberOf(value)
  return seconds === undefined || seconds === 0 ? undefined : `${Math.ceil(seconds)}s`
}

/** The router's word counts for more than the module's. */
function readRetries(router: Values, module: Values): Values {
  const retries = numberOf(router.num_retries) ?? numberOf(module.num_retries)
  const timeout = secondsOf(router.timeout) ?? secondsOf(module.request_timeout)
  return {
    ...(retries !== undefined && { retries: Math.min(10, Math.floor(retries)) }),
    ...(timeout !== undefined && { upstream_timeout: timeout }),
  }
}

/** There a deployment rests after so many failures in a minute, here after so many in a row. */
function readBreaker(router: Values, module: Values, remark: Remark): Values {
  const allowed = numberOf(router.allowed_fails) ?? numberOf(module.allowed_fails)
  const pause = secondsOf(router.cooldown_time) ?? secondsOf(module.cooldown_time)
  if (allowed === undefined && pause === undefined) return {}
  if (allowed !== undefined)
    remark('allowed_fails', 'became breaker.failures: so many in a row, not in a minute')
  return {
    breaker: {
      ...(allowed !== undefined && { failures: Math.min(1000, Math.floor(allowed) + 1) }),
      ...(pause !== undefined && { pause }),
    },
  }
}

/** Stored answers are kept in memory here, whatever kept them there. */
function readCache({ cache, cache_params: said }: Values, remark: Remark): Values {
  if (cache !== true) return {}
  const params = mapOf(said)
  const kind = wordOf(params.type) ?? 'redis'
  if (kind !== 'local')
    remark(`litellm_settings.cache_params.type "${kind}"`, 'answers are kept in memory here')
  if (kind.endsWith('semantic')) remark('litellm_settings.cache', 'only equal questions: see cache.similar')
  for (const field of Object.keys(params))
    if (!['type', 'ttl'].includes(field)) remark(`litellm_settings.cache_params.${field}`, 'not converted')
  const ttl = secondsOf(params.ttl)
  return { cache: { models: ['/'], ...(ttl !== undefined && { ttl }) } }
}

/** Where something of it is read, or without meaning here; each other setting gets its own line. */
const read: Readonly<Record<string, readonly string[]>> = {
  router_settings: [
    ...['routing_strategy', 'fallbacks', 'model_group_alias', 'default_fallbacks', 'provider_budget_config'],
    ...['num_retries', 'timeout', 'allowed_fails', 'cooldown_time', 'set_verbose'],
  ],
  litellm_settings: [
    ...['fallbacks', 'default_fallbacks', 'drop_params', 'set_verbose', 'json_logs', 'max_budget'],
    ...['budget_duration', 'num_retries', 'request_timeout', 'allowed_fails', 'cooldown_time'],
    ...['cache', 'cache_params'],
  ],
  general_settings: [
    ...['master_key', 'global_max_parallel_requests', 'max_parallel_requests', 'max_budget'],
    'budget_duration',
  ],
  credential_list: [],
  mcp_servers: [],
}

/** What is done instead here. */
const advice: Readonly<Record<string, string>> = {
  'general_settings.database_url':
    'not converted: keys, teams and what they spent are in that database; keys are made anew here',
  'general_settings.store_model_in_db': 'not converted: models that are in the database are not in this file',
  environment_variables: 'not converted: set them where this gateway starts',
}
const exporters: Readonly<Record<string, string>> = {
  prometheus: 'is there without being asked for: GET /metrics',
  otel: 'not converted: set OTEL_EXPORTER_OTLP_ENDPOINT',
}

/** Where calls are told of: each by its name. */
function remarkOnCallbacks(section: string, field: string, value: unknown, remark: Remark): void {
  const names = typeof value === 'string' ? [value] : textsOf(value)
  for (const name of names)
    remark(`${section}.${field} "${name}"`, exporters[toKebabName(name)] ?? 'not converted')
}

/** What they call is theirs: nothing of it can be carried over without knowing what it is for. */
function remarkOnGuardrails(value: unknown, remark: Remark): void {
  for (const [index, entry] of listOf(value).entries()) {
    const { guardrail_name: named, litellm_params: params } = mapOf(entry)
    const [name, kind] = [wordOf(named), wordOf(mapOf(params).guardrail)]
    const what = `guardrails[${index}]${name === undefined ? '' : ` "${name}"`}`
    const of = kind === undefined ? '' : ` (${kind})`
    remark(
      what,
      `not converted${of}: calls pass without it. Write it anew as guardrails.rules, or as a checker`,
    )
  }
}

function remarkOnRest(config: Values, remark: Remark): void {
  for (const [section, value] of Object.entries(config)) {
    if (section === 'model_list') continue
    if (section === 'guardrails') remarkOnGuardrails(value, remark)
    else if (section in read) remarkOnSection(section, mapOf(value), remark)
    else remark(section, advice[section] ?? 'not converted')
  }
}

function remarkOnSection(section: string, settings: Values, remark: Remark): void {
  if (section === 'mcp_servers') return
  for (const [field, value] of Object.entries(settings)) {
    if (read[section]!.includes(field)) continue
    if (/callbacks?$/.test(field)) remarkOnCallbacks(section, field, value, remark)
    else if (/_fallbacks$/.test(field))
      remark(`${section}.${field}`, 'only "fallbacks" are converted: failover here follows any failure')
    else remark(`${section}.${field}`, advice[`${section}.${field}`] ?? 'not converted')
  }
}
