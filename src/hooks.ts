import type { Patience } from './base/patience.ts'
import type { Hear, Hooks, Waiting } from './contract/plugin.ts'
import { awayReason } from './database/faults.ts'
import { Refusal, refuse } from './errors.ts'
import type { Awaitable, Outcome } from './types.ts'

/** A hook of one plugin, and the one behind it. */
export interface Bound<F> {
  readonly plugin: string
  readonly hook: string
  readonly run: F
  /** What the hook sees as `this`. */
  readonly owner: unknown
  /** How long it is waited for; absent where it says that it ends by itself. */
  readonly patience?: Patience | undefined
  readonly next: Bound<F> | undefined
}

/** For each hook the first of the line. */
export type HookTable = { readonly [H in keyof Hooks]: Bound<Hooks[H]> | undefined }

/**
 * Puts hooks in line, one behind the other. Frozen, so that nothing can join, leave or be replaced; a frozen array would
 * do too, but this runtime looks into one ten times as long.
 */
export const inLine = <F>(hooks: readonly Omit<Bound<F>, 'next'>[]): Bound<F> | undefined =>
  hooks.reduceRight<Bound<F> | undefined>((next, hook) => Object.freeze({ ...hook, next }), undefined)

// Everything here stays synchronous while the hooks do: most hooks only look something up, and a promise for each of them
// would cost more than the look-up. What has to wait goes on in a function of its own: a closure costs room for what it
// holds each time the function around it is called, made or not, and these are called dozens of times for each request.

/** What is made of a value: now where it is there, later where it is promised. */
export const after = <T, R>(value: Awaitable<T>, make: (value: T) => Awaitable<R>): Awaitable<R> =>
  value instanceof Promise ? value.then(make) : make(value)

/** A part of a way: it finds something out, and what it found is written down. */
export interface Step<X> {
  readonly find: (x: X) => Awaitable<unknown>
  readonly write?: (x: X, found: never) => void
}

export const step = <X, T>(find: (x: X) => Awaitable<T>, write?: (x: X, found: T) => void): Step<X> =>
  write === undefined ? { find } : { find, write }

/** One step after the other; a throw stops the walk. It begins at once, and waits only where a step does. */
export async function walk<X>(steps: readonly Step<X>[], x: X): Promise<void> {
  for (const { find, write } of steps) {
    const finding = find(x)
    const found = finding instanceof Promise ? await finding : finding
    write?.(x, found as never)
  }
}

type FirstLine<X, T> = Bound<(x: X) => Awaitable<T | undefined>> | undefined

/** First answer wins. */
export function first<X, T>(line: FirstLine<X, T>, x: X): Awaitable<T | undefined> {
  for (let bound = line; bound !== undefined; bound = bound.next) {
    const value = call(bound, x, undefined)
    if (value instanceof Promise) return firstLater(value, bound.next, x)
    if (value !== undefined) return value
  }
  return undefined
}

const firstLater = <X, T>(value: Promise<T | undefined>, next: FirstLine<X, T>, x: X) =>
  value.then(value => value ?? first(next, x))

type EveryLine<X, T> = Bound<(x: X) => Awaitable<T | undefined>>
type Keep<X, T> = ((value: T, plugin: string, x: X) => Awaitable<unknown>) | undefined

/** Each in turn; a throw stops the walk. What they return goes to `keep`, which may take its time. */
export function every<X, T>(line: EveryLine<X, T> | undefined, x: X, keep?: Keep<X, T>): Awaitable<void> {
  for (let bound = line; bound !== undefined; bound = bound.next) {
    const value = call(bound, x, undefined)
    if (value instanceof Promise) return everyLater(value, bound, x, keep)
    if (value === undefined) continue
    const kept = keep?.(value, bound.plugin, x)
    if (kept instanceof Promise) return goOn(kept, bound.next, x, keep)
  }
}

const everyLater = <X, T>(
  value: Promise<T | undefined>,
  { plugin, next }: EveryLine<X, T>,
  x: X,
  keep: Keep<X, T>,
) =>
  goOn(
    value.then(value => (value === undefined ? undefined : keep?.(value, plugin, x))),
    next,
    x,
    keep,
  )

const goOn = <X, T>(
  kept: Promise<unknown>,
  next: EveryLine<X, T> | undefined,
  x: X,
  keep: Keep<X, T>,
): Promise<void> => kept.then(() => every(next, x, keep))

type ChainLine<V, X> = Bound<(value: V, x: X) => Awaitable<V>> | undefined

/** Each receives what the one before returned. */
export function chain<V, X>(line: ChainLine<V, X>, value: V, x: X): Awaitable<V> {
  let current = value
  for (let bound = line; bound !== undefined; bound = bound.next) {
    const made = call(bound, current, x)
    if (made instanceof Promise) return chainLater(made, bound, x)
    if (made === undefined) return forgotten(bound)
    current = made
  }
  return current
}

