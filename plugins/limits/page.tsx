import { definePage, type Page, type PageRequest } from '../../src/contract/page.ts'
import { Refusal } from '../../src/errors.ts'
import { knownPaths } from '../../src/scope/known-paths.ts'
import { toQuery } from '../../views/listing.ts'
import { shorten, spell } from '../../views/name.tsx'
import { Beat, readRound } from '../../views/pulse.tsx'
import { spanOf } from './counting/window.ts'
import { createActions } from './page/actions.tsx'
import type { LimitsDesk, LimitsPageDeps } from './page/desk.ts'
import { type LimitData, LimitView, Pots } from './page/detail.tsx'
import { type Draft, draftOf, emptyDraft, toInput } from './page/draft.ts'
import { listLimits, readQuery } from './page/rows.ts'
import { Count, type DialogData, type LimitsData, LimitsTable, LimitsView } from './page/views.tsx'
import { sentenceOf } from './page/words.ts'
import { toLimit } from './rules/input.ts'
import { fullestFirst } from './views-of.ts'

/** All limits with the forms that make, change and delete them, and the page of a single one. */
export function createLimitsPages(deps: LimitsPageDeps): Page[] {
  const desk = createDesk(deps)
  const list = definePage<LimitsData>({
    path: '/limits',
    title: 'Limits',
    nav: { group: 'Access', order: 22 },
    async load({ url }) {
      const dialog = dialogOf(desk, url.searchParams)
      return {
        ...(await desk.load(reader(url))),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <LimitsView data={data} request={request} />,
    parts: { now: request => beat(desk, request) },
    actions: createActions(desk),
    asks: ['effect', 'doubt', 'doubt-tools'],
  })
  return [list, createLimitPage(deps)]
}

const reader =
  ({ searchParams }: URL) =>
  (name: string): string =>
    searchParams.get(name) ?? ''

async function beat(desk: LimitsDesk, request: PageRequest) {
  const data = await desk.load(reader(request.url))
  const path = `${request.base}/dashboard/limits`
  return (
    <Beat
      from={`${path}/now`}
      page={path + toQuery(data.query)}
      round={readRound(request.url.searchParams)}
      into="#limits"
      count={<Count data={data} />}
    >
      <LimitsTable data={data} request={request} />
    </Beat>
  )
}

function createDesk(deps: LimitsPageDeps): LimitsDesk {
  const { store, ledger, history, auth, virtual, unknownModels, unknownTools, now } = deps
  return {
    ...{ store, history, unknownModels, unknownTools },
    find: name => store.list().find(limit => limit.name === name),
    async load(read) {
      const query = readQuery(read)
      const limits = store.list()
      const { listing, reached } = listLimits(limits, query, ledger)
      const rows = await Promise.all(
        listing.rows.map(async row => ({
          ...row,
          unknown: (await unknownModels(row.limit.models ?? [])) ?? unknownTools(row.limit.tools ?? []),
        })),
      )
      return {
        ...{ query, listing: { ...listing, rows }, reached },
        count: limits.length,
        keyName: auth.nameOf,
        now: now(),
      }
    },
    editing: (draft, mistake) => ({
      draft,
      ...(mistake !== undefined && { mistake }),
      effect: effectOf(draft),
      paths: knownPaths({ keys: auth.working(), models: virtual.current().all.values(), own: store.list() }),
    }),
  }
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

/** The dialog that the address asks for: `?new`, `?edit=NAME` or `?delete=NAME`. */
function dialogOf({ editing, find }: LimitsDesk, params: URLSearchParams): DialogData | undefined {
  if (params.has('new')) return { kind: 'edit', editing: editing(emptyDraft) }
  const name = params.get('edit') ?? params.get('delete')
  if (name === null) return undefined
  const limit = find(name)
  if (limit === undefined)
    return {
      kind: 'note',
      text: `There is no limit “${shorten(name)}” any more.`,
    }
  if (limit.declaredIn !== undefined)
    return {
      kind: 'note',
      text: `“${shorten(name)}” is declared in ${limit.declaredIn}: edit it there.`,
    }
  return params.has('edit') ? { kind: 'edit', editing: editing(draftOf(limit)) } : { kind: 'delete', limit }
}

const MAX_NAME = 200

function createLimitPage({ store, ledger, auth, now }: LimitsPageDeps): Page {
  function load({ url }: PageRequest): LimitData {
    const name = reader(url)('name').slice(0, MAX_NAME)
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
