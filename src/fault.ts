import { describe, reasonOf } from './base/describe.ts'
import { databaseFault, isDamaged, isDatabaseAway } from './database/faults.ts'
import { ConfigError } from './errors.ts'
import { createLog } from './log.ts'

/**
 * What a plugin threw before the first request, as a mistake in the configuration: whose it is, why and where, in one
 * line; the stack is in the log of the plugin, at level debug. Such a mistake that the plugin found itself stays what it is.
 */
export function faultOf(plugin: string, step: string, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error
  createLog(plugin).debug(`Failed in "${step}"`, { error: describe(error) })
  if (isDamaged(error) || isDatabaseAway(error))
    return new ConfigError(`Plugin "${plugin}" cannot use the database: ${databaseFault(error)}`, {
      cause: error,
    })
  return new ConfigError(`Plugin "${plugin}" failed in "${step}": ${reasonOf(error)}${placeOf(error)}`, {
    cause: error,
  })
}

/** Runs what a plugin declares, where nobody waits for it. @throws ConfigError */
export function faultless<T>(plugin: string, step: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw faultOf(plugin, step, error)
  }
}

const kernel = new URL('.', import.meta.url).pathname

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
