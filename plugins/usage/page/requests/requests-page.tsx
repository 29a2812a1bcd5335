import * as v from 'valibot'
import { definePage, type Page, type PageRequest } from '../../../../src/contract/page.ts'
import { refuse } from '../../../../src/errors.ts'
import type { Feedback } from '../../../feedback/model.ts'
import type { KeptAnswers } from '../../model.ts'
import type { Ask } from '../../report/answers.ts'
import type { Range } from '../../report/cover.ts'
import { needsRecords } from '../../report/dimensions.ts'
import { fillPage } from '../../report/fill-page.ts'
import type { Row } from '../../report/log.ts'
import { place } from '../../report/log-api.ts'
import type { Place } from '../../report/log-question.ts'
import { type Asked, readFilters } from '../address.ts'
import type { PageDeps } from '../deps.ts'
import { readSpan, type Span, spanAddress } from '../span.ts'
import { Newer, textOf } from './newer.tsx'
import { type RequestsData, RequestsView } from './requests-view.tsx'
import { readScore } from './scored.tsx'

const LINES = 50
/** Milliseconds that are spent on looking for rare lines; then the page says that there may be more. */
const PATIENCE = 1000
const MAX_ID = 80

interface RequestsDeps extends PageDeps {
  /** As an operator, of any answer. */
  readonly say: Feedback['say']
  readonly findAnswers: (requestId: string) => Promise<KeptAnswers>
}

/** Every call, line by line, newest first; and one call with all that is known of it. */
export const createRequestsPage = (deps: RequestsDeps): Page =>
  definePage<RequestsData>({
    path: '/requests',
    title: 'Requests',
    nav: { group: 'Insight', order: 31 },
    load: request => load(deps, request),
    view: (data, request) => <RequestsView data={data} request={request} />,
    parts: { newer: request => newer(deps, request) },
    actions: {
      async score(form) {
        const { said, back } = readScore(form)
        const [fate] = await deps.say([said])
        if (fate === 'unknown') refuse('not_found', 'There is no such call any more')
        return { go: `/dashboard/requests?${back}` }
      },
    },
  })

/** What the address asks for, but for the place in the log. */
function read({ url }: PageRequest, { now, keptSince }: PageDeps) {
  const params = url.searchParams
  const span = readSpan(params, { now, keptSince })
  const chosen = readFilters(params)
  const isAll = ['range', 'from', 'to'].every(name => (params.get(name) ?? '') === '')
  const id = (params.get('id') ?? '').trim().slice(0, MAX_ID)
  const range = isAll ? '' : span.preset
  const asked: Asked = { ...chosen.asked, ...spanAddress(span, params), range, id }
  const period: Range = isAll ? { from: 0, to: now() + 1 } : span.period
  return { ...chosen, span, isAll, asked, period, id, mistakes: [...span.mistakes, ...chosen.mistakes] }
}

async function load(deps: RequestsDeps, request: PageRequest): Promise<RequestsData> {
  const { ask, keyName, example } = deps
  const params = request.url.searchParams
  const { filters, period, id, ...rest } = read(request, deps)
  const found =
    id === ''
      ? await page(ask, { period, filters }, params)
      : { rows: await ask('call', id), older: undefined, newer: undefined, isFirst: false }
  const call = (params.get('call') ?? '').slice(0, MAX_ID)
  const isCounted = id === '' && !needsRecords([], filters)
  return {
    ...rest,
    ...found,
    here: hereOf(params),
    total: isCounted
      ? await countCalls(ask, { period: rest.isAll ? undefined : rest.span, filters }, deps)
      : undefined,
    names: await ask('names', null),
    isNew: found.rows.length === 0 && (await ask('edges', null)).newest === null,
    call: call === '' ? undefined : await readCall(deps, call, request.admin),
    example: example(),
    keyName,
  }
}

/** What people wrote, and were told, is not for operators who only read: here as at the admin API. */
async function readCall({ ask, findAnswers }: RequestsDeps, id: string, { mayWrite }: PageRequest['admin']) {
  const scores = await ask('callScores', id)
  return {
    id,
    lines: await ask('call', id),
    scores: mayWrite ? scores : scores.map(score => ({ ...score, comment: null })),
    answers: mayWrite ? await findAnswers(id) : {},
  }
}

type Question = Pick<Parameters<typeof fillPage>[1], 'period' | 'filters'>

interface Found {
  readonly rows: readonly Row[]
  /** Where the page of older lines begins; undefined where there is none. */
  readonly older: Place | undefined
  readonly newer: Place | undefined
  /** It begins with the newest line. */
  readonly isFirst: boolean
}

/** A page before or after a line, or the first one. What is written meanwhile moves none of them. */
async function page(ask: Ask, question: Question, params: URLSearchParams): Promise<Found> {
  const [before, after] = [readPlace(params.get('before')), readPlace(params.get('after'))]
  if (after !== undefined && before === undefined) {
    const up = await fillPage(ask, { ...question, after, limit: LINES, order: 'oldest' }, PATIENCE)
    const rows = [...up.rows].reverse()
    // Less than a page: that is the first one, filled up.
    if (up.next !== undefined)
      return { rows, older: rows.at(-1) ?? after, newer: rows[0] ?? up.next, isFirst: false }
  }
  const down = await fillPage(ask, { ...question, after: before, limit: LINES, order: 'newest' }, PATIENCE)
  const isFirst = before === undefined
  return { rows: down.rows, older: down.next, newer: isFirst ? undefined : (down.rows[0] ?? before), isFirst }
}

/** The place in the log that the address names, as text: a call that is opened leads back to it. */
const hereOf = (params: URLSearchParams): Asked =>
  Object.fromEntries(
    ['before', 'after'].flatMap(name => {
      const found = readPlace(params.get(name))
      return found === undefined ? [] : [[name, textOf(found)]]
    }),
  )

function readPlace(text: string | null): Place | undefined {
  const read = v.safeParse(place, text)
  return read.success ? read.output : undefined
}

/** Roll-ups know how many calls there are, without looking at them. */
async function countCalls(
  ask: Ask,
  { period, filters }: { readonly period: Span | undefined; readonly filters: Question['filters'] },
  { now }: PageDeps,
): Promise<number> {
  const minute = 60_000
  const all = { from: 0, to: Math.floor(now() / minute + 1) * minute }
  const ranges = [period?.period ?? all]
  const [sum] = await ask('sums', { ranges, groupings: [], filters, records: false })
  return sum?.sums.calls ?? 0
}

/** So many lines are counted; what is more is “more than”. */
const COUNTED = 100

/** How many lines came after the one that stands first. */
async function newer(deps: PageDeps, request: PageRequest) {
  const { filters, period, asked } = read(request, deps)
  const params = request.url.searchParams
  const after = readPlace(params.get('after')) ?? { at: deps.now(), no: 0 }
  const round = Math.max(0, Math.floor(Number(params.get('round')) || 0)) + 1
  const { rows } = await deps.ask('log', { period, filters, after, limit: COUNTED + 1, order: 'oldest' })
  const path = `${request.base}/dashboard/requests`
  return <Newer path={path} asked={asked} after={after} found={rows.length} most={COUNTED} round={round} />
}
