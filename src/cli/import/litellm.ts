import { listOf, mapOf, mapsOf, type Values, wordOf } from '../foreign.ts'
import {
  type Converting,
  type Imported,
  type ImportedModel,
  type ImportedProvider,
  remarkOnShapes,
} from './imported.ts'
import { createLimits } from './limits.ts'
import { type Deployment, toModels } from './litellm-groups.ts'
import { createInstances, settingsOf } from './litellm-instances.ts'
import { readDeploymentLimits, readOtherLimits } from './litellm-limits.ts'
import { readSettings } from './litellm-settings.ts'

/** Of a deployment: read here, or without meaning for a gateway. */
const known = [
  ...['model', 'api_key', 'api_base', 'base_url', 'custom_llm_provider', 'weight', 'rpm', 'tpm'],
  'order',
  ...['drop_params', 'stream_options', 'merge_reasoning_content_in_choices'],
]
const limiting = ['max_parallel_requests', 'max_budget', 'budget_duration', 'tpd', 'rpd']

/** What callers get there where they say nothing. A redirect here sets it whatever they say, for all of its targets alike. */
const parameters: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'top_p',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning_effort',
}

/** What `model_info` says of a model, and nobody has to do anything about: what it can, and how it is counted. */
const facts =
  /^(?:id|mode|db_model|description|created_at|updated_at|max_\w*tokens|supports_\w+|litellm_provider)$/

const shapes = {
  model_list: 'list',
  guardrails: 'list',
  credential_list: 'list',
  mcp_servers: 'map',
  router_settings: 'map',
  litellm_settings: 'map',
  general_settings: 'map',
} as const

/** Converts a LiteLLM `config.yaml`. */
export function fromLitellm(root: unknown, { typeOf, remark }: Converting): Omit<Imported, 'report'> {
  const config = mapOf(root)
  remarkOnShapes(root, shapes, remark)
  const instances = createInstances({ typeOf, remark })
  const deployments: Deployment[] = []
  const limits = createLimits()
  const credentials = credentialsIn(config)
  for (const [index, given] of listOf(config.model_list).entries()) {
    const entry = withCredential(given, credentials)
    const found = readDeployment(entry, index, instances.targetOf, remark)
    if (found === undefined) continue
    deployments.push(found)
    readDeploymentLimits(mapOf(mapOf(entry).litellm_params), found.target, limits, remark)
  }
  const router = mapOf(config.router_settings)
  const module = mapOf(config.litellm_settings)
  const virtualModels: ImportedModel[] = toModels(deployments, { router, module, remark })
  const providers: Readonly<Record<string, ImportedProvider>> = instances.all()
  readOtherLimits(config, limits, { names: Object.keys(providers), remark })
  const settings = readSettings(config, remark)
  return { settings, providers, virtualModels, limits: limits.all(), keys: [] }
}

type Remark = Converting['remark']

/** Keys and addresses that deployments refer to by a name. */
const credentialsIn = ({ credential_list: list }: Values): ReadonlyMap<unknown, Values> =>
  new Map(mapsOf(list).map(({ credential_name: name, credential_values: values }) => [name, mapOf(values)]))

function withCredential(entry: unknown, credentials: ReadonlyMap<unknown, Values>): unknown {
  const { litellm_credential_name: name, ...params } = mapOf(mapOf(entry).litellm_params)
  const credential = credentials.get(name)
  return credential === undefined ? entry : { ...mapOf(entry), litellm_params: { ...credential, ...params } }
}

function readDeployment(
  entry: unknown,
  index: number,
  targetOf: (params: Values, what: string) => string | undefined,
  remark: Remark,
): Deployment | undefined {
  const { model_name: named, litellm_params: raw, model_info: info } = mapOf(entry)
  const [name, params] = [wordOf(named), mapOf(raw)]
  const what = `model_list[${index}]${name === undefined ? '' : ` "${name}"`}`
  if (name === undefined || wordOf(params.model) === undefined)
    return void remark(what, 'left out: it needs model_name and litellm_params.model')
  if (/^[^/]*\/$/.test(name)) return void remark(what, 'left out: such a name speaks of many models here')
  for (const field of Object.keys(mapOf(entry)))
    if (!['model_name', 'litellm_params', 'model_info'].includes(field))
      remark(`${what} ${field}`, 'not converted')
  for (const field of Object.keys(params)) {
    if (limiting.includes(field)) continue
    const isPrice = /_cost_per_/.test(field)
    if (isPrice) remark(`${what} ${field}`, 'prices are not converted: set MODEL_PRICES')
    else if (field in parameters)
      remark(
        `${what} ${field}`,
        `not converted, callers may say otherwise there: see parameters.${parameters[field]}`,
      )
    else if (!known.includes(field) && !(field in settingsOf)) remark(`${what} ${field}`, 'not converted')
  }
  const said = Object.keys(mapOf(info))
  if (said.some(field => /_cost_per_/.test(field)))
    remark(`${what} model_info`, 'prices are not converted: set MODEL_PRICES')
  for (const field of said)
    if (!facts.test(field) && !/_cost_per_/.test(field))
      remark(`${what} model_info.${field}`, 'not converted')
  const target = targetOf(params, what)
  if (target === undefined) return undefined
  if (/\*/.test(name) || /\*/.test(target)) {
    const isCovered = name === '*' || name === wordOf(params.model)
    if (!isCovered)
      remark(what, 'patterns are not converted: every model of a provider is "provider/id" here')
    return undefined
  }
  const share = (field: string) => (Number(params[field]) > 0 ? Number(params[field]) : undefined)
  const shares = { weight: share('weight'), rpm: share('rpm'), tpm: share('tpm') }
  return { name, target, ...shares, order: share('order') }
}
