import { isMap, mapOf, mapsOf, textsOf, type Values, wordOf } from '../foreign.ts'
import { type Converting, type ImportedModel, type ImportedTarget, toTargets } from './imported.ts'

/** One entry of `model_list`. Entries of the same name share the load. */
export interface Deployment {
  readonly name: string
  readonly target: string
  readonly weight: number | undefined
  readonly rpm: number | undefined
  readonly tpm: number | undefined
  /** Those with the least are asked first. */
  readonly order: number | undefined
}

export interface GroupOptions {
  readonly router: Values
  readonly module: Values
  readonly remark: Converting['remark']
}

/** What each way of routing comes nearest to. */
const strategies: Readonly<Record<string, string>> = {
  'simple-shuffle': 'round_robin',
  'latency-based-routing': 'latency',
  'cost-based-routing': 'cost',
}

/** Groups, fallbacks and aliases become redirects. */
export function toModels(deployments: readonly Deployment[], options: GroupOptions): ImportedModel[] {
  const { router, remark } = options
  const strategy = strategyOf(router, remark)
  const named = Map.groupBy(deployments, ({ name }) => name)
  const groups = new Map([...named].map(([name, group]) => [name, shares(inOrder(group))]))
  const fallbacks = fallbacksOf(groups, options)
  const pools = new Map(
    [...groups].flatMap(([name, targets]) =>
      fallbacks.has(name) && targets.length > 1 ? [[name, freeName(`${name}-pool`, groups)] as const] : [],
    ),
  )
  /** What leads to a group without its fallbacks: a fallback must not bring its own, which may lead back. */
  const legTo = (name: string): string =>
    pools.get(name) ?? (groups.get(name)!.length === 1 ? groups.get(name)![0]!.model : name)
  const models: ImportedModel[] = []
  for (const [name, targets] of groups) {
    const next = fallbacks.get(name)
    const way = isOrdered(named.get(name)!) ? 'failover' : strategy
    const balanced = { ...toTargets(targets), ...(targets.length > 1 && { strategy: way }) }
    if (next === undefined) {
      if (!(targets.length === 1 && targets[0]!.model === name)) models.push({ source: name, ...balanced })
      continue
    }
    const pool = pools.get(name)
    if (pool !== undefined) models.push({ source: pool, ...balanced })
    const legs = [...new Set([legTo(name), ...next.map(legTo)])]
    models.push({ source: name, targets: legs.map(model => ({ model })), strategy: 'failover' })
  }
  return [...models, ...aliasesOf(groups, legTo, options)]
}

const isOrdered = (group: readonly Deployment[]): boolean => new Set(group.map(({ order }) => order)).size > 1
const inOrder = (group: readonly Deployment[]): readonly Deployment[] =>
  group.toSorted((a, b) => (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY) || 0)

type Groups = ReadonlyMap<string, readonly ImportedTarget[]>

/** As LiteLLM shuffles: by weight where anybody has one, else by rpm or tpm where all have it. */
function shares(group: readonly Deployment[]): readonly ImportedTarget[] {
  const all = (field: 'rpm' | 'tpm') => group.every(deployment => deployment[field] !== undefined)
  const field = group.some(({ weight }) => weight !== undefined)
    ? 'weight'
    : all('rpm')
      ? 'rpm'
      : all('tpm')
        ? 'tpm'
        : undefined
  const sums = new Map<string, number>()
  for (const deployment of group) {
    const share = (field && deployment[field]) ?? 1
    sums.set(deployment.target, (sums.get(deployment.target) ?? 0) + share)
  }
  return [...sums].map(([model, weight]) => ({ model, weight }))
}

function strategyOf({ routing_strategy: said }: Values, remark: Converting['remark']): string {
  const word = wordOf(said)
  if (word === undefined) return 'round_robin'
  if (!(word in strategies)) remark(`router_settings.routing_strategy "${word}"`, 'became round_robin')
  return strategies[word] ?? 'round_robin'
}

function fallbacksOf(
  groups: Groups,
  { router, module, remark }: GroupOptions,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const keep = (name: string, to: readonly string[], what: string) => {
    const there = to.filter(next => next !== name && groups.has(next))
    for (const next of to)
      if (!groups.has(next)) remark(what, `"${next}" is no model_name that was converted: left out`)
    if (groups.has(name) && there.length > 0) found.set(name, there)
  }
  for (const [section, settings] of Object.entries({ router_settings: router, litellm_settings: module })) {
    for (const [name, to] of namesIn(settings.fallbacks)) {
      if (groups.has(name)) keep(name, to, `${section}.fallbacks "${name}"`)
      else remark(`${section}.fallbacks "${name}"`, 'left out: it is no model_name that was converted')
    }
    const rest = textsOf(settings.default_fallbacks)
    if (rest.length === 0) continue
    for (const name of groups.keys()) if (!found.has(name)) keep(name, rest, `${section}.default_fallbacks`)
  }
  return found
}

function aliasesOf(
  groups: Groups,
  legTo: (name: string) => string,
  { router, remark }: GroupOptions,
): ImportedModel[] {
  return Object.entries(mapOf(router.model_group_alias)).flatMap(([alias, value]) => {
    const what = `router_settings.model_group_alias "${alias}"`
    const target = isMap(value) ? wordOf(value.model) : wordOf(value)
    if (groups.has(alias) || target === undefined || !groups.has(target)) {
      remark(
        what,
        groups.has(alias)
          ? 'left out: there is a model_name like it'
          : 'left out: it leads to nothing that was converted',
      )
      return []
    }
    if (isMap(value) && value.hidden === true) remark(what, 'hidden aliases are listed here')
    const isDirect = groups.get(target)!.length === 1 && groups.get(target)![0]!.model === target
    return [{ source: alias, target_model: isDirect ? legTo(target) : target }]
  })
}

function freeName(wanted: string, taken: Groups): string {
  let name = wanted
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`
  return name
}

/** LiteLLM writes a map as a list of maps with one entry each. */
const namesIn = (value: unknown): readonly (readonly [string, readonly string[]])[] =>
  mapsOf(value).flatMap(entry =>
    Object.entries(entry).map(([name, to]) => [name, typeof to === 'string' ? [to] : textsOf(to)] as const),
  )
