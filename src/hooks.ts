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

/** First answer wins. */
export async function first<X, T>(
  hooks: readonly Bound<(x: X) => Awaitable<T | undefined>>[],
  x: X,
): Promise<T | undefined> {
  for (const bound of hooks) {
    const value = await blame(bound, () => bound.run(x))
    if (value !== undefined) return value
  }
  return undefined
}

/** Each in turn; a throw stops the walk. What they return goes to `keep`. */
export async function every<X, T>(
  hooks: readonly Bound<(x: X) => Awaitable<T | undefined>>[],
  x: X,
  keep?: (value: T) => void,
): Promise<void> {
  for (const bound of hooks) {
    const value = await blame(bound, () => bound.run(x))
    if (value !== undefined) keep?.(value)
  }
}

/** Each receives what the one before returned. Stays synchronous while the hooks are: a list asks it thousands of times. */
export function chain<V, X>(
  hooks: readonly Bound<(value: V, x: X) => Awaitable<V>>[],
  value: V,
  x: X,
  from = 0,
): Awaitable<V> {
  let current = value
  for (let i = from; i < hooks.length; i++) {
    const bound = hooks[i]!
    const next = blame(bound, () => bound.run(current, x))
    if (next instanceof Promise) return next.then(resolved => chain(hooks, resolved, x, i + 1))
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
      const done = run(x)
      if (done instanceof Promise) done.catch(error => report(error, plugin))
    } catch (error) {
      report(error, plugin)
    }
  }
}

/** A `Refusal` is an answer; anything else is a bug, and the log must say whose. */
export function blame<T>({ plugin, hook }: Bound<unknown>, run: () => Awaitable<T>): Awaitable<T> {
  try {
    const value = run()
    return value instanceof Promise ? value.catch(error => rethrow(error, plugin, hook)) : value
  } catch (error) {
    return rethrow(error, plugin, hook)
  }
}

function rethrow(error: unknown, plugin: string, hook: string): never {
  if (error instanceof Refusal) throw error
  refuse('internal_error', 'The gateway failed to handle this request', {
    cause: new Error(`Plugin "${plugin}" failed in "${hook}"`, { cause: error }),
  })
}
