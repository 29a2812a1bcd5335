import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageRecords } from '../schema.ts'
import type { Range } from './cover.ts'

/** Tries at a target that failed, after which another one was made. */
export interface FailedTries {
  /** Number of the range. */
  readonly bucket: number
  readonly target: string
  readonly count: number
}

/**
 * Who failed and was replaced. Roll-ups count a call for the target that served it, or failed last; without these tries
 * a target that always fails, and always has somebody to fall back on, would look well. One that was passed over, because a
 * limit of ours had no room, say, was not asked and did not fail.
 */
export async function readFailedTries(
  db: Database,
  { source, ranges }: { readonly source: string; readonly ranges: readonly Range[] },
): Promise<FailedTries[]> {
  const periods = JSON.stringify(ranges.map(({ from, to }, bucket) => [bucket, from, to]))
  return db.all<FailedTries>(sql`
    with s as materialized (select value->>0 bucket, value->>1 since, value->>2 until from json_each(${periods}))
    select s.bucket, (a.value->>'provider') || '/' || (a.value->>'model') target, count(*) count
    from s cross join ${usageRecords} r join json_each(r.attempts) a
    where r.virtual_model = ${source} and r.at >= s.since and r.at < s.until and r.part = 0 and not r.mirrored
      and json_array_length(r.attempts) > 1 and a.key < json_array_length(r.attempts) - 1
      and a.value->>'code' is not 'model_unavailable'
      and not (a.value->>'code' is 'rate_limit_exceeded' and a.value->>'ms' = 0)
    group by 1, 2`)
}
