import type { Member, Setting } from '../../../src/contract/inventory.ts'
import { createSearch, MAX_SEARCH } from '../../../views/listing.ts'

export const choices = {
  '': 'All plugins',
  work: 'At work',
  idle: 'With nothing to do',
  brought: 'From outside',
  errors: 'With errors',
} as const
export type Choice = keyof typeof choices

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly show: Choice
}

/** A plugin with its place in the order, counted from 1. */
export interface Placed {
  readonly member: Member
  readonly turn: number
  /** So many settings it has. */
  readonly settings: number
  readonly neededBy: readonly string[]
}

export function readQuery(read: (name: string) => string): Query {
  const show = read('show')
  return {
    q: read('q').slice(0, MAX_SEARCH),
    show: Object.hasOwn(choices, show) ? (show as Choice) : '',
  }
}

/** A vendor without a provider, say: it is there, and takes no part. */
export const isIdle = ({ member: { hooks, brings }, neededBy }: Placed): boolean =>
  hooks.length === 0 &&
  neededBy.length === 0 &&
  [brings.endpoints, brings.pages, brings.dialects, brings.providers, brings.ticks].every(
    ({ length }) => length === 0,
  )

const tests: Readonly<Record<Exclude<Choice, ''>, (placed: Placed) => boolean>> = {
  work: placed => !isIdle(placed),
  idle: isIdle,
  brought: ({ member: { broughtAs } }) => broughtAs !== undefined,
  errors: ({ member: { errors } }) => errors.count > 0,
}

/** What the query asks for, with its place in the order. */
export function find(
  all: readonly Member[],
  settings: ReadonlyMap<string | undefined, readonly Setting[]>,
  { q, show }: Query,
): readonly Placed[] {
  const isFound = createSearch(q)
  return all
    .map((member, index) => ({
      member,
      turn: index + 1,
      settings: settings.get(member.name)?.length ?? 0,
      neededBy: all.filter(({ needs }) => needs.includes(member.name)).map(({ name }) => name),
    }))
    .filter(placed => (show === '' || tests[show](placed)) && isFound(textsIn(placed.member)))
}

const textsIn = ({ name, about, hooks, broughtAs = '', brings }: Member): readonly string[] => [
  name,
  about,
  broughtAs,
  ...hooks,
  ...brings.endpoints.map(({ method, path }) => `${method} ${path}`),
  ...brings.pages.map(({ title }) => title),
  ...brings.dialects.map(({ name }) => name),
  ...brings.providers,
]
