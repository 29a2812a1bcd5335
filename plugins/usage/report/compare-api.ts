import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/api.ts'
import { refuse } from '../../../src/errors.ts'
import { says } from '../../../src/settings.ts'
import type { VirtualModels, VirtualModelView } from '../../virtual-models/model.ts'
import {
  readMirrors,
  readPairsOf,
  readPeriods,
  readTargets,
  type SideFigures,
  toDifference,
  toFigures,
  toPaired,
} from './compare.ts'
import type { Range } from './cover.ts'
import { tokensView } from './figures.ts'
import { isRepointing, type Marker } from './markers.ts'
import { periodEntries, readWholePeriod } from './period.ts'
import { verdicts } from './statistics.ts'
import type { ApiDeps } from './usage-api.ts'
import { periodView, toPeriod } from './views.ts'

const figure = v.nullable(v.number())
const estimate = v.object({
  value: says('As it was counted', figure),
  low: says('The true one is above this in 95 of 100 cases', figure),
  high: says('And below this', figure),
})
const quantiles = v.object({
  p50: says('Half took no longer', estimate),
  p95: says('95 of 100 took no longer', estimate),
  p99: says('99 of 100 took no longer', estimate),
})
const difference = v.object({
  ...estimate.entries,
  verdict: says('What can be told of it', v.picklist(verdicts)),
})
const differences = v.object({
  p50: says('Half took no longer', difference),
  p95: says('95 of 100 took no longer', difference),
  p99: says('99 of 100 took no longer', difference),
})

const view = v.object({
  source: says('The redirect', v.string()),
  ...periodView,
  assigned_by: v.pipe(
    v.nullable(v.picklist(['caller', 'session', 'call'])),
    v.description(
      'Who is given a target as the redirect stands now: each caller, each session, or each call anew; null where there is no redirect of this name any more',
    ),
  ),
  against: says(
    'The period that it is compared with',
    v.nullable(
      v.object({ from: says('Where it begins', v.string()), to: says('Where it ends', v.string()) }),
    ),
  ),
  sides: says(
    'Each target, or each period',
    v.array(
      v.object({
        name: says('Of the target', v.string()),
        mirror: says(
          'It got copies of calls: `requests` are copies, and nobody saw its answers',
          v.boolean(),
        ),
        requests: v.pipe(v.number(), v.description('Calls that it served, or was tried last for')),
        tries: v.pipe(
          v.number(),
          v.description('With those after whose failure another target was asked; from records'),
        ),
        failures: says('Tries that failed', v.number()),
        hang_ups: says('Calls whose clients did not wait for the end', v.number()),
        error_rate: says('Failures by tries', estimate),
        total_ms: says('To the last byte, in milliseconds', quantiles),
        first_byte_ms: says('To the first of streams, in milliseconds', quantiles),
        tokens: says('What is known; null when nothing is', v.nullable(tokensView)),
        unknown: says('Lines without known tokens', v.number()),
        estimated: says('Lines with tokens that are estimated', v.number()),
        cost_nano: says('0.000000001 US dollars', figure),
        unpriced: says('Lines with tokens, but without a price', v.number()),
        cost_per_request_nano: v.pipe(estimate, v.description('Of lines whose cost is known')),
      }),
    ),
  ),
  differences: says(
    'The other sides against the first',
    v.array(
      v.object({
        of: says('Which side', v.string()),
        mirror: says('That side got copies', v.boolean()),
        to: says('Against which', v.string()),
        error_rate: says('Failures by tries', difference),
        total_ms: says('To the last byte, in milliseconds', differences),
        first_byte_ms: says('To the first of streams, in milliseconds', differences),
        cost_per_request_nano: says('Of lines whose cost is known', difference),
      }),
    ),
  ),
  paired: v.pipe(
    v.array(
      v.object({
        of: says('Which mirror', v.string()),
        pairs: says('Calls that both have answered', v.number()),
        output_tokens: says('Tokens of the answer', difference),
        cost_nano: says('0.000000001 US dollars', difference),
        total_ms: says('To the last byte, in milliseconds', difference),
        first_byte_ms: says('To the first of streams, in milliseconds', difference),
      }),
    ),
    v.description(
      'Of each mirror, what its answers have more than those that callers got to the very same calls, on the average; of calls that both have answered',
    ),
  ),
  unasked: v.pipe(v.number(), v.description('Calls that never got to a target; in no side')),
  markers: v.pipe(
    v.array(
      v.object({
        id: says('Of the change, in the history', v.number()),
        version: says('Counts the changes of the redirect', v.number()),
        at: says('When', v.string()),
        action: says('What was done', v.string()),
        author: says('Who did it', v.string()),
        fields: says('Names of the fields that differ', v.array(v.string())),
        repoints: says('It leads elsewhere since', v.boolean()),
      }),
    ),
    v.description('Changes of the redirect in the period: figures before and after one do not compare'),
  ),
})

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
      'For reading an A/B test: target against target, or, with `against_from`, period against period. A mirror, which got copies of calls, stands behind the targets. Each figure comes with an interval that holds the true one in 95 of 100 cases, each difference with a verdict. Decide before when you will look: who looks again and again until a difference shows finds one where there is none.',
    query,
    answer: { about: 'Sides, differences to the first of them, changes of the redirect', schema: view },
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
      const figures = inOrder(
        [...sides, ...mirrors].map(toFigures),
        against === undefined ? baseline : 'against',
      )
      const ranges = against === undefined ? [period] : [period, against]
      const markers = await ask('markers', { source, ranges })
      return {
        source,
        ...toPeriod(period, time_zone),
        assigned_by: assignedBy(virtual.view(source)),
        against: against === undefined ? null : bordersOf(against, time_zone),
        sides: figures,
        differences: figures.slice(1).map(side => toDifference(side, figures[0]!)),
        paired: pairs.map(toPaired),
        unasked,
        markers: markers.map(toMarker),
      }
    },
  })

function assignedBy(view: VirtualModelView | undefined) {
  if (view?.affinity === undefined) return null
  return view.affinity === 'off' ? ('call' as const) : view.affinity
}

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
