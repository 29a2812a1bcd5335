import { Refusal, refuse } from './errors.ts'
import type { Hooks } from './plugin.ts'
import type { Awaitable } from './types.ts'

/** A hook of one plugin, bound at boot. Arrays of these are what the pipeline walks. */
export interface Bound<F> {
  readonly plugin: string
  readonly hook: string
  readonly run: F
}
export type HookTable = { readonly [H in keyof Hooks]: readonly Bound<Hooks[H]>[] }

// The runners stay synchronous while the hooks do: most hooks only look something up, and a promise for each of them
// would cost more than the look-up.

/** First answer wins. */
export function first<X, T>(
  hooks: readonly Bound<(x: X) => Awaitable<T | undefined>>[],
  x: X,
  from = 0,
): Awaitable<T | undefined> {
  for (let i = from; i < hooks.length; i++) {
    const value = call(hooks[i]!, x, undefined)
    if (value instanceof Promise) return value.then(later => later ?? first(hooks, x, i + 1))
    if (value !== undefined) return value
  }
  return undefined
}

/** Each in turn; a throw stops the walk. What they return goes to `keep`. */
export function every<X, T>(
  hooks: readonly Bound<(x: X) => Awaitable<T | undefined>>[],
  x: X,
  keep?: (value: T, plugin: string) => void,
  from = 0,
): Awaitable<void> {
  for (let i = from; i < hooks.length; i++) {
    const bound = hooks[i]!
    const value = call(bound, x, undefined)
    if (value instanceof Promise) {
      return value.then(later => {
        if (later !== undefined) keep?.(later, bound.plugin)
        return every(hooks, x, keep, i + 1)
      })
    }
    if (value !== undefined) keep?.(value, bound.plugin)
  }
}

/** Each receives what the one before returned. */
export function chain<V, X>(
  hooks: readonly Bound<(value: V, x: X) => Awaitable<V>>[],
  value: V,
  x: X,
  from = 0,
): Awaitable<V> {
  let current = value
  for (let i = from; i < hooks.length; i++) {
    const next = call(hooks[i]!, current, x)
    if (next instanceof Promise) return next.then(later => chain(hooks, later, x, i + 1))
    current = next
  }
  return current
}

/** All of them, whatever happens to one; failures go to `report` and change nothing. */
export function all<X>(
  hooks: readonly Bound<(x: X) => Awaitable<void>>[],
  x: X,
  report: (error: unknown, plugin: string) => void,
): void {
  for (const { plugin, run } of hooks) {
    try {
      const done = promised(run(x))
      if (done instanceof Promise) done.catch(error => report(error, plugin))
    } catch (error) {
      report(error, plugin)
    }
  }
}

/** Calls one hook. A `Refusal` is an answer; anything else is a bug, and the log must say whose. */
export function call<A, B, T>(bound: Bound<(a: A, b: B) => Awaitable<T>>, a: A, b: B): Awaitable<T> {
  try {
    const value = promised(bound.run(a, b))
    return value instanceof Promise ? value.catch(error => blame(error, bound)) : value
  } catch (error) {
    return blame(error, bound)
  }
}

/** Not every promise is a `Promise`: a database query, for one, only runs when somebody waits for it. */
function promised<T>(value: Awaitable<T>): Awaitable<T> {
  if (typeof value !== 'object' || value === null || value instanceof Promise) return value
  return typeof (value as { then?: unknown }).then === 'function' ? Promise.resolve(value) : value
}

/** Turns a bug of a plugin into a refusal that says nothing to the client and everything to the log. */
export function blame(error: unknown, { plugin, hook }: Pick<Bound<unknown>, 'plugin' | 'hook'>): never {
  if (error instanceof Refusal) throw error
  return refuse('internal_error', 'The gateway failed to handle this request', {
    cause: new Error(`Plugin "${plugin}" failed in "${hook}"`, { cause: error }),
  })
}
