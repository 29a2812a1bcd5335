import { refuse } from '../../../src/errors.ts'
import type { Ask } from './answers.ts'
import type { Range } from './cover.ts'
import { type Filters, type Grouping, needsRecords, recordedOnly } from './dimensions.ts'

/** So many records are looked through for one answer: some seconds. */
const MOST = 1_000_000

/**
 * Refuses a question that would have to look through too many records. Roll-ups know beforehand how many there are: a
 * statement that has begun cannot be stopped.
 */
export async function checkSize(
  ask: Ask,
  {
    period,
    groupings,
    filters,
  }: {
    readonly period: Range
    readonly groupings: readonly Grouping[]
    readonly filters: Filters
  },
): Promise<void> {
  if (!needsRecords(groupings, filters)) return
  const known = Object.fromEntries(
    Object.entries(filters).filter(([name]) => !(recordedOnly as readonly string[]).includes(name)),
  )
  await checkLines(ask, period, known)
}

/** The same for the records that roll-ups can choose. */
export async function checkLines(ask: Ask, period: Range, filters: Filters): Promise<void> {
  const [found] = await ask('sums', { ranges: [period], groupings: [], filters, records: false })
  const lines = found?.sums.calls ?? 0
  if (lines > MOST)
    refuse(
      'invalid_request',
      `Field "from": ${lines} records would have to be looked through, at most ${MOST} can be: choose a shorter period`,
      { param: 'from' },
    )
}
