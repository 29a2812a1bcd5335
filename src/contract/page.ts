import type { Admin, Awaitable } from '../types.ts'

/** Markup that is already escaped. */
export interface Markup {
  toString(): string
}

/** What a page knows of the request that asks for it. */
export interface PageRequest {
  /** The page's address with its query. */
  readonly url: URL
  /** Prefix of every link: the configured base path, without a slash at its end. */
  readonly base: string
  /** Who is signed in. */
  readonly admin: Admin
  /** At which the browser sees the gateway, as far as a proxy before it tells: `https://models.example.com`. To be shown only. */
  readonly origin: string
}

/** The fields of a submitted form; a field that comes more than once is an array. */
export type Form = Readonly<Record<string, string | readonly string[]>>

/** What an action answers: another page to go to, or markup in place (422 when something has to be mended). */
export type ActionResult =
  | { readonly go: `/${string}` }
  | { readonly markup: Markup; readonly status?: number }

/**
 * A dashboard page: `load` fetches, `view` is a pure function of what was loaded, `actions` take its forms
 * (`POST /dashboard{path}/{action}`; who opens that address is led to the page). The door signs in, checks CSRF, draws
 * the shell and sets the headers. A plain form carries the token of the session with `<Csrf admin={admin} />` of
 * `modelway/views`; htmx sends it by itself.
 */
export interface Page<T = unknown> {
  /** Below `/dashboard`. */
  readonly path: `/${string}`
  /** For the menu, and the title of the window. */
  readonly title: string
  /** What one view of the page is called, where the page shows one of many: the name of a model, say. */
  titleOf?(data: T): string
  /** Puts the page into the menu: by `order`, a group where its first page stands. */
  readonly nav?: { readonly group: string; readonly order: number }
  /** @throws Refusal that people are told in the place of the page; anything else is a bug, and its text is not told. */
  load(request: PageRequest): Awaitable<T>
  /** Draws what was loaded, and asks for nothing more. */
  view(data: T, request: PageRequest): Markup
  /** Forms, by the last segment of their address. They may refuse as `load` does. */
  readonly actions?: Readonly<Record<string, (form: Form, request: PageRequest) => Awaitable<ActionResult>>>
  /**
   * Names of actions that only ask, while somebody types, say: nothing is changed, here or elsewhere, and nothing is paid
   * for. So the audit trail leaves them out, and operators who only read may use them; all others are refused to them.
   */
  readonly asks?: readonly string[]
  /** Parts of the page that are fetched on their own (`GET /dashboard{path}/{part}`). */
  readonly parts?: Readonly<Record<string, (request: PageRequest) => Awaitable<Markup>>>
}

/** Declares a page; the type of what `load` returns reaches `view`. */
export const definePage = <T>(page: Page<T>): Page => page as Page

/** Draws a whole page around a page's own markup. */
export type Shell = (shell: {
  readonly title: string
  readonly base: string
  readonly path: string
  /** Absent for people who are not signed in. */
  readonly admin: Admin | undefined
  readonly nav: readonly { readonly href: string; readonly title: string; readonly group: string }[]
  readonly assets: Readonly<Record<string, string>>
  readonly main: Markup
  /** There is no page at the address: the frame says so in the place of `main`. */
  readonly isMissing?: boolean
}) => Markup
