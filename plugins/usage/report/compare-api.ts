import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { refuse } from '../../../src/errors.ts'
import type { VirtualModels, VirtualModelView } from '../../virtual-models/model.ts'
import {
  readMirrors,
  readPairsOf,
  readPeriods,
  readTargets,
  type Side,
  type SideFigures,
  toDifference,
  toFigures,
  toPaired,
} from './compare.ts'
import { compareView } from './compare-view.ts'
import type { Range } from './cover.ts'
import { isRepointing, type Marker } from './markers.ts'
import { periodEntries, readWholePeriod } from './period.ts'
import { type ScoreSum, scoresOf } from './scores.ts'
import type { ApiDeps } from './usage-api.ts'
import { toPeriod } from './views.ts'

const name = (about: string) => v.pipe(v.string(), v.maxLength(512), v.description(about))

const query = v.strictObject({
  source: v.pipe(name('The source of a redirect'), v.nonEmpty('expected the source of a redirect')),
  ...periodEntries,
  against_from: v.optional(
    v.pipe(name('Compares the period with another one, from here on'), v.maxLength(64)),
  ),
  against_to: v.optional(v.pipe(name('Before this time. Default: as long as the period'), v.maxLength(64))),
  target: v.optional(name('With `against_from`: only this target, `provider/id`')),
  baseline: v.optional(name('The target that the others are compared with. Default: the most used')),
})

export interface CompareDeps extends ApiDeps {
  readonly virtual: Pick<VirtualModels, 'view'>
}

/** `GET /admin/virtual-models/compare`. */
export const createCompareApi = ({ ask, virtual, ...clock }: CompareDeps): Api =>
  defineApi({
    method: 'GET',
    path: '/admin/virtual-models/compare',
    access: 'admin',
    tag: 'Usage',
    refusals: [404, 429],
    summary: 'How the targets of a redirect do, side by side',
    description:
      'For reading an A/B test: target against target, or, with `against_from`, period against period. A mirror, which got copies of calls, stands behind the targets. What callers and operators said of answers (`POST /v1/feedback`) stands in `scores`. Each figure comes with an interval that holds the true one in 95 of 100 cases, each difference with a verdict. Decide before when you will look: who looks again and again until a difference shows finds one where there is none.',
    query,
    answer: {
      about: 'Sides, differences to the first of them, changes of the redirect',
      schema: compareView,
    },
    async run({ query }) {
      const { source, time_zone, baseline } = query
      const period = readWholePeriod(query, clock)
      const against = readAgainst(query, period, clock)
      const { sides, unasked } =
        against === undefined
          ? await readTargets(ask, source, period)
          : { sides: await readPeriods(ask, query, [period, against]), unasked: 0 }
      const mirrors = against === undefined ? await readMirrors(ask, source, period) : []
      const pairs = mirrors.length === 0 ? [] : await readPairsOf(ask, source, period)
      const scorePairs = mirrors.length === 0 ? [] : await ask('scorePairs', { source, period })
      const ranges = against === undefined ? [period] : [period, against]
      const scores = await ask('scores', { source, ranges })
      const isOf = against === undefined ? isOfTarget : isOfPeriod(query.target)
      const scored = [...sides, ...mirrors].map(side => ({
        ...side,
        scores: scoresOf(scores, score => isOf(score, side)),
      }))
      const figures = inOrder(scored.map(toFigures), against === undefined ? baseline : 'against')
      const markers = await ask('markers', { source, ranges })
      return {
        source,
        ...toPeriod(period, time_zone),
        assigned_by: assignedBy(virtual.view(source)),
        against: against === undefined ? null : bordersOf(against, time_zone),
        sides: figures,
        differences: figures.slice(1).map(side => toDifference(side, figures[0]!)),
        paired: pairs.map(pair => toPaired(pair, scorePairs)),
        unasked,
        markers: markers.map(toMarker),
      }
    },
  })

function assignedBy(view: VirtualModelView | undefined) {
  if (view?.affinity === undefined) return null
  return view.affinity === 'off' ? ('call' as const) : view.affinity
}

const isOfTarget = ({ target, isMirror }: ScoreSum, side: Side): boolean =>
  target === side.name && isMirror === (side.isMirror ?? false)

/** Of a redirect, or of one of its targets, in the period or in the one that it is compared with. */
const isOfPeriod =
  (target: string | undefined) =>
  (score: ScoreSum, { name }: Side): boolean =>
    !score.isMirror &&
    score.bucket === (name === 'against' ? 1 : 0) &&
    (target === undefined || score.target === target)

const bordersOf = (range: Range, zone: string) => {
  const { from, to } = toPeriod(range, zone)
  return { from, to }
}

function readAgainst(
  { against_from, against_to, time_zone, target }: v.InferOutput<typeof query>,
  period: Range,
  clock: Omit<ApiDeps, 'ask'>,
): Range | undefined {
  if (against_from === undefined) {
    const param = against_to === undefined ? (target === undefined ? undefined : 'target') : 'against_to'
    if (param !== undefined) refuse('invalid_request', `Field "${param}" needs "against_from"`, { param })
    return undefined
  }
  return readWholePeriod({ from: against_from, to: against_to, time_zone }, clock, {
    names: ['against_from', 'against_to'],
    length: period.to - period.from,
  })
}

/** What the others are compared with stands first. */
function inOrder(sides: readonly SideFigures[], first: string | undefined): SideFigures[] {
  if (first === undefined) return [...sides]
  const baseline =
    sides.find(({ name }) => name === first) ??
    refuse('not_found', `"${first}" served nothing in this period`, { param: 'baseline' })
  return [baseline, ...sides.filter(side => side !== baseline)]
}

const toMarker = (marker: Marker) => ({
  ...marker,
  at: new Date(marker.at).toISOString(),
  fields: [...marker.fields],
  repoints: isRepointing(marker),
})
