import { mapOf, mapsOf, type Values, wordOf } from '../foreign.ts'
import type { ImportedLimit } from './imported.ts'
import { createLimits, mostOf, NO_WINDOW, type Remark } from './limits.ts'

const windows: Readonly<Record<string, string>> = {
  minute: 'minute',
  hour: 'hour',
  hourly: 'hour',
  day: 'day',
  daily: 'day',
  week: 'week',
  weekly: 'week',
  month: 'month',
  monthly: 'month',
}

const budget = { amount: 'cost_usd' } as const
const rates = { max_requests: 'requests', max_tokens: 'tokens' } as const
const running = { max_requests: 'concurrent' } as const

type Scope = Omit<ImportedLimit, 'name'>

/** `budgets` and `rate_limits`: by user path, by provider and by model. */
export function readLimits(
  config: Values,
  rename: (name: string) => string,
  remark: Remark,
): readonly ImportedLimit[] {
  const limits = createLimits()
  const scopes: Readonly<Record<string, (name: string) => Scope>> = {
    user_paths: path => ({ user_path: path }),
    providers: name => ({ models: [rename(`${name}/`)] }),
    models: name => ({ models: [rename(name)] }),
  }

  function readRule(section: Section, kind: string, rule: Values): void {
    const name = wordOf(rule.path ?? rule.name ?? rule.model ?? rule.label) ?? '?'
    const what = `${section}.${kind} "${name}"`
    if (!Object.hasOwn(scopes, kind) || name === '?')
      return void remark(what, 'left out: limits here are for user paths, keys and models')
    if (rule.per_child === true)
      remark(`${what} per_child`, 'all below it share the limit: "each" has one for each key or path')
    for (const entry of mapsOf(rule.limits))
      readEntry(section, entry, { what, name, scope: scopes[kind]!(name) })
  }

  function readEntry(section: Section, entry: Values, { what, name, scope }: Rule): void {
    const period = wordOf(entry.period)?.toLowerCase() ?? ''
    const isRunning = section === 'rate_limits' && period === 'concurrent'
    const per = Object.hasOwn(windows, period) ? windows[period]! : undefined
    if (per === undefined && !isRunning) return void remark(`${what} ${period}`, NO_WINDOW)
    const fields = section === 'budgets' ? budget : isRunning ? running : rates
    const most = mostOf(entry, fields, why => remark(`${what} ${period}`, why))
    if (most === undefined) return
    const noun = section === 'budgets' ? 'budget' : 'rate'
    limits.add(`${noun} ${name} ${period}`, { ...scope, ...(per !== undefined && { per }), ...most })
  }

  for (const section of ['budgets', 'rate_limits'] as const) {
    const said = mapOf(config[section])
    if (said.enabled === false && Object.keys(said).length > 1)
      remark(`${section}.enabled`, 'was off: its limits are converted, and hold here')
    for (const [kind, rules] of Object.entries(said)) {
      if (kind === 'enabled' || kind === 'flush_interval') continue
      if (!Array.isArray(rules)) remark(`${section}.${kind}`, 'not converted')
      for (const rule of mapsOf(rules)) readRule(section, kind, rule)
    }
  }
  return limits.all()
}

type Section = 'budgets' | 'rate_limits'

interface Rule {
  readonly what: string
  readonly name: string
  readonly scope: Scope
}
