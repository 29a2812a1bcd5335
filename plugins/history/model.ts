import type { BatchItem } from 'drizzle-orm/batch'
import type { Child } from 'hono/jsx'
import type { ActionResult, Form, Markup, Page, PageRequest } from '../../src/contract/page.ts'
import type { IfMatch } from '../../src/door/precondition.ts'
import type { Awaitable, JsonObject } from '../../src/types.ts'
import type { Listing, StateQuery } from '../../views/listing.ts'

export const actions = ['create', 'replace', 'rename', 'delete', 'revoke', 'roll', 'restore'] as const
export type Action = (typeof actions)[number]

/** What is written down of a change. The states hold what an operator may see: never a secret, never a hash. */
export interface Change {
  /** What sort of thing it is: `virtual-model`, `key`, … */
  readonly kind: string
  readonly action: Action
  /** Its name from now on; of what is deleted, the last one. */
  readonly subject: string
  /** Its name until now, where that was another one. */
  readonly was?: string
  readonly author: string
  /** Absent for what did not exist. */
  readonly before?: JsonObject
  /** Absent for what is gone. */
  readonly after?: JsonObject
  /** Its version until now, for things that are older than their history. */
  readonly version?: number
  /** The `id` of the version that is put back. */
  readonly restored?: number
}

/** Who changes, what they believe to change, and whether they put an old version back. */
export interface Authorship {
  readonly author?: string
  readonly ifMatch?: IfMatch | undefined
  readonly restored?: number
}

/** Who wants an old version back, and on which conditions. */
export interface RestoreOrder extends Omit<Authorship, 'restored'> {
  /** Store it although it leads nowhere at the moment. */
  readonly force: boolean
}

/** How an old version is put back. */
export interface Restoring extends Authorship {
  /** The present name; undefined when the thing is gone. */
  readonly subject: string | undefined
  /** Store it although it leads nowhere at the moment. */
  readonly force: boolean
}

/** Puts a thing into an old state by its normal way of saving, with all its checks; returns the new version. */
export type Restore = (state: JsonObject, restoring: Restoring) => Promise<number>

/** Something that operators define under a name, with the admin API or in the configuration. */
export interface Definition {
  readonly name: string
  /** Where it is declared; absent for what the admin API stores. */
  readonly declaredIn?: string
  /** 0 for what is declared. */
  readonly version: number
}

/** All definitions of a kind, in memory: written first, together with their history. */
export interface Definitions<T extends Definition> {
  /** Sorted by name. */
  list(): readonly T[]
  /** Refuses when there is none. */
  get(name: string): T
  save(name: string, input: unknown, by?: Authorship): Promise<T>
  remove(name: string, by?: Authorship): Promise<void>
}

export interface DefinitionOptions<T extends Definition, S extends object> {
  /** What history calls them, and people: `limit`. */
  readonly kind: string
  /** Where they are listed: `/admin/limits`. */
  readonly listedAt: string
  /** Those of the configuration; they hide stored ones of the same name. */
  readonly declared: readonly T[]
  /** What is stored. */
  load(): Promise<readonly T[]>
  /** What an operator says of one; refuses what cannot be. */
  read(name: string, input: unknown): Awaitable<T>
  /** As operators write it. */
  toState(thing: T): S
  /** What history keeps of it, and `read` gets when that is put back. Default: all of it. */
  shown?(state: S): object
  /** Stores one, or puts it in the place of another. */
  put(name: string, definition: S, version: number): BatchItem<'sqlite'>
  /** Forgets one, and all that belongs to it. */
  drop(name: string): readonly BatchItem<'sqlite'>[]
  /** Another set holds from now on; it is taken over when this is done. */
  onChange(all: readonly T[]): Awaitable<void>
  /** Where people see one, below `/dashboard`. */
  place(name: string): `/${string}`
}

/** What is said of a thing while it is typed. */
export interface Drafted {
  /** The version that is edited, as it was when the form was opened; absent for a new one. */
  readonly version?: number
  readonly name: string
}

/** What is wrong with a draft. */
export interface Wrong {
  readonly message: string
}

