import type { Setting } from '../../src/contract/inventory.ts'
import type { Restating, Stored } from '../../src/contract/restating.ts'
import { ConfigError, refuse } from '../../src/errors.ts'

export const NOWHERE = 'No setting can be changed here: the database is in memory, and ends with the gateway'

/** Asks whether a gateway could be built with what is to be stored; a mistake is a refusal. */
export interface Judging {
  /** Asks plugins, too, whether it goes together. */
  judge(stored: Stored): Promise<void>
  /** All settings, as they would be. */
  draft(stored: Stored): readonly Setting[]
}

export const createJudging = (needed: () => Restating): Judging => ({
  async judge(stored) {
    await needed().judge(stored).catch(refuseMistake)
  },
  draft(stored) {
    try {
      return needed().draft(stored)
    } catch (error) {
      return refuseMistake(error)
    }
  },
})

function refuseMistake(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error
  return refuse('invalid_value', error.problems.join('; '), { param: 'value' })
}
