import type { Provider } from '../../../src/contract/provider.ts'
import { pageOf } from '../../../views/listing.ts'
import type { History } from '../../history/model.ts'
import type { FactsSource } from '../../model-facts/model.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { Mark, VirtualModels, VirtualModelView } from '../model.ts'
import { type Ability, canDo } from './abilities.ts'
import type { Draft } from './draft.ts'
import type { Editing } from './editor.tsx'
import { effectsOf } from './effect.ts'
import { factsOf } from './facts.ts'
import { replacingOf } from './replacing.ts'
import {
  createPolicyFinder,
  createProviderRows,
  findRows,
  type ProviderRow,
  type Row,
  readQuery,
} from './rows.ts'
import { suggest } from './suggest.ts'
import type { ModelsData } from './views.tsx'

export interface ModelsPageDeps {
  readonly virtual: VirtualModels
  readonly history: Pick<History, 'deletionOf' | 'restore'>
  readonly lists: ModelLists
  readonly facts: FactsSource
  readonly providers: () => ReadonlyMap<string, Provider>
  /** Whether a model that no policy covers is open (`MODELS_ENABLED_BY_DEFAULT`). Where it is not known, the page does not say. */
  readonly openByDefault?: boolean
  readonly now?: () => number
  /** What other plugins say of them. */
  readonly marks?: () => Promise<ReadonlyMap<string, Mark>>
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

export function createDesk({
  virtual,
  history,
  lists,
  facts,
  providers,
  openByDefault,
  now = Date.now,
  marks = async () => new Map(),
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
          marks: await marks(),
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
