import * as v from 'valibot'
import { type CallerPage, type CallerPageRequest, defineCallerPage } from '../../../../src/contract/page.ts'
import { isAnswer } from '../../record/part.ts'
import { fillPage } from '../../report/fill-page.ts'
import type { Row } from '../../report/log.ts'
import { place } from '../../report/log-api.ts'
import type { PageDeps } from '../deps.ts'
import { ofKey, readOwn } from './asked.ts'
import { type OwnCallsData, OwnCallsView } from './own-calls-view.tsx'

type OwnCallsDeps = Pick<PageDeps, 'ask' | 'now' | 'keptSince'>

const LINES = 50
/** Milliseconds that are spent on looking for rare lines; then the page says that there may be more. */
const PATIENCE = 1000

/** For callers: the calls that were made with this very key, newest first. */
export const createOwnCallsPage = (deps: OwnCallsDeps): CallerPage =>
  defineCallerPage<OwnCallsData>({
    path: '/calls',
    title: 'Calls',
    nav: { group: 'Yours', order: 21 },
    load: request => load(deps, request),
    view: (data, request) => <OwnCallsView data={data} request={request} />,
  })

async function load(deps: OwnCallsDeps, request: CallerPageRequest): Promise<OwnCallsData> {
  const { span, called, asked } = readOwn(request, deps)
  const params = request.url.searchParams
  const isFailed = params.get('failed') === 'true'
  const before = v.safeParse(place, params.get('before'))
  const filters = { ...ofKey(request), called, failed: isFailed || undefined }
  const after = before.success ? before.output : undefined
  const question = { period: span.period, filters, after, limit: LINES, order: 'newest' } as const
  const { rows, next } = await fillPage(deps.ask, question, PATIENCE)
  return {
    asked: { ...asked, failed: isFailed ? 'true' : '' },
    ...{ span, called, isFailed },
    rows: rows.filter(isTheirs),
    isFirst: after === undefined,
    older: next && `${next.at}.${next.no}`,
    isPart: rows.length < LINES,
    path: request.x.caller.path,
  }
}

/** Which targets were tried in vain is nothing that callers are told. */
const isTheirs = (row: Row): boolean => row.part === 0 || row.code === null || isAnswer(row)
