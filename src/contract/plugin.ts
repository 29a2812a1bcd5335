import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { GenericSchema, InferOutput } from 'valibot'
import type { Bytes } from '../base/bytes.ts'
import type { Database } from '../database/open.ts'
import type { Refusal } from '../errors.ts'
import type {
  Answered,
  Attempted,
  Deciding,
  Identified,
  Ordering,
  Parsed,
  Received,
  Routed,
  Scoped,
  Settled,
  Spent,
} from '../exchange.ts'
import type {
  Admin,
  Answer,
  Awaitable,
  Caller,
  JsonObject,
  ListedModel,
  Outcome,
  Route,
  Target,
  UserPath,
} from '../types.ts'
import type { AdminEvent, Api } from './api.ts'
import type { Dialect } from './dialect.ts'
import type { Foreseen } from './foreseen.ts'
import type { Host } from './host.ts'
import type { AnyPage, Visitor } from './page.ts'
import type { Passage } from './passage.ts'
import type { Shaped } from './preset.ts'
import type { Provider, ProviderType } from './provider.ts'
import type { EnvNames, FileSection } from './settings.ts'
import type { Tick } from './ticks.ts'

export type { Host } from './host.ts'

/**
 * How the answers of several plugins combine, decided here and nowhere else.
 * first: the first answer wins · every: all run, a throw stops · chain: each receives what the one before returned ·
 * all: all run, failures are only logged.
 */
export const kinds = {
  authenticate: 'first',
  administrate: 'first',
  recognize: 'first',
  scope: 'first',
  permit: 'every',
  route: 'chain',
  order: 'chain',
  shape: 'chain',
  admit: 'every',
  guard: 'chain',
  recall: 'first',
  attempt: 'every',
  tap: 'every',
  head: 'every',
  spend: 'all',
  resume: 'every',
  settle: 'all',
  audit: 'all',
  list: 'chain',
} as const satisfies { [H in keyof Hooks]: 'first' | 'every' | 'chain' | 'all' }

/**
 * What a plugin may take part in, in the order of a request. A hook looks at a read-only view of the exchange and
 * returns its contribution; only the pipeline writes. Throw with `refuse(code, message)` to say no: the caller gets
 * it in its own dialect. Any other throw is a bug: the caller gets a bare 500, the log names the plugin.
 */
export interface Hooks {
  /** Who calls? `undefined` leaves the question to the next plugin; if none knows, the answer is 401. */
  authenticate(x: Received): Awaitable<Caller | undefined>
  /** Does an operator call, and may they change anything? Asked for the admin API and the dashboard, not `authenticate`. */
  administrate(x: Received): Awaitable<Admin | undefined>
  /** Which caller looks at a page for callers? Asked for these alone, and neither of the two above is. */
  recognize(x: Received): Awaitable<Visitor | undefined>
  /** On whose behalf? `undefined` leaves it to the next plugin; if none knows, it is `/`. */
  scope(x: Identified): Awaitable<UserPath | undefined>
  /** May this caller use this operation at all? */
  permit(x: Parsed): Awaitable<void>
  /** Which targets, in which order? Redirects, catalog and access stand here. Must depend on `Deciding` alone. */
  route(route: Route, x: Deciding): Awaitable<Route>
  /** Which of the allowed targets first? Balancing, failover and sessions stand here; a target left out is not tried. */
  order(targets: readonly Target[], x: Ordering): Awaitable<readonly Target[]>
  /**
   * How is the model asked? Before room is taken, and for calls of models only. Return the same object to leave the
   * client's bytes untouched; `told` says which fields of the client gave way.
   */
  shape(asked: Shaped, x: Routed): Awaitable<Shaped>
  /** Is there room? Whoever takes room returns the function that gives it back; it is called exactly once. */
  admit(x: Routed): Awaitable<(() => void) | undefined>
  /** Rewrites or refuses what goes upstream. Return the same object to leave the client's bytes untouched. */
  guard(body: JsonObject, x: Routed): Awaitable<JsonObject>
  /**
   * A stored answer? `undefined` asks upstream. Its `recalled` says who gave it when it was new; taps and heads see it
   * as they see any other.
   */
  recall(x: Routed): Awaitable<Answer | undefined>
  /**
   * One try at one target begins: refuse to skip the target, or return what hears the outcome. Who has no room now, and
   * will have, returns a place in a line.
   */
  attempt(x: Attempted): Awaitable<Hear | Waiting | undefined>
  /**
   * Called once per answer; what it returns sees the text of a whole answer, or the `data` of each stream event, and
   * gives it back, changed or not, or `undefined` to drop it. `bytes` are the answer, or the event with its lines and
   * the blank one behind, as they arrived, before any tap. Of an answer of `kind` `raw` or `socket`, which goes by
   * unread, it sees nothing; who cannot have that refuses. Synchronous.
   */
  tap(x: Answered): ((data: string, bytes: Bytes) => string | undefined) | undefined
  /**
   * Headers of its own, for an answer that taps see too. Names that the gateway itself uses are not replaced.
   * Synchronous.
   */
  head(x: Answered): Readonly<Record<string, string>> | undefined
  /** An answer within a conversation is over, and took so much; `settle` sees the sum of all. Synchronous. */
  spend(spent: Spent): void
  /** May a conversation go on? Asked when it opens, behind each answer, and after `Host.review`. Synchronous. */
  resume(x: Answered): void
  /** After the last byte, a refusal or a hang-up; exactly once. Cannot change the answer. */
  settle(x: Settled): Awaitable<void>
  /**
   * Somebody has changed something, or tried to: after every admin call that is not a GET, refused ones too, and those of
   * callers at endpoints that are `audited`.
   */
  audit(event: AdminEvent): Awaitable<void>
  /** What `/v1/models` might show. Entries that this caller could not call are removed afterwards by the pipeline. */
  list(models: readonly ListedModel[], x: Scoped): Awaitable<readonly ListedModel[]>
}

