import type { Child } from 'hono/jsx'
import type { Api } from '../../src/contract/api.ts'
import type { Entrance } from '../../src/contract/page.ts'
import type { Host, Parts } from '../../src/contract/plugin.ts'
import type { Tick } from '../../src/contract/ticks.ts'
import type { Holder } from './holders.ts'
import type { SessionsTable } from './schema.ts'
import type { Session } from './session.ts'

/** What plugins that let people in by other means than the master key may call. */
export interface Dashboard {
  /** Puts another way in on the sign-in page of operators. */
  offer(way: Way): void
  /** Opens a session, and leads to where its holder wanted to go. */
  admit(request: Request, guest: Guest): Promise<Response>
  /** The sign-in page, with why nobody was let in. */
  turnAway(request: Request, refused: TurnedAway): Response
  /** The value of a cookie, as `cookie` has set it. */
  readCookie(request: Request, name: string): string | undefined
  /** A `set-cookie` that is as well protected as the browser allows; `maxAge` in milliseconds. */
  cookie(request: Request, name: string, value: string, maxAge: number): string
  /** A door for others than operators, with a sign-in, sessions, cookies and a throttle of its own. During `setup`. */
  createDoorway(host: DoorwayHost, options: DoorwayOptions): Doorway
  /** Shows people who are no operators, on the sign-in page of those, where to sign in. */
  pointTo(other: Elsewhere): void
}

/** Of the plugin whose door it is. */
export type DoorwayHost = Pick<Host, 'db' | 'now' | 'log' | 'site' | 'inherited'> & {
  readonly peers?: Host['peers'] | undefined
}

export interface DoorwayOptions {
  readonly entrance: Entrance
  /** The page that people begin with. */
  readonly home: `/${string}`
  /** What the cookie of a session is called. */
  readonly cookie: string
  readonly table: SessionsTable
  /** Sessions at once with one mark; for holders who have each a mark of their own. Default: as many as there may be at all. */
  readonly maxOfMark?: number
  /** A secret that sessions end with. No two doors have the same, so that what opens one is nothing at the other. */
  readonly bond: string
  /** Whose key it is; undefined where it opens nothing here. */
  readonly knows: (key: string) => KeyHolder | undefined
  /** Whether this one could still come in the way that they came; asked at each request. */
  readonly isOpen: (holder: Holder | undefined) => boolean
  /** There is a key that somebody could sign in with. */
  readonly hasKey: () => boolean
  readonly words: SignInWords
  /** Other ways in. */
  readonly ways: readonly Way[]
  readonly elsewhere: readonly Elsewhere[]
}

export interface KeyHolder {
  /** Absent for whoever has the master key. */
  readonly holder?: Holder
}

/** What the sign-in page says. */
export interface SignInWords {
  /** What is behind the door; absent where they know it who stand before it. */
  readonly lead?: string
  /** Which key is asked for. */
  readonly label: string
  readonly hint: Child
  /** A key opens nothing here. */
  readonly wrong: string
  /** Nobody has a key. */
  readonly none: Child
  /** Lets password managers know which of their entries this is. */
  readonly account: string
}

/** Another door, for other people. */
export interface Elsewhere {
  readonly label: string
  /** Below the base path. */
  readonly path: `/${string}`
}

export interface Doorway extends Pick<Dashboard, 'admit' | 'turnAway'>, Required<Pick<Parts, 'hear'>> {
  /** The session that a request brings, while it is good. */
  find(request: Request): Promise<Session | undefined>
  /** Ends sessions whose holders came by any other way than these, or a key. */
  keepWays(marks: readonly string[]): Promise<void>
  /** The sign-in, the way out, and the way to the first page. */
  readonly api: readonly Api[]
  readonly heritage: object
  readonly tick: Tick
}

/** Another way in. */
export interface Way {
  /** What its button says. */
  readonly label: string
  /** Where it begins, below the base path. Is told in `next` where its holder wants to go. */
  readonly path: `/${string}`
  readonly marks: Marks
}

/** Each is another one whenever other people may be let in this way: whoever came before signs in again. */
export interface Marks {
  /** Of those who may change something. */
  readonly write: string
  /** Of those who only read. */
  readonly read: string
}

export interface Guest {
  /** Who it is, for history and audit trail. */
  readonly name: string
  /** One of those of the way that they came: what they may do. */
  readonly mark: string
  readonly next: string | undefined
  readonly cookies: readonly string[]
}

export interface TurnedAway {
  readonly mistake: string
  readonly status: number
  readonly next: string | undefined
  readonly cookies: readonly string[]
}
