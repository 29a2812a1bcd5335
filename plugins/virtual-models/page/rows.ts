import type { Provider } from '../../../src/contract/provider.ts'
import { createSearch, MAX_SEARCH, readPage } from '../../../views/listing.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { TargetView, VirtualModelView } from '../model.ts'
import { type Ability, abilities } from './abilities.ts'

/** A model that a provider lists. */
export interface ProviderRow {
  readonly kind: 'provider'
  /** `provider/id`. */
  readonly name: string
  readonly provider: string
  readonly id: string
}

export interface VirtualRow {
  readonly kind: 'virtual'
  readonly name: string
  readonly view: VirtualModelView
}

export type Row = ProviderRow | VirtualRow

export const rowKinds = {
  '': 'All kinds',
  virtual: 'Virtual models',
  redirect: 'Redirects',
  shadow: 'Shadows',
  policy: 'Access policies',
  managed: 'Managed',
  provider: 'Provider models',
} as const

export type RowKind = keyof typeof rowKinds

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly kind: RowKind
  readonly provider: string
  readonly can: Ability
  readonly page: number
}

export function readQuery(read: (name: string) => string): Query {
  const [kind, can] = [read('kind'), read('can')]
  return {
    q: read('q').slice(0, MAX_SEARCH),
    kind: Object.hasOwn(rowKinds, kind) ? (kind as RowKind) : '',
    provider: read('provider').slice(0, MAX_SEARCH),
    can: Object.hasOwn(abilities, can) ? (can as Ability) : '',
    page: readPage(read('page')),
  }
}

/** All rows of the providers, sorted; built anew only when a list has changed. */
export function createProviderRows(
  lists: ModelLists,
  providers: () => ReadonlyMap<string, Provider>,
): () => readonly ProviderRow[] {
  let rows: readonly ProviderRow[] = []
  let revision: number | undefined
  return () => {
    if (revision === lists.revision()) return rows
    revision = lists.revision()
    rows = [...providers().keys()]
      .flatMap(provider =>
        [...(lists.of(provider)?.keys() ?? [])].map(
          (id): ProviderRow => ({ kind: 'provider', name: `${provider}/${id}`, provider, id }),
        ),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    return rows
  }
}

/** What matches by name and kind: what the operator made comes first, then what the providers offer. */
export function findRows(
  views: readonly VirtualModelView[],
  provided: readonly ProviderRow[],
  query: Query,
): readonly Row[] {
  const virtual = views.map((view): VirtualRow => ({ kind: 'virtual', name: view.source, view }))
  const isFound = createSearch(query.q)
  return [...virtual, ...provided].filter(
    row => isKind(row, query.kind) && isAt(row, query.provider) && isFound(textsOf(row)),
  )
}

function isKind(row: Row, kind: RowKind): boolean {
  if (kind === '') return true
  if (row.kind === 'provider') return kind === 'provider'
  if (kind === 'virtual') return true
  if (kind === 'shadow') return row.view.shadows === true
  if (kind === 'managed') return row.view.managed
  return row.view.kind === kind
}

function isAt(row: Row, provider: string): boolean {
  if (provider === '') return true
  if (row.kind === 'provider') return row.provider === provider
  return [row.name, row.view.resolved_model ?? '', ...namesOf(row.view)].some(name =>
    name.startsWith(`${provider}/`),
  )
}

const textsOf = (row: Row): readonly string[] =>
  row.kind === 'provider'
    ? [row.name]
    : [row.name, row.view.description, ...namesOf(row.view), ...pathsOf(row.view)]

/** Whom it and its targets are for. */
const pathsOf = (view: VirtualModelView): string[] =>
  [view, ...targetsOf(view)].flatMap(({ user_paths: paths = [] }) => paths)

/** Where a redirect leads by name. */
const namesOf = (view: VirtualModelView): string[] => targetsOf(view).map(({ model }) => model)

/** The targets of a redirect in one form, however many it has; none for a policy. */
export const targetsOf = ({ target_model, targets }: VirtualModelView): readonly TargetView[] =>
  targets !== undefined && targets.length > 0
    ? targets
    : target_model === undefined || target_model === ''
      ? []
      : [{ model: target_model, weight: 1 }]

/** Finds the policy that decides about a provider's model: the most specific one, as the access plugin does. */
export function createPolicyFinder(
  views: readonly VirtualModelView[],
): (row: ProviderRow) => VirtualModelView | undefined {
  const policies = new Map(views.filter(({ kind }) => kind === 'policy').map(view => [view.source, view]))
  const bare = (id: string) => {
    const policy = policies.get(id)
    return policy?.scope_kind === 'bare' ? policy : undefined
  }
  return ({ name, provider, id }) =>
    policies.get(name) ?? policies.get(`${provider}/`) ?? bare(id) ?? policies.get('/')
}
