import type { UserPath } from '../../src/types.ts'

/** Stretches of time; a week begins on Monday. */
export const windows = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Window = (typeof windows)[number]

/** Who has room of its own: everybody together, each key, or each user path. */
const sharings = ['all', 'key', 'user_path'] as const
export type Sharing = (typeof sharings)[number]

/** So much may happen: calls, their tokens (input and output, cached or not), what they cost, and how many at once. */
export interface Limit {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  /** It holds for callers that stand here or below. */
  readonly userPath: UserPath
  readonly each: Sharing
  /** Selectors, and names of redirects; absent: every model. */
  readonly models?: ReadonlySet<string>
  /** Selectors of tools (`server/`, `server/tool`): then it speaks of their calls, and of no model. */
  readonly tools?: ReadonlySet<string>
  readonly per: Window
  /** Whose clocks say when a window begins: an IANA name. */
  readonly timeZone: string
  readonly requests?: number
  readonly tokens?: number
  /** Nano-dollars. */
  readonly cost?: number
  readonly concurrent?: number
  /** So long a call waits until fewer are under way than may be (milliseconds); absent: it is refused at once. */
  readonly wait?: number
  /** So many calls wait, those of each member for themselves; more are refused at once. */
  readonly queue?: number
  /** Who stands here or below goes before others. */
  readonly first?: ReadonlySet<string>
  /** Calls whose price nobody knows cost nothing here; or they are refused. */
  readonly unpriced: 'allow' | 'refuse'
  /** Where it is declared; absent for what the admin API stores. */
  readonly declaredIn?: string
  /** 0 for what is declared. */
  readonly version: number
}

/** What history calls limits. */
export const KIND = 'limit'
