import { describe, reasonOf } from '../describe.ts'
import { ConfigError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Awaitable } from '../types.ts'

/** How long a plugin may take for a step of the start (milliseconds). */
export const PATIENCE = 30_000

/**
 * Runs a step of the start. What fails, or never ends, must say whose it is and where, in one line; the stack is in the
 * log of the plugin, at level debug.
 *
 * @throws ConfigError; a mistake in the configuration says whose it is already.
 */
export async function blaming<T>(
  plugin: string,
  step: string,
  run: () => Awaitable<T>,
  patience = PATIENCE,
): Promise<T> {
  try {
    return await within(patience, run, time => `Plugin "${plugin}" did not finish "${step}" within ${time}`)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    createLog(plugin).debug(`Failed in "${step}"`, { error: describe(error) })
    throw new ConfigError(`Plugin "${plugin}" failed in "${step}": ${reasonOf(error)}${placeOf(error)}`, {
      cause: error,
    })
  }
}

/** @throws ConfigError with what `late` says, where nothing has come in time. */
export async function within<T>(
  patience: number,
  run: () => Awaitable<T>,
  late: (time: string) => string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConfigError(late(`${patience / 1000} s`))), patience)
  })
  try {
    return await Promise.race([run(), deadline])
  } finally {
    clearTimeout(timer)
  }
}

const kernel = new URL('..', import.meta.url).pathname

/** ` (FILE:LINE:COLUMN)` of what threw, outside of the kernel where there is such a line; of a syntax error, where it is. */
export function placeOf(error: unknown): string {
  const { position } = (error ?? {}) as { readonly position?: Position | null }
  if (position) return ` (${position.file}:${position.line}:${position.column})`
  const stack = (error instanceof Error && error.stack) || ''
  const places = [
    ...stack.matchAll(/^ +at (?:.* \()?(?:file:\/\/)?(\/.+?:\d+:\d+|[A-Z]:\\.+?:\d+:\d+)\)?$/gm),
  ]
  const place = (places.find(([, at]) => !at!.startsWith(kernel)) ?? places[0])?.[1]
  return place === undefined ? '' : ` (${place})`
}

/** Where the runtime could not read on. */
interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}
