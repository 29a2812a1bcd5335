import { definePage, type Page } from '../../src/contract/page.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { pageOf } from '../../views/listing.ts'
import { shorten } from '../../views/name.tsx'
import type { History } from '../history/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { VirtualModels, VirtualModelView } from './model.ts'
import { type Ability, canDo } from './page/abilities.ts'
import { createActions } from './page/actions.tsx'
import { type Draft, draftOf, emptyDraft } from './page/draft.ts'
import type { Editing } from './page/editor.tsx'
import { effectsOf } from './page/effect.ts'
import { factsOf } from './page/facts.ts'
import { replacingOf } from './page/replacing.ts'
import {
  createPolicyFinder,
  createProviderRows,
  findRows,
  type ProviderRow,
  type Row,
  readQuery,
} from './page/rows.ts'
import { suggest } from './page/suggest.ts'
import { type DialogData, type ModelsData, ModelsView } from './page/views.tsx'

export interface ModelsPageDeps {
  readonly virtual: VirtualModels
  readonly history: Pick<History, 'deletionOf' | 'restore'>
  readonly lists: ModelLists
  readonly facts: FactsSource
  readonly providers: () => ReadonlyMap<string, Provider>
  /** Whether a model that no policy covers is open (`MODELS_ENABLED_BY_DEFAULT`). Where it is not known, the page does not say. */
  readonly openByDefault?: boolean
  readonly now?: () => number
}

/** What the page and its actions have in common. */
export interface ModelsDesk extends Pick<ModelsPageDeps, 'virtual' | 'history'> {
  readonly lists: ModelLists
  readonly provided: () => readonly ProviderRow[]
  load(read: (name: string) => string): Promise<ModelsData>
  find(source: string): VirtualModelView | undefined
  /** Gathers what the form shows beside the draft itself. */
  editing(draft: Draft, more?: Pick<Editing, 'mistake' | 'focus'>): Promise<Editing>
}

/** Every provider model and every virtual model in one table, and the form that makes, changes and deletes the latter. */
export function createModelsPage(deps: ModelsPageDeps): Page {
  const desk = createDesk(deps)
  return definePage<ModelsData>({
    path: '/models',
    title: 'Models',
    nav: { group: 'Gateway', order: 11 },
    async load({ url }) {
      const dialog = await dialogOf(desk, url.searchParams)
      return {
        ...(await desk.load(name => url.searchParams.get(name) ?? '')),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <ModelsView data={data} request={request} />,
    actions: createActions(desk),
    asks: ['draft', 'effect', 'suggest'],
  })
}

function createDesk({
  virtual,
  history,
  lists,
  facts,
  providers,
  openByDefault,
  now = Date.now,
}: ModelsPageDeps): ModelsDesk {
  const provided = createProviderRows(lists, providers)
  const whoCan = async (rows: readonly Row[], ability: Ability): Promise<readonly Row[]> => {
    const known = await factsOf(rows, { facts, virtual })
    return rows.filter(row => canDo(known.get(row) ?? {}, ability))
  }
  return {
    virtual,
    history,
    lists,
    provided,
    find: source => virtual.view(source),
    async load(read) {
      const views = await virtual.views()
      const rows = provided()
      const query = readQuery(read)
      const found = findRows(views, rows, query)
      const matching = query.can === '' ? found : await whoCan(found, query.can)
      const listing = pageOf(matching, query.page)
      const redirects = views.filter(({ kind, enabled }) => kind === 'redirect' && enabled)
      return {
        query,
        listing,
        statuses: lists.status(),
        facts: {
          policyOf: createPolicyFinder(views),
          redirects: new Map(redirects.map(view => [view.source, view])),
          openByDefault,
          exampleCaller: virtual.exampleCaller,
          known: await factsOf(listing.rows, { facts, virtual }),
        },
        example: rows[0]?.name,
        counts: { virtual: views.length, provider: rows.length },
        now: now(),
      }
    },
    async editing(draft, more = {}) {
      const views = await virtual.views()
      const effects = effectsOf(draft, { views, lists, providers: providers() })
      const replacing = replacingOf(draft, source => virtual.view(source))
      return { draft, effects, suggestions: suggest('', views, provided()), replacing, ...more }
    },
  }
}

/** The dialog that the address asks for: `?new`, `?edit=SOURCE` or `?delete=SOURCE`. */
async function dialogOf(
  { editing, find }: ModelsDesk,
  params: URLSearchParams,
): Promise<DialogData | undefined> {
  if (params.has('new')) {
    const [source, target] = [params.get('source'), params.get('target')]
    const draft = {
      ...emptyDraft,
      source: source ?? '',
      targets: [{ ...emptyDraft.targets[0]!, model: target ?? '' }],
    }
    const focus = target === null ? 'paths' : 'target'
    return { kind: 'edit', editing: await editing(draft, source === null ? {} : { focus }) }
  }
  const source = params.get('edit') ?? params.get('delete')
  if (source === null) return undefined
  const view = find(source)
  if (view === undefined)
    return { kind: 'note', text: `There is no virtual model “${shorten(source)}” any more.` }
  if (view.managed)
    return { kind: 'note', text: `“${shorten(source)}” is declared in ${view.declared_in}: edit it there.` }
  return params.has('edit')
    ? { kind: 'edit', editing: await editing(draftOf(view)) }
    : { kind: 'delete', view }
}
