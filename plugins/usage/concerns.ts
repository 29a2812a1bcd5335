import { count } from '../../views/format.ts'
import type { Concern, Watch, Word } from '../concerns/model.ts'
import type { FactsSource, Leaving } from '../model-facts/model.ts'
import type { VirtualModels } from '../virtual-models/model.ts'
import type { UsageStats } from './model.ts'
import type { Ask } from './report/answers.ts'
import { type Clock, readWholePeriod } from './report/period.ts'

/** So many models without a price are named, and those beyond counted. */
const UNPRICED = 20
const DAY = 86_400_000

interface UnpricedWatchOptions extends Clock {
  readonly ask: Ask
  /** The provider answers without cost, until a real one is there. */
  readonly isStandIn: (provider: string) => boolean
}

/** Targets that were used within a day and have no known price, those with the most such calls first. */
export const createUnpricedWatch = ({ ask, isStandIn, ...clock }: UnpricedWatchOptions): Watch => ({
  kind: 'unpriced',
  many: 'models without a known price',
  act: 'Usage',
  place: '/usage',
  async look() {
    const { groups } = await ask('usage', {
      period: lastDay(clock),
      groupings: [{ by: 'target' }],
      filters: {},
      top: { by: 'unpriced', most: UNPRICED },
      latency: false,
    })
    return groups.flatMap(({ group: [target = ''], sums: { unpriced } }) => {
      const [provider, model] = split(target)
      return unpriced === 0 || isStandIn(provider) ? [] : [toUnpriced(provider, model, unpriced)]
    })
  },
})

function lastDay(clock: Clock) {
  const to = clock.now()
  return readWholePeriod({ from: toText(to - DAY), to: toText(to), time_zone: 'UTC' }, clock)
}

const toText = (at: number): string => new Date(at).toISOString()

function split(target: string): [provider: string, model: string] {
  const slash = target.indexOf('/')
  return [target.slice(0, Math.max(0, slash)), target.slice(slash + 1)]
}

const toUnpriced = (provider: string, model: string, calls: number): Concern => ({
  about: `${provider}/${model}`,
  tone: 'amber',
  words: [
    { name: `${provider}/${model}` },
    ` was called ${timesOf(calls)} within a day and has no known price, so the cost is not whole. Set one in MODEL_PRICES.`,
  ],
  act: 'See the calls',
  place: `/requests?${new URLSearchParams({ range: '24h', provider, model })}`,
})

/** So long before a model goes somebody should know. */
const AHEAD = 30 * DAY
/** Of so many models it is known how often they were called. */
const CALLED = 1000

interface RetiringWatchOptions extends Clock {
  readonly ask: Ask
  readonly known: Pick<FactsSource, 'leaving'>
  readonly virtual: Pick<VirtualModels, 'leadingTo'>
}

/** Models that their provider takes away within a month, and that a redirect leads to or somebody called within a day. */
export const createRetiringWatch = ({ ask, known, virtual, ...clock }: RetiringWatchOptions): Watch => ({
  kind: 'retiring',
  many: 'models that will be retired',
  act: 'Models',
  place: '/models?can=retiring',
  async look() {
    const soon = known.leaving().filter(({ day }) => Date.parse(day) - clock.now() < AHEAD)
    if (soon.length === 0) return []
    const { groups } = await ask('usage', {
      period: lastDay(clock),
      groupings: [{ by: 'target' }],
      filters: {},
      top: { by: 'calls', most: CALLED },
      latency: false,
    })
    const calls = new Map(groups.map(({ group: [target = ''], sums }) => [target, sums.calls]))
    return soon.flatMap((leaving): Concern[] => {
      const { provider, model } = leaving
      const names = [`${provider}/${model}`, model]
      const [redirect] = virtual.leadingTo(names).filter(({ enabled }) => enabled)
      const called = calls.get(names[0]!) ?? 0
      if (redirect === undefined && called === 0) return []
      return [toRetiring(leaving, redirect?.source, called)]
    })
  },
})

function toRetiring({ provider, model, day }: Leaving, redirect: string | undefined, calls: number): Concern {
  const name = `${provider}/${model}`
  const use: readonly Word[] =
    redirect === undefined
      ? [` was called ${timesOf(calls)} within a day`]
      : [' is what ', { name: redirect }, ' leads to']
  return {
    about: name,
    tone: 'amber',
    words: [{ name }, ...use, `, and its provider retires it on ${day}.`],
    act: 'See the model',
    place: `/models/detail?${new URLSearchParams({ name, of: 'provider' })}`,
  }
}

const timesOf = (calls: number): string => (calls === 1 ? 'once' : count(calls, 'time'))

/** How the writing of records is doing. Why the database takes none may name its address, so the log says it. */
export const createRecordsWatch = (stats: () => UsageStats): Watch => ({
  kind: 'records',
  many: 'troubles with usage records',
  act: 'Usage',
  place: '/usage',
  look() {
    const { trouble, waiting, lost } = stats()
    const found: Concern[] = []
    const act = 'See the usage'
    if (trouble !== null)
      found.push({
        about: 'database',
        tone: 'bad',
        words: [
          `The database takes no usage records; ${count(waiting, 'of them waits', 'of them wait')} in the spool. The log says why.`,
        ],
        act,
        place: '/usage',
      })
    if (lost > 0)
      found.push({
        about: 'lost',
        tone: 'bad',
        words: [
          `${count(lost, 'usage record was', 'usage records were')} lost since the start, because neither database nor disk had room.`,
        ],
        act,
        place: '/usage',
      })
    return found
  },
})
