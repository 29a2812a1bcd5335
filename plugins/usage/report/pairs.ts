import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { usageRecords } from '../schema.ts'
import type { Range } from './cover.ts'

/** A sum of differences, and of their squares. */
export interface Differences {
  readonly count: number
  readonly sum: number
  readonly squares: number
}

/** What a mirror had more than who answered the callers, call by call. */
export interface Pairs {
  /** The model behind the mirror. */
  readonly target: string
  /** Calls that both have answered. */
  readonly count: number
  /** Tokens, with what was thought. */
  readonly output: Differences
  /** US dollars. */
  readonly cost: Differences
  /** Milliseconds. */
  readonly total: Differences
  /** Of streams. */
  readonly first: Differences
}

/** The copy is called `m`, and the call that it repeats `c`. */
const differences = {
  output: 'm.output + coalesce(m.reasoning, 0) - c.output - coalesce(c.reasoning, 0)',
  cost: '(m.cost_nano - c.cost_nano) / 1e9',
  total: 'm.total_ms - c.total_ms',
  first: 'case when m.streamed then m.first_byte_ms - c.first_byte_ms end',
} as const

type Name = keyof typeof differences

const columns = Object.entries(differences).flatMap(([name, of]) => [
  `count(${of}) ${name}_count`,
  `total(${of}) ${name}_sum`,
  `total((${of}) * (${of})) ${name}_squares`,
])

type Row = { readonly target: string; readonly count: number } & Readonly<
  Record<`${Name}_${keyof Differences}`, number>
>

/** The calls of a redirect that both its mirror and its targets have answered; each copy leads to its call by an index. */
export async function readPairs(
  db: Database,
  { source, period }: { readonly source: string; readonly period: Range },
): Promise<Pairs[]> {
  const rows = await db.all<Row>(sql`
    select m.provider || '/' || m.model target, count(*) count, ${sql.raw(columns.join(', '))}
    from ${usageRecords} m cross join ${usageRecords} c on c.id = m.request_id
    where m.virtual_model = ${source} and m.at >= ${period.from} and m.at < ${period.to}
      and m.mirrored and m.part = 0 and m.code is null and c.code is null
    group by 1 order by 2 desc`)
  return rows.map(row => {
    const of = (name: Name): Differences => ({
      count: row[`${name}_count`],
      sum: row[`${name}_sum`],
      squares: row[`${name}_squares`],
    })
    const { target, count } = row
    return { target, count, output: of('output'), cost: of('cost'), total: of('total'), first: of('first') }
  })
}
