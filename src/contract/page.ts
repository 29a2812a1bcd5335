import type { Scoped } from '../exchange.ts'
import type { Admin, Awaitable, Caller } from '../types.ts'

/** Markup that is already escaped. */
export interface Markup {
  toString(): string
}

/** A caller who looks at pages for callers. That opens nothing else: neither a page for operators nor any endpoint. */
export interface Visitor {
  readonly via: 'session' | 'loopback'
  readonly caller: Caller
  /** The token that a page puts into its forms; absent where no cookie is involved. */
  readonly csrf?: string
  /** What every page should tell this caller: that its key ends soon, say. */
  readonly note?: string
}

/** What every page knows of the request that asks for it. */
interface AnyPageRequest {
  /** The page's address with its query. */
  readonly url: URL
  /** Prefix of every link: the configured base path, without a slash at its end. */
  readonly base: string
  /** At which the browser sees the gateway, as far as a proxy before it tells: `https://models.example.com`. To be shown only. */
  readonly origin: string
}

/** An operator asks. */
export interface PageRequest extends AnyPageRequest {
  /** Who is signed in. */
  readonly admin: Admin
}

/** A caller asks, for a page that says it is for callers. */
export interface CallerPageRequest extends AnyPageRequest {
  /** Who is signed in. */
  readonly visitor: Visitor
  /** The same caller, with the user path that its calls have: whatever it may not know is to be decided by this. */
  readonly x: Scoped
}

/** Where pages begin, and where those for whom they are sign in and out. */
export interface Entrance {
  readonly at: '/dashboard' | '/portal'
  readonly signIn: `/${string}`
  readonly signOut: `/${string}`
}

/** One for operators, one for callers, each with sessions of its own: what opens one is nothing at the other. */
export const entrances = {
  operators: { at: '/dashboard', signIn: '/sign-in', signOut: '/sign-out' },
  callers: { at: '/portal', signIn: '/portal/sign-in', signOut: '/portal/sign-out' },
} as const satisfies Record<string, Entrance>

/** The fields of a submitted form; a field that comes more than once is an array. */
export type Form = Readonly<Record<string, string | readonly string[]>>

/** What an action answers: another page to go to, or markup in place (422 when something has to be mended). */
export type ActionResult =
  | { readonly go: `/${string}` }
  | { readonly markup: Markup; readonly status?: number }

/**
 * A page: `load` fetches, `view` is a pure function of what was loaded, `actions` take its forms (`POST`, its address and
 * the name of the action; who opens that address is led to the page). The door signs in, checks CSRF, draws the shell and
 * sets the headers. A plain form carries the token of the session with `<Csrf admin={admin} />` of `modelway/views`; htmx
 * sends it by itself.
 */
export interface PageFor<R, T = unknown> {
  /** Below `/dashboard`, or `/portal` where it is for callers. */
  readonly path: `/${string}`
  /** For the menu, and the title of the window. */
  readonly title: string
  /** What one view of the page is called, where the page shows one of many: the name of a model, say. */
  titleOf?(data: T): string
  /**
   * Puts the page into the menu: by `order`, a group where its first page stands. With `isFor` only into that of some: it
   * opens the page to nobody, and closes it to nobody.
   */
  readonly nav?: { readonly group: string; readonly order: number; readonly isFor?: (request: R) => boolean }
  /** @throws Refusal that people are told in the place of the page; anything else is a bug, and its text is not told. */
  load(request: R): Awaitable<T>
  /** Draws what was loaded, and asks for nothing more. */
  view(data: T, request: R): Markup
  /** Forms, by the last segment of their address. They may refuse as `load` does. */
  readonly actions?: Readonly<Record<string, (form: Form, request: R) => Awaitable<ActionResult>>>
  /**
   * Names of actions that only ask, while somebody types, say: nothing is changed, here or elsewhere, and nothing is paid
   * for. So the audit trail leaves them out, and operators who only read may use them; all others are refused to them.
   */
  readonly asks?: readonly string[]
  /** Parts of the page that are fetched on their own: `GET`, the page's address and the name of the part. */
  readonly parts?: Readonly<Record<string, (request: R) => Awaitable<Markup>>>
}

/** For operators, at `/dashboard{path}`. */
export interface Page<T = unknown> extends PageFor<PageRequest, T> {
  readonly for?: undefined
}

/** For callers, at `/portal{path}`, where a plugin lets them in (`recognize`); without one there is no such page. */
export interface CallerPage<T = unknown> extends PageFor<CallerPageRequest, T> {
  readonly for: 'callers'
}

export type AnyPage = Page | CallerPage

/** Where a page stands. Whatever else it says, it is for operators unless it is for callers. */
export const entranceOf = (page: Pick<AnyPage, 'for'>): Entrance =>
  isForCallers(page) ? entrances.callers : entrances.operators

export const isForCallers = (page: Pick<AnyPage, 'for'>): page is CallerPage => page.for === 'callers'

/** Declares a page for operators; the type of what `load` returns reaches `view`. */
export const definePage = <T>(page: Page<T>): Page => page as Page

/** Declares a page for callers. */
export const defineCallerPage = <T>(page: Omit<CallerPage<T>, 'for'>): CallerPage =>
  ({ ...page, for: 'callers' }) as CallerPage

/** Draws a whole page around a page's own markup. */
export type Shell = (shell: {
  readonly title: string
  readonly base: string
  readonly entrance: Entrance
  /** Below the entrance. */
  readonly path: string
  /** Absent for people who are not signed in. */
  readonly signedIn: Admin | Visitor | undefined
  readonly nav: readonly { readonly href: string; readonly title: string; readonly group: string }[]
  readonly assets: Readonly<Record<string, string>>
  readonly main: Markup
  /** There is no page at the address: the frame says so in the place of `main`. */
  readonly isMissing?: boolean
}) => Markup
