import { ahead, count } from '../../../../views/format.ts'
import type { WorkingKey } from '../../../auth/model.ts'
import type { Filled } from '../../../limits/look.ts'
import type { ProviderHealth } from '../../../model-lists/model.ts'
import type { LostTargets } from '../../../virtual-models/model.ts'
import { choiceOf, type Places } from '../places.ts'

/** Something that an operator should look at. */
export interface Concern {
  /** `bad`: calls fail because of it; `amber`: they may, or figures are not whole. */
  readonly tone: 'bad' | 'amber'
  /** A sentence; what is in a `name` is shown letter by letter. */
  readonly words: readonly (string | { readonly name: string })[]
  /** What the link says. */
  readonly act: string
  readonly href: (places: Places, base: string) => string
}

export interface Facts {
  readonly health: readonly ProviderHealth[]
  readonly lost: readonly LostTargets[]
  /** Targets that were used and have no known price. */
  readonly unpriced: readonly { readonly target: string; readonly calls: number }[]
  readonly keys: readonly WorkingKey[]
  /** That are nearly used up or wholly, the fullest first. */
  readonly limits: readonly Filled[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A key that ends within this time (milliseconds) is told of. */
const SOON = 7 * 86_400_000
/** So many of a kind are told one by one. */
const MOST = 3

/** What needs attention, what is worst first. */
export function concernsOf({ health, lost, unpriced, keys, limits, now }: Facts): Concern[] {
  const found = [
    ...some(
      health.flatMap(({ resting, place }) => resting.map(text => restingConcern(text, place))),
      { many: 'pauses of providers', act: 'Providers', page: '/providers' },
    ),
    ...some(
      health.flatMap(one => (one.listTrouble === undefined ? [] : [listConcern(one, one.listTrouble)])),
      { many: 'lists that could not be fetched', act: 'Providers', page: '/providers' },
    ),
    ...some(lost.map(lostConcern), {
      many: 'redirects with targets that nobody lists',
      act: 'Models',
      page: '/models?kind=redirect',
    }),
    ...some(unpriced.map(unpricedConcern), {
      many: 'models without a known price',
      act: 'Usage',
      page: '/usage',
    }),
    ...some(
      limits.map(limit => limitConcern(limit, keys, now)),
      { many: 'limits that are nearly reached', act: 'Limits', page: '/limits' },
    ),
    ...some(
      endingSoon(keys, now).map(key => keyConcern(key, now)),
      { many: 'keys that expire within a week', act: 'API keys', page: '/keys?state=active' },
    ),
  ]
  return found.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
}

interface Kind {
  readonly many: string
  readonly act: string
  readonly page: string
}

/** The first of a kind, and how many more there are. */
function some(concerns: readonly Concern[], { many, act, page }: Kind): Concern[] {
  if (concerns.length <= MOST + 1) return [...concerns]
  const rest = concerns.length - MOST
  const href = (_: unknown, base: string) => `${base}/dashboard${page}`
  return [
    ...concerns.slice(0, MOST),
    { tone: concerns[MOST]!.tone, words: [`And ${rest} more ${many}.`], act, href },
  ]
}

const restingConcern = (text: string, place: string): Concern => ({
  tone: 'bad',
  words: [`${text}.`],
  act: 'See the provider',
  href: (_, base) => `${base}/dashboard${place}`,
})

const listConcern = ({ status, place }: ProviderHealth, trouble: string): Concern => ({
  tone: status.state === 'unknown' ? 'bad' : 'amber',
  words: ['The models of ', { name: status.name }, ` could not be listed: ${trouble}`],
  act: 'See the provider',
  href: (_, base) => `${base}/dashboard${place}`,
})

const lostConcern = ({ source, targets }: LostTargets): Concern => ({
  tone: 'bad',
  words: [
    { name: source },
    ' leads to ',
    ...targets.slice(0, MOST).flatMap((name, index) => [...(index > 0 ? [', '] : []), { name }]),
    ...(targets.length > MOST ? [` and ${targets.length - MOST} more`] : []),
    `, which no provider lists.`,
  ],
  act: 'See the redirect',
  href: ({ model }) => model(source),
})

const unpricedConcern = ({ target, calls }: Facts['unpriced'][number]): Concern => ({
  tone: 'amber',
  words: [
    { name: target },
    ` was called ${calls === 1 ? 'once' : count(calls, 'time')} and has no known price, so the cost is not whole. Set one in MODEL_PRICES.`,
  ],
  act: 'See the calls',
  href: ({ rows }) => rows(choiceOf('target', target)),
})

/** Keys are known to people by their names. */
const nameOf = (member: string, keys: readonly WorkingKey[]): string =>
  keys.find(({ id }) => id === member)?.name || member

const limitConcern = (
  { name, share, member, end }: Filled,
  keys: readonly WorkingKey[],
  now: number,
): Concern => ({
  tone: share >= 1 ? 'bad' : 'amber',
  words: [
    'The limit ',
    { name },
    share >= 1 ? ' is reached' : ` is used up to ${Math.floor(share * 100)} %`,
    ...(member === null ? [] : [' by ', { name: nameOf(member, keys) }]),
    `; it is free again ${ahead(end - now)}.`,
  ],
  act: 'See the limit',
  href: (_, base) => `${base}/dashboard/limits/detail?${new URLSearchParams({ name })}`,
})

type EndingKey = WorkingKey & { readonly expiresAt: number }

/** The first to end first. */
const endingSoon = (keys: readonly WorkingKey[], now: number): EndingKey[] =>
  keys
    .filter((key): key is EndingKey => (key.expiresAt ?? Number.POSITIVE_INFINITY) < now + SOON)
    .sort((a, b) => a.expiresAt - b.expiresAt)

const keyConcern = ({ id, name, expiresAt }: EndingKey, now: number): Concern => ({
  tone: 'amber',
  words: ['The key ', { name: name === '' ? id : name }, ` expires ${ahead(expiresAt - now)}.`],
  act: 'See the key',
  href: (_, base) => `${base}/dashboard/keys?${new URLSearchParams({ q: id })}`,
})
