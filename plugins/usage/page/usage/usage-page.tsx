import { definePage, type Page, type PageRequest } from '../../../../src/contract/page.ts'
import { type Asked, readFilters } from '../address.ts'
import type { PageDeps } from '../deps.ts'
import { groupKinds, readGroupKind, readMeasure } from '../groups.ts'
import { readSpan, spanAddress } from '../span.ts'
import { sumUp } from './sum-up.ts'
import { type UsageData, UsageView } from './usage-view.tsx'

/** What was used, and what it cost: figures, a chart, and everything by one kind of group. */
export const createUsagePage = (deps: PageDeps): Page =>
  definePage<UsageData>({
    path: '/usage',
    title: 'Usage',
    nav: { group: 'Insight', order: 30 },
    load: request => load(deps, request),
    view: (data, request) => <UsageView data={data} request={request} />,
  })

async function load({ ask, keyName, example, ...clock }: PageDeps, { url }: PageRequest): Promise<UsageData> {
  const params = url.searchParams
  const span = readSpan(params, clock)
  const chosen = readFilters(params)
  const kind = readGroupKind(params.get('by') ?? '')
  const measure = readMeasure(params.get('show') ?? '')
  const asked: Asked = {
    ...chosen.asked,
    ...spanAddress(span, params),
    by: kind.name === 'model' ? '' : kind.name,
    show: measure === 'cost' ? '' : measure,
  }
  const { filters } = chosen
  const { grouping, isTimed } = kind
  const figures = await sumUp({ ask, ...clock }, { span, filters, grouping, isTimed, measure })
  const { label } = await ask('names', null)
  return {
    asked,
    span,
    kind,
    kinds: groupKinds(label),
    measure,
    ...figures,
    mistakes: [...span.mistakes, ...chosen.mistakes],
    isNew: figures.now.sums.calls === 0 && (await ask('edges', null)).newest === null,
    example: example(),
    keyName,
  }
}
