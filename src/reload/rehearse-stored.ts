import type { Loaded } from '../config/load.ts'
import { sift } from '../config/stored.ts'
import type { Foretold } from '../contract/foreseen.ts'
import type { Stored } from '../contract/restating.ts'
import { unlessOlder } from '../database/look.ts'
import type { Database } from '../database/open.ts'
import { type Rehearsed, type RehearseOptions, rehearse } from './rehearse.ts'

interface RehearseStoredOptions extends RehearseOptions {
  /** What operators have stored of the settings. */
  readonly readStored: (db: Database) => Promise<Stored>
}

export interface RehearsedStored extends Rehearsed {
  /** So many settings of the dashboard hold. */
  readonly stored: number
}

/**
 * The same with the settings that operators have stored, as a start has them: what of them does not fit is left out, and
 * told.
 *
 * @throws ConfigError as a start would.
 */
export async function rehearseStored(
  loaded: Loaded,
  { readStored, ...options }: RehearseStoredOptions,
): Promise<RehearsedStored> {
  const { database, migrations, version } = options
  const stored = (database && (await unlessOlder(() => readStored(database)))) ?? {}
  const over = (some: Stored): Loaded => ({ ...loaded, ...loaded.over(some) })
  const { holds, unfit } =
    Object.keys(stored).length === 0
      ? { holds: stored, unfit: new Map<string, string>() }
      : await sift(stored, async some => void (await rehearse(over(some), { migrations, version })))
  const { providers, troubles } = await rehearse(over(holds), options)
  const leftOut = [...unfit].map(
    ([name, why]): Foretold => ({
      about: `setting ${name}`,
      text: `What the dashboard has stored of it does not fit any more, and would be left out: ${why}`,
      isBad: false,
    }),
  )
  return { providers, troubles: [...leftOut, ...troubles], stored: Object.keys(holds).length }
}
