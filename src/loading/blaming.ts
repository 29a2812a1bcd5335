import { ConfigError } from '../errors.ts'
import { faultOf } from '../fault.ts'
import type { Awaitable } from '../types.ts'

/** How long a plugin may take for a step of the start (milliseconds). */
export const PATIENCE = 30_000

/**
 * Runs a step of the start. What fails, or never ends, must say whose it is and where.
 *
 * @throws ConfigError
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
    throw faultOf(plugin, step, error)
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
