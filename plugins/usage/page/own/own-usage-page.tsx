import { type CallerPage, type CallerPageRequest, defineCallerPage } from '../../../../src/contract/page.ts'
import type { PageDeps } from '../deps.ts'
import { type GroupKind, readMeasure } from '../groups.ts'
import { sumUp } from '../usage/sum-up.ts'
import { ofKey, ofPath, readOwn } from './asked.ts'
import { type OwnUsageData, OwnUsageView } from './own-usage-view.tsx'

type OwnUsageDeps = Pick<PageDeps, 'ask' | 'now' | 'keptSince'>

/** By the names that were called: where a redirect leads is not for callers to see. */
const BY_NAME: GroupKind = {
  name: '',
  title: 'Model',
  grouping: { by: 'called' },
  none: 'Reached no model',
  next: '',
  isTimed: true,
}

/** For callers: what they used and what it cost, as `GET /v1/usage` tells it. */
export const createOwnUsagePage = (deps: OwnUsageDeps): CallerPage =>
  defineCallerPage<OwnUsageData>({
    path: '/usage',
    title: 'Usage',
    nav: { group: 'Yours', order: 20 },
    load: request => load(deps, request),
    view: (data, request) => <OwnUsageView data={data} request={request} />,
  })

async function load(deps: OwnUsageDeps, request: CallerPageRequest): Promise<OwnUsageData> {
  const params = request.url.searchParams
  const { span, called, asked } = readOwn(request, deps)
  const { path } = request.x.caller
  const isOfPath = path !== undefined && params.get('of') === 'path'
  const measure = readMeasure(params.get('show') ?? '')
  const { grouping, isTimed } = BY_NAME
  const filters = { ...(isOfPath ? ofPath(request) : ofKey(request)), called }
  return {
    asked: { ...asked, of: isOfPath ? 'path' : '', show: measure === 'cost' ? '' : measure },
    ...{ span, called, path, isOfPath, measure, kind: BY_NAME },
    ...(await sumUp(deps, { span, filters, grouping, isTimed, measure })),
  }
}