/** Markup that stands alone, or within other markup. */
type Drawn = Child & Markup

/** How the forms of a kind of definitions are read and drawn. */
export interface FormsOptions<T extends Definition, D extends Drafted, M extends Wrong> {
  /** As in `DefinitionOptions`. */
  readonly kind: string
  /** Of the page, below `/dashboard`. */
  readonly path: `/${string}`
  readonly definitions: Definitions<T>
  draftFrom(form: Form): D
  /** What `definitions.save` takes; refuses what cannot be read, and names the field. */
  toInput(draft: D): unknown
  toState(thing: T): object
  /** What is wrong, and with which field of the form. */
  mistakeOf(error: unknown): M
  /** What one is that was switched off: `off: it holds nobody back`. */
  readonly off: string
  /** The form, with what is wrong. */
  editor(draft: D, mistake: M | undefined, request: PageRequest): Drawn
  /** Asks whether one is to be deleted, and says why it was not. */
  deletion(thing: T, mistake: string | undefined, request: PageRequest): Drawn
}

/** What a list shows. */
export interface Found<R> {
  readonly listing: Listing<R>
  /** Said beside how many there are. */
  readonly beside?: Child
}

/** The page of a kind of definitions: what it says, and what its list shows. */
export interface DefinitionsPage<
  T extends Definition,
  D extends Drafted,
  M extends Wrong,
  R,
  S extends string,
> extends FormsOptions<T, D, M> {
  readonly title: string
  readonly nav: NonNullable<Page['nav']>
  /** What they are, under the title. */
  readonly lead: string
  /** Said where there are none. */
  readonly about: string
  /** What a search looks through, in the empty field: `Search names, paths`. */
  readonly searched: string
  /** States to choose from, in words; with '' for all of them. */
  readonly states: Readonly<Record<S | '', string>>
  readonly caption: string
  readonly headings: readonly string[]
  find(query: StateQuery<S | ''>): Awaitable<Found<R>>
  /** A row of the table. */
  row(found: R, query: StateQuery<S | ''>, request: PageRequest): Child
  readonly emptyDraft: D
  draftOf(thing: T): D
  /** Actions that only ask, while somebody types (`Page.asks`). */
  readonly asks: NonNullable<Page['actions']>
}

type Take = (form: Form, request: PageRequest) => Promise<ActionResult>

/** Actions of a page. */
export type Forms = Readonly<Record<'save' | 'delete' | 'undo' | 'toggle', Take>>

/** What plugins with things that operators change may call. */
export interface History {
  /** Keeps things that operators define under a name: declared ones, stored ones, and those that other gateways store. */
  define<T extends Definition, S extends object>(options: DefinitionOptions<T, S>): Promise<Definitions<T>>
  /** Their page on the dashboard. */
  page<T extends Definition, D extends Drafted, M extends Wrong, R, S extends string>(
    sort: DefinitionsPage<T, D, M, R, S>,
  ): Page
  /**
   * Writes a change and its version in one batch: both are stored, or neither is. `statements` makes the change, and
   * gets the number of the version. Returns that number.
   */
  commit(change: Change, statements: (version: number) => readonly BatchItem<'sqlite'>[]): Promise<number>
  /** Tells how versions of a kind are put back, and which fields stay as they are whatever version that is. */
  restores(kind: string, restore: Restore, stay?: readonly string[]): void
  /** Tells how things of a kind are read anew: another gateway on the same database has changed some. */
  follows(kind: string, reread: () => Promise<void>): void
  /** Tells where people see a thing of a kind, below `/dashboard`. */
  shows(kind: string, place: (subject: string) => `/${string}`): void
  /** Who changed a thing last, and when (milliseconds since 1970); undefined where nobody did. */
  lastOf(kind: string, subject: string): Promise<{ readonly author: string; readonly at: number } | undefined>
  /** The `id` of the version that deleted what had this name; undefined when it was not deleted, or is back. */
  deletionOf(kind: string, subject: string): Promise<number | undefined>
  /** Puts a version back, as `POST /admin/history/:id/restore` does; returns the name of what came back. */
  restore(id: number, order: RestoreOrder): Promise<string>
}
