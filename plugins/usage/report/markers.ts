import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import type { Action } from '../../history/model.ts'
import type { Range } from './cover.ts'

/** A change of a redirect, where it falls into a period. */
export interface Marker {
  /** Of the version, for `GET /admin/history/:id`. */
  readonly id: number
  readonly version: number
  readonly at: number
  readonly action: Action
  readonly author: string
  readonly fields: readonly string[]
}

/** Fields of a redirect that change where calls go. */
const LEADING: ReadonlySet<string> = new Set([
  'target_model',
  'targets',
  'strategy',
  'affinity',
  'failover',
  'enabled',
])

/** The change makes calls go another way. */
export const isRepointing = ({ fields }: Pick<Marker, 'fields'>): boolean =>
  fields.some(field => LEADING.has(field))

/** All changes of a redirect within the ranges, oldest first; under former names too. */
export async function readMarkers(
  db: Database,
  { source, ranges }: { readonly source: string; readonly ranges: readonly Range[] },
): Promise<Marker[]> {
  const periods = JSON.stringify(ranges.map(({ from, to }) => [from, to]))
  const rows = await db.all<Omit<Marker, 'fields'> & { readonly fields: string }>(sql`
    select h.id, h.version, h.at, h.action, h.author, h.fields from history h
    where h.line in (select line from history where subject = ${source} and kind = 'virtual-model')
      and exists (select 1 from json_each(${periods}) p where h.at >= p.value->>0 and h.at < p.value->>1)
    order by h.id`)
  return rows.map(row => ({ ...row, fields: JSON.parse(row.fields) as string[] }))
}
