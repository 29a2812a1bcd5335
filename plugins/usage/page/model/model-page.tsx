import { definePage, type Page, type PageRequest } from '../../../../src/contract/page.ts'
import { Refusal } from '../../../../src/errors.ts'
import { spell } from '../../../../views/name.tsx'
import type { FactsSource } from '../../../model-facts/model.ts'
import type { VirtualModels } from '../../../virtual-models/model.ts'
import type { ModelPanel } from '../../model.ts'
import { copiesOf, readFailedTries, readPairsOf, toPaired } from '../../report/compare.ts'
import { isRepointing } from '../../report/markers.ts'
import { toBuckets } from '../../report/period.ts'
import type { ScoreSum } from '../../report/scores.ts'
import type { Question } from '../../report/statement.ts'
import type { Asked } from '../address.ts'
import { COLOURS, toChart } from '../chart.ts'
import type { PageDeps } from '../deps.ts'
import { type Measure, readMeasure } from '../groups.ts'
import { readSpan, type Span, spanAddress } from '../span.ts'
import type { ModelData } from './data.ts'
import { ModelView } from './model-view.tsx'
import { type Line, linesOf, mirrorsOf, wholeOf } from './sides.ts'
import { type Subject, subjectOf, targetOf } from './subject.ts'

export interface ModelPageDeps extends Omit<PageDeps, 'example' | 'keyName'> {
  readonly virtual: Pick<VirtualModels, 'view' | 'leadingTo' | 'isMissing' | 'accessTo' | 'exampleCaller'>
  readonly facts: FactsSource
  /** What other plugins show of a redirect. */
  readonly panels: readonly ModelPanel[]
  /** The adapter of a configured provider; undefined where there is no such provider. */
  readonly typeOf: (provider: string) => string | undefined
}

const MAX_NAME = 512
/** Groups that have a line in the chart or in its rest. */
const GROUPS = 50

/** One model: what it is, its traffic by target over time, and how its targets do, side by side. */
export const createModelPage = (deps: ModelPageDeps): Page =>
  definePage<ModelData>({
    path: '/models/detail',
    title: 'Model',
    titleOf: ({ asked: { name = '' } }) => (name === '' ? 'Model' : spell(name)),
    load: request => load(deps, request),
    view: (data, request) => <ModelView data={data} request={request} />,
  })

async function load(deps: ModelPageDeps, request: PageRequest): Promise<ModelData> {
  const { virtual, typeOf, panels } = deps
  const { url } = request
  const params = url.searchParams
  const name = (params.get('name') ?? '').slice(0, MAX_NAME)
  const isProvider = (provider: string) => typeOf(provider) !== undefined
  const subject = subjectOf({ virtual, isProvider }, name, params.get('of') === 'provider')
  const span = readSpan(params, deps)
  const measure = params.has('show') ? readMeasure(params.get('show')!) : 'calls'
  const asked: Asked = {
    name,
    of: params.get('of') === 'provider' ? 'provider' : '',
    ...spanAddress(span, params),
    show: measure === 'calls' ? '' : measure,
    tries: params.get('tries') === 'counted' ? 'counted' : '',
  }
  return {
    asked,
    params,
    subject,
    span,
    ...(await readTraffic(deps, { subject, span, measure, areTriesCounted: asked.tries !== '' })),
    panels: subject.kind === 'redirect' ? await Promise.all(panels.map(show => show(name, request))) : [],
    markers: await readMarkers(deps, subject, span),
    prices: await readPrices(deps, subject),
    told: await readFacts(deps, subject),
    access: subject.target && virtual.accessTo(subject.target.provider, subject.target.id),
    // A redirect that names itself means the model of its name.
    leadingHere: virtual
      .leadingTo([name, ...(subject.target === undefined ? [] : [subject.target.id])])
      .filter(({ source }) => source !== name || subject.target !== undefined),
    isMissing: virtual.isMissing,
    leadsOn: other => virtual.view(other)?.kind === 'redirect',
    isShadowed: subject.kind === 'provider' && virtual.view(name)?.kind === 'redirect',
  }
}

interface Wanted extends Pick<ModelData, 'subject' | 'span'> {
  readonly measure: Measure
  readonly areTriesCounted: boolean
}

