/** A second reading of the rules: as short as it can be, slow, and without a line of the gateway's own code. */

export interface Row {
  readonly source: string
  readonly targets?: readonly { readonly model: string; readonly user_paths?: readonly string[] }[]
  readonly user_paths?: readonly string[]
  readonly enabled: boolean
  readonly reach?: 'any' | 'redirect'
}

export interface Rules {
  /** In the order of the house. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly rows: readonly Row[]
  readonly byDefault: boolean
}

export interface Who {
  readonly path: string
  readonly models?: readonly string[]
}

interface Place {
  readonly provider: string
  readonly model: string
  readonly via: readonly string[]
}

/** `denied`: something is there, but not for this caller. */
export type Verdict = {
  readonly served: readonly string[]
  readonly listed: boolean
  readonly denied: boolean
}

/** What becomes of a name (N2–N5, R1–R5, P1–P6, K4, L1–L3). */
export function judge(rules: Rules, name: string, who: Who): Verdict {
  const { places, isOut } = read(rules, { name, via: [] }, who)
  const allowed = places.filter(place => isInKey(rules, who, place) && isOpen(rules, who, place))
  const isRedirect = rules.rows.some(row => row.source === name && exists(row, who))
  const isModel = Object.entries(rules.lists).some(([provider, ids]) =>
    ids.some(id => `${provider}/${id}` === name),
  )
  return {
    served: allowed.map(({ provider, model }) => `${provider}/${model}`),
    listed: allowed.length > 0 && (isRedirect || isModel),
    denied: allowed.length === 0 && (places.length > 0 || isOut),
  }
}

const covers = (scope: string, path: string) =>
  scope === '/' || path === scope || path.startsWith(`${scope}/`)
const isInside = ({ user_paths }: Pick<Row, 'user_paths'>, { path }: Who) =>
  user_paths === undefined || user_paths.some(scope => covers(scope, path))
const isRedirect = ({ targets, enabled }: Row) => targets !== undefined && enabled
/** A redirect is there for whom one of its targets is. */
const targetsFor = ({ targets = [] }: Row, who: Who) => targets.filter(target => isInside(target, who))
const isThere = (row: Row, who: Who) => isInside(row, who) && targetsFor(row, who).length > 0
const exists = (row: Row, who: Who) => isRedirect(row) && isThere(row, who)

/** The real models behind a name, and whether a part of it was out of the caller's scope. */
function read(
  rules: Rules,
  { name, via }: { readonly name: string; readonly via: readonly string[] },
  who: Who,
): { readonly places: readonly Place[]; readonly isOut: boolean } {
  const row = rules.rows.find(row => row.source === name && isRedirect(row))
  if (row === undefined || via.includes(name) || (via.length === 0 && !isThere(row, who)))
    return { places: readLiteral(rules, name).map(place => ({ ...place, via })), isOut: false }
  if (!isThere(row, who)) return { places: [], isOut: true }
  const parts = targetsFor(row, who).map(({ model }) =>
    read(rules, { name: model, via: [...via, name] }, who),
  )
  return { places: parts.flatMap(({ places }) => places), isOut: parts.some(({ isOut }) => isOut) }
}

function readLiteral({ lists }: Rules, name: string): readonly Omit<Place, 'via'>[] {
  const named = Object.keys(lists).find(provider => name.startsWith(`${provider}/`))
  const model = named === undefined ? name : name.slice(named.length + 1)
  const provider = named ?? Object.keys(lists).find(provider => lists[provider]!.includes(name))
  return provider !== undefined && lists[provider]!.includes(model) ? [{ provider, model }] : []
}

/** From the most specific selector to the least. An id that reads like another provider's model is no bare id. */
function selectorsOf({ lists }: Rules, { provider, model }: Place): readonly string[] {
  const isBare = !Object.keys(lists).some(name => model.startsWith(`${name}/`))
  return [`${provider}/${model}`, `${provider}/`, ...(isBare ? [model] : []), '/']
}

const isInKey = (rules: Rules, { models }: Who, place: Place) =>
  models === undefined || [...selectorsOf(rules, place), ...place.via].some(name => models.includes(name))

function isOpen(rules: Rules, who: Who, place: Place): boolean {
  const policies = rules.rows.filter(({ targets }) => targets === undefined)
  const found = selectorsOf(rules, place).flatMap(name => policies.filter(({ source }) => source === name))
  const [policy] = found
  if (policy === undefined) return rules.byDefault
  return policy.enabled && isInside(policy, who) && (policy.reach !== 'redirect' || place.via.length > 0)
}
