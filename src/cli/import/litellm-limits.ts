import { mapOf, type Values, wordOf } from '../foreign.ts'
import { toKebabName } from './imported.ts'
import { type Limits, mostOf, NO_WINDOW, type Remark } from './limits.ts'

/** LiteLLM's stretches of time that are ones of ours. */
const windows: Readonly<Record<string, string>> = {
  '1m': 'minute',
  '60s': 'minute',
  '1h': 'hour',
  '60m': 'hour',
  '1d': 'day',
  '24h': 'day',
  '7d': 'week',
  '30d': 'month',
  '1mo': 'month',
}
const windowOf = (duration: unknown): string | undefined => {
  const word = wordOf(duration) ?? ''
  return Object.hasOwn(windows, word) ? windows[word] : undefined
}

/** Of a deployment: what it says beside `rpm` and `tpm`, which share calls out among deployments. */
export function readDeploymentLimits(params: Values, target: string, limits: Limits, remark: Remark): void {
  const say = (why: string) => remark(target, why)
  const day = mostOf(params, { rpd: 'requests', tpd: 'tokens' }, say)
  if (day !== undefined) limits.add(`${target} day`, { models: [target], per: 'day', ...day })
  const running = mostOf(params, { max_parallel_requests: 'concurrent' }, say)
  if (running !== undefined) limits.add(`${target} concurrent`, { models: [target], ...running })
  if (params.max_budget == null) return
  const per = windowOf(params.budget_duration)
  const cost = mostOf(params, { max_budget: 'cost_usd' }, say)
  if (per === undefined) remark(`${target} max_budget`, NO_WINDOW)
  else if (cost !== undefined) limits.add(`${target} ${per}`, { models: [target], per, ...cost })
}

/** Of everybody together, of each key, and of providers. */
export function readOtherLimits(config: Values, limits: Limits, { names, remark }: Others): void {
  const general = mapOf(config.general_settings)
  const say = (why: string) => remark('general_settings', why)
  const all = mostOf(general, { global_max_parallel_requests: 'concurrent' }, say)
  if (all !== undefined) limits.add('everybody concurrent', all)
  const each = mostOf(general, { max_parallel_requests: 'concurrent' }, say)
  if (each !== undefined) limits.add('each key concurrent', { each: 'key', ...each })
  for (const section of ['litellm_settings', 'general_settings']) {
    const said = mapOf(config[section])
    const cost = mostOf(said, { max_budget: 'cost_usd' }, why => remark(section, why))
    if (cost === undefined) continue
    const per = windowOf(said.budget_duration)
    if (per === undefined) remark(`${section}.max_budget`, NO_WINDOW)
    else limits.add(`everybody ${per}`, { per, ...cost })
  }
  const providers = mapOf(mapOf(config.router_settings).provider_budget_config)
  for (const [provider, raw] of Object.entries(providers)) {
    const what = `router_settings.provider_budget_config.${provider}`
    const name = toKebabName(provider)
    if (!names.includes(name)) {
      remark(what, 'left out: no provider of this name was converted')
      continue
    }
    const said = mapOf(raw)
    const per = windowOf(said.time_period ?? said.budget_duration)
    const amount = { amount: said.budget_limit ?? said.max_budget }
    const cost = mostOf(amount, { amount: 'cost_usd' }, why => remark(what, why))
    if (per === undefined) remark(what, NO_WINDOW)
    else if (cost !== undefined) limits.add(`${name} ${per}`, { models: [`${name}/`], per, ...cost })
  }
}

interface Others {
  /** Of the providers that were converted. */
  readonly names: readonly string[]
  readonly remark: Remark
}