/** From roll-ups, but for the tries: those are in the records only, and are counted where somebody asks for it. */
async function readTraffic(deps: ModelPageDeps, { subject, span, measure, areTriesCounted }: Wanted) {
  const { ask } = deps
  const { by } = subject
  // What went to a mirror is shown beside the targets, and is no traffic of callers.
  const filters = hasMirrors(subject) ? { ...subject.filters, mirrored: false } : subject.filters
  const { period, interval, zone } = span
  const { buckets } = toBuckets(period, { interval, time_zone: zone }, deps.keptSince())
  const base = { ranges: [period, span.before], groupings: [{ by }], filters, records: false }
  const { series = [], groups } = await ask('usage', {
    period,
    buckets: buckets.map(({ from, to }) => ({ from, to })),
    groupings: [{ by }],
    filters,
    top: { by: 'calls', most: GROUPS },
    latency: false,
  })
  const names = groups.map(({ group }) => group[0] ?? '')
  const sums = await ask('sums', base)
  const times = await ask('times', base)
  const tries =
    areTriesCounted && subject.kind !== 'provider' ? await countTries(deps, subject, span) : undefined
  const scores = hasMirrors(subject) ? await ask('scores', { source: subject.name, ranges: base.ranges }) : []
  const lines = linesOf({
    sums,
    times,
    scores: scores.filter(({ isMirror }) => !isMirror),
    expected: expectedOf(deps, subject),
    failedTries: tries instanceof Map ? tries : new Map(),
    isTest: subject.by === 'target' && subject.kind !== 'policy',
  })
  const mirrored = hasMirrors(subject) ? await readMirrored(deps, subject, { ...base, lines, scores }) : []
  return {
    chart: toChart({ span, buckets, series, groups: names, measure }),
    series: names.slice(0, COLOURS),
    hasOthers: names.length > COLOURS,
    now: wholeOf(sums, times, 0),
    before: wholeOf(sums, times, 1),
    lines: [...lines, ...mirrored],
    paired: mirrored.length === 0 ? [] : await readPaired(deps, subject, span),
    areTriesCounted: tries instanceof Map,
    triesTrouble: typeof tries === 'string' ? tries : undefined,
  }
}

const hasMirrors = ({ kind }: Subject): boolean => kind === 'redirect' || kind === 'gone'

interface Traffic {
  readonly lines: readonly Line[]
  readonly scores: readonly ScoreSum[]
}

/** The lines of models that got copies of calls. */
async function readMirrored(
  { ask }: ModelPageDeps,
  { name }: Subject,
  { lines, scores, ...base }: Question & Pick<Traffic, 'lines' | 'scores'>,
): Promise<Line[]> {
  const question = { ...base, filters: copiesOf(name) }
  const sums = await ask('sums', question)
  if (sums.length === 0) return []
  const times = await ask('times', question)
  return mirrorsOf({ sums, times, scores: scores.filter(({ isMirror }) => isMirror) }, lines)
}

/** Call by call; where there are too many, the lines have to do. */
async function readPaired({ ask }: ModelPageDeps, { name }: Subject, { period }: Span) {
  try {
    const scores = await ask('scorePairs', { source: name, period })
    return (await readPairsOf(ask, name, period)).map(pairs => toPaired(pairs, scores))
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

/** What is too much to be looked through is said. */
async function countTries({ ask }: ModelPageDeps, { name }: Subject, { period }: Span) {
  try {
    return await readFailedTries(ask, name, period)
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

/** Models that a redirect names as they are: those that served nothing are worth knowing too. */
const expectedOf = ({ virtual, typeOf }: ModelPageDeps, { kind, view }: Subject): string[] =>
  kind !== 'redirect'
    ? []
    : (view?.targets ?? [])
        .map(({ model }) => model)
        .filter(
          model =>
            targetOf(model, provider => typeOf(provider) !== undefined) !== undefined &&
            (model === view!.source || virtual.view(model)?.kind !== 'redirect'),
        )

async function readMarkers({ ask }: ModelPageDeps, { kind, name }: Subject, { period, before }: Span) {
  if (kind === 'provider') return []
  const found = await ask('markers', { source: name, ranges: [before, period] })
  return found.map(marker => ({
    ...marker,
    // What is made leads nobody away from anything.
    repoints: marker.action !== 'create' && isRepointing(marker),
    isNow: marker.at >= period.from,
  }))
}

async function readFacts({ facts, virtual }: ModelPageDeps, { kind, name, target }: Subject) {
  await facts.loading()
  if (kind === 'redirect') return { facts: await facts.ofName(name, virtual.exampleCaller(name)) }
  return target === undefined || kind !== 'provider'
    ? undefined
    : facts.of({ provider: target.provider, model: target.id })
}

async function readPrices({ ask, now, typeOf }: ModelPageDeps, { kind, target }: Subject) {
  if (kind !== 'provider' || target === undefined) return undefined
  const { provider, id: model } = target
  return ask('prices', { provider, providerType: typeOf(provider) ?? provider, model, at: now() })
}