const chainLater = <V, X>(made: Promise<V>, bound: NonNullable<ChainLine<V, X>>, x: X) =>
  made.then(value => (value === undefined ? forgotten(bound) : chain(bound.next, value, x)))

/** Whoever stands behind could not go on with nothing, and would be taken for the one at fault. */
const forgotten = (bound: Bound<unknown>): never =>
  blame(new TypeError('It returned undefined: return what it was given, or something in its place'), bound)

type Report<X> = (error: unknown, plugin: string, x: X) => void

/** All of them, whatever happens to one; failures go to `report` and change nothing. */
export function all<X>(line: Bound<(x: X) => Awaitable<void>> | undefined, x: X, report: Report<X>): void {
  for (let bound = line; bound !== undefined; bound = bound.next) tell(bound, x, report)
}

function tell<X>({ plugin, run, owner }: Bound<(x: X) => Awaitable<void>>, x: X, report: Report<X>): void {
  try {
    const done = promised(run.call(owner, x))
    if (done instanceof Promise) reportLater(done, report, plugin, x)
  } catch (error) {
    report(error, plugin, x)
  }
}

const reportLater = <X>(done: Promise<void>, report: Report<X>, plugin: string, x: X): void =>
  void done.catch(error => report(error, plugin, x))

/** Calls one hook. A `Refusal` is an answer; anything else is a bug, and the log must say whose. */
function call<A, B, T>(bound: Bound<(a: A, b: B) => Awaitable<T>>, a: A, b: B): Awaitable<T> {
  try {
    const value = promised(bound.run.call(bound.owner, a, b))
    return value instanceof Promise ? blameLater(value, bound) : value
  } catch (error) {
    return blame(error, bound)
  }
}

function blameLater<T>(value: Promise<T>, bound: Bound<unknown>): Promise<T> {
  const { patience, hook } = bound
  const waited = patience?.within(value, late[hook] as ((value: T) => void) | undefined) ?? value
  return waited.catch(error => blame(error, bound))
}

/** What comes too late, for a call that is over, is not kept. */
const late: Readonly<Partial<Record<string, (value: never) => void>>> = {
  admit: (release: Awaited<ReturnType<Hooks['admit']>>) => quietly(() => release?.()),
  attempt: (begun: Awaited<ReturnType<Hooks['attempt']>>) => quietly(() => giveUp(begun)),
}

/** A try that nobody makes: whoever hears of tries is told so, and whoever stands in a line leaves it. */
function giveUp(begun: Hear | Waiting | undefined): void {
  if (typeof begun === 'function') begun(NOT_MADE)
  if (typeof begun !== 'object') return
  // It may have had its turn in this very moment.
  begun.room.then(found => typeof found === 'function' && found(NOT_MADE)).catch(() => {})
  begun.leave(new Refusal('internal_error', 'Nobody waits any more'))
}

const NOT_MADE: Outcome = { ok: false, code: 'internal_error', ms: 0 }

function quietly(run: () => void): void {
  try {
    run()
  } catch {
    // Its plugin was blamed already, for being late.
  }
}

/** Not every promise is a `Promise`: a database query, for one, only runs when somebody waits for it. */
function promised<T>(value: Awaitable<T>): Awaitable<T> {
  if (typeof value !== 'object' || value === null || value instanceof Promise) return value
  return typeof (value as { then?: unknown }).then === 'function' ? Promise.resolve(value) : value
}

/** Runs what a plugin contributed beside its hooks; `place` says what it is, for the log. */
export async function inName<T>(plugin: string, place: string, run: () => Awaitable<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    return blame(error, { plugin, hook: place })
  }
}

/** A bug, and whose it is. */
class PluginFault extends Error {
  readonly plugin: string
  readonly place: string

  constructor(plugin: string, place: string, cause: unknown) {
    super(`Plugin "${plugin}" failed in "${place}"`, { cause })
    this.plugin = plugin
    this.place = place
  }
}

/** Whose bug it is and where it happened, as facts for the log; nothing where it is the gateway's own. */
export const blamed = (cause: unknown): { readonly plugin?: string; readonly place?: string } =>
  cause instanceof PluginFault ? { plugin: cause.plugin, place: cause.place } : {}

/**
 * Turns a bug of a plugin into a refusal that says nothing to the client and everything to the log. That the database is
 * away is no bug.
 */
export function blame(error: unknown, { plugin, hook }: Pick<Bound<unknown>, 'plugin' | 'hook'>): never {
  if (error instanceof Refusal) throw error
  const away = awayReason(error)
  if (away !== undefined) refuse('database_unavailable', away, { cause: error })
  return refuse('internal_error', 'The gateway failed to handle this request', {
    cause: new PluginFault(plugin, hook, error),
  })
}