/** Hears what became of a try. */
export type Hear = (outcome: Outcome) => void

/** A place in a line: a try begins when there is room for it. The time until then is no provider's. */
export interface Waiting {
  /**
   * What hears the outcome, once there is room; or why this target is passed over after all, where another one has room.
   * It rejects with a refusal where none came in time; then no other target is tried.
   */
  readonly room: Promise<Hear | Refusal>
  /** Nobody waits any more, for this reason: `room` rejects with it. */
  leave(why: Refusal): void
}

/** What a plugin contributes; every field is optional. */
export interface Parts extends Partial<Hooks> {
  /** Hooks that may wait for longer than HOOK_TIMEOUT, and that see to it themselves that they end. */
  readonly patient?: readonly (keyof Hooks)[]
  /** Upstreams, one for each that is configured; no two of the house may share a name. */
  readonly providers?: readonly Provider[]
  /** Kinds of providers that operators may add while the gateway runs. */
  readonly providerTypes?: readonly ProviderType[]
  /** Languages that clients speak, each mounted at its address. */
  readonly dialects?: readonly Dialect[]
  /** Request headers that it heeds in calls of models, and what they do; for the API document. */
  readonly heeds?: Readonly<Record<string, string>>
  /** Headers that it gives to answers of models, and what they tell; for the API document. */
  readonly tells?: Readonly<Record<string, string>>
  /** Endpoints that pass calls on to a provider in its own language. */
  readonly passages?: readonly Passage[]
  /** Origins that calls of its own go to, as the operator configured them, or as those whom he configured say. */
  readonly origins?: readonly string[]
  /** JSON endpoints: validated, documented and authorized by the door. */
  readonly api?: readonly Api[]
  /** Pages at `/dashboard{path}`, for operators; those that say so are for callers, at `/portal{path}`. */
  readonly pages?: readonly AnyPage[]
  /** What plugins that `need` this one may call. */
  readonly exports?: object
  /** Another worker has told something (`Host.peers`); what is returned goes back to it. */
  hear?(note: unknown): Awaitable<unknown>
  /** What this worker has counted, for one that gathers it (`Host.peers`). */
  figures?(): Awaitable<unknown>
  /** Memory that should outlive a reload of the configuration: counts, say. Both gateways use it for a while. */
  readonly heritage?: object
  /** Work that repeats, from the start on; never two runs of one at once. */
  readonly ticks?: readonly Tick[]
  /**
   * What `start` would find in this database, for `check` and `doctor`, which set the house up before an empty one. It
   * may be older than this version, and must only be read.
   */
  foresee?(db: Database): Awaitable<Foreseen>
  /** After all plugins are set up and before the first request. */
  start?(): Awaitable<void>
  /** At the end, in reverse order; also where `start` was never called. Whoever needs longer than ten seconds is left behind. */
  close?(): Awaitable<void>
}

export interface Plugin<S extends GenericSchema = GenericSchema> {
  /** kebab-case, equal to its file or folder name. */
  readonly name: string
  /** One sentence; shown by the dashboard and in the README. */
  readonly about: string
  /** Settings with defaults, as a Valibot object schema. */
  readonly config?: S
  /** Where the settings come from: a name per field, or a function over the environment for what is not a plain field. */
  readonly env?: EnvNames | ((environment: Readonly<Record<string, string>>) => unknown)
  /** Which variables an `env` function reads, so that `NAME_FILE` can stand for each of them. */
  readonly reads?: (variable: string) => boolean
  /**
   * Fields of `config` that operators may change while the gateway runs; those that are not named here they cannot. Not
   * for secrets, nor for what decides who may operate, or where things are.
   */
  readonly changeable?: readonly string[]
  /** Default: a section named like the plugin, with a key for each field, all in snake_case. */
  readonly file?: FileSection
  /** Plugins that must stand earlier in the list. */
  readonly needs?: readonly string[]
  /** Tables this plugin owns; nobody else writes them. */
  readonly tables?: Readonly<Record<string, SQLiteTable>>
  /**
   * A folder of migrations made by drizzle-kit, for plugins from outside; our own share `drizzle/`. A relative path
   * begins at the plugin's file.
   */
  readonly migrations?: string
  /** Once for each gateway, in the order of the house; a reload builds another gateway. A throw stops that, and names the plugin. */
  setup(host: Host<InferOutput<S>>): Awaitable<Parts>
}

/**
 * Declares a plugin; the type of its settings reaches `setup`.
 *
 * @example
 * import { definePlugin, refuse } from 'modelway'
 *
 * export default definePlugin({
 *   name: 'night-shift',
 *   about: 'Closes the gateway at night.',
 *   setup: ({ now }) => ({
 *     permit() {
 *       if (new Date(now()).getUTCHours() < 6) refuse('forbidden', 'Come back after 06:00 UTC')
 *     },
 *   }),
 * })
 */
export const definePlugin = <S extends GenericSchema>(
  plugin: Plugin<S> & { readonly changeable?: readonly Extract<keyof InferOutput<S>, string>[] },
): Plugin<S> => plugin
