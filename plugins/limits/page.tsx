import { definePage, type Page, type PageRequest } from '../../src/contract/page.ts'
import { listed } from '../../src/door/form.ts'
import { Refusal } from '../../src/errors.ts'
import { knownPaths } from '../../src/scope/known-paths.ts'
import type { UnknownModels } from '../../src/scope/unknown-models.ts'
import { Unknown } from '../../views/doubt.tsx'
import { spell } from '../../views/name.tsx'
import { Beat, readRound } from '../../views/pulse.tsx'
import type { Auth } from '../auth/model.ts'
import type { History } from '../history/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import type { Ledger } from './counting/ledger.ts'
import { spanOf } from './counting/window.ts'
import { KIND, type Limit } from './model.ts'
import { Deletion } from './page/deletion.tsx'
import { type LimitData, LimitView, Pots } from './page/detail.tsx'
import { type Draft, draftFrom, draftOf, emptyDraft, type Mistake, mistakeOf, toInput } from './page/draft.ts'
import type { Editing } from './page/editing.ts'
import { Editor, Effect } from './page/editor.tsx'
import { LimitLine, Reached } from './page/line.tsx'
import { listLimits, type Shown, type State, states } from './page/rows.ts'
import { sentenceOf } from './page/words.ts'
import { toLimit, toState } from './rules/input.ts'
import type { LimitStore } from './rules/store.ts'
import type { UnknownTools } from './rules/unknown-tools.ts'
import { fullestFirst } from './views-of.ts'

interface LimitsPageDeps {
  readonly store: LimitStore
  readonly ledger: Ledger
  readonly history: Pick<History, 'page'>
  readonly auth: Pick<Auth, 'nameOf' | 'working'>
  readonly virtual: VirtualModelSource
  readonly unknownModels: UnknownModels
  readonly unknownTools: UnknownTools
  readonly now: () => number
}

/** All limits with the forms that make, change and delete them, and the page of a single one. */
export const createLimitsPages = (deps: LimitsPageDeps): Page[] => [
  createListPage(deps),
  createLimitPage(deps),
]

function createListPage(deps: LimitsPageDeps): Page {
  const { store, ledger, history, auth, virtual, unknownModels, unknownTools, now } = deps

  /** Gathers what the form shows beside the draft itself. */
  const editing = (draft: Draft, mistake: Mistake | undefined): Editing => ({
    ...{ draft, mistake },
    effect: effectOf(draft),
    paths: knownPaths({ keys: auth.working(), models: virtual.current().all.values(), own: store.list() }),
  })

  return history.page<Limit, Draft, Mistake, Shown, State>({
    ...{ kind: KIND, path: '/limits', title: 'Limits', nav: { group: 'Access', order: 22 } },
    lead: 'How much may happen: dollars, tokens, requests, and calls at the same time.',
    about:
      'A limit says how much a team, each key or everybody may use: $500 a month, say, or 60 requests a minute. Whoever has used it up is refused until the next month or minute begins.',
    searched: 'Search names, paths, models, amounts',
    states,
    caption: 'Limits, and how full they are',
    headings: ['Limit', 'Holds for', 'Allows', 'Used', 'State', ''],
    definitions: store,
    async find(query) {
      const { listing, reached } = listLimits(store.list(), query, ledger)
      const rows = await Promise.all(
        listing.rows.map(async row => ({
          ...row,
          unknown: (await unknownModels(row.limit.models ?? [])) ?? unknownTools(row.limit.tools ?? []),
          now: now(),
        })),
      )
      return { listing: { ...listing, rows }, beside: <Reached count={reached} /> }
    },
    row: (listed, query, request) => (
      <LimitLine listed={listed} query={query} keyName={auth.nameOf} request={request} />
    ),
    ...{ emptyDraft, draftOf, draftFrom, toInput, toState, mistakeOf },
    off: 'off: it holds nobody back',
    editor: (draft, mistake, request) => <Editor editing={editing(draft, mistake)} request={request} />,
    deletion: (limit, mistake, request) => <Deletion limit={limit} mistake={mistake} request={request} />,
    asks: {
      effect: form => ({ markup: <Effect text={effectOf(draftFrom(form))} /> }),
      doubt: async form => ({
        markup: <Unknown models={await unknownModels(listed(draftFrom(form).models))} />,
      }),
      'doubt-tools': form => ({
        markup: <Unknown models={unknownTools(listed(draftFrom(form).tools))} />,
      }),
    },
  })
}

/** What a draft would do, where it says enough. */
function effectOf(draft: Draft): string | undefined {
  try {
    return sentenceOf(toLimit(draft.name, toInput(draft), { version: 0 }))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

const MAX_NAME = 200

function createLimitPage({ store, ledger, auth, now }: LimitsPageDeps): Page {
  function load({ url }: PageRequest): LimitData {
    const name = (url.searchParams.get('name') ?? '').slice(0, MAX_NAME)
    const limit = store.list().find(each => each.name === name)
    const shared = { name, limit, keyName: auth.nameOf, now: now() }
    if (limit === undefined) return { ...shared, pots: [], members: 0, end: 0 }
    const used = fullestFirst(limit, ledger)
    const pots = used.pots.length === 0 && limit.each === 'all' ? [ledger.pot(limit, '')] : used.pots
    return {
      ...shared,
      pots,
      members: used.members,
      end: spanOf(limit, now()).end,
    }
  }
  return definePage<LimitData>({
    path: '/limits/detail',
    title: 'Limit',
    titleOf: ({ name }) => (name === '' ? 'Limit' : spell(name)),
    load,
    view: (data, request) => <LimitView data={data} request={request} />,
    parts: {
      now(request) {
        const data = load(request)
        const path = `${request.base}/dashboard/limits/detail`
        const asked = new URLSearchParams({ name: data.name })
        return (
          <Beat
            from={`${path}/now?${asked}`}
            page={`${path}?${asked}`}
            round={readRound(request.url.searchParams)}
            into="#pots"
          >
            {data.limit && <Pots data={data} limit={data.limit} base={request.base} />}
          </Beat>
        )
      },
    },
  })
}
