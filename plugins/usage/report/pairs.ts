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

const columns = Object.values(differences).flatMap(of => [
  `count(${of})`,
  `total(${of})`,
  `total((${of}) * (${of}))`,
])

/** The calls of a redirect that both its mirror and its targets have answered; each copy leads to its call by an index. */
export async function readPairs(
  db: Database,
  { source, period }: { readonly source: string; readonly period: Range },
): Promise<Pairs[]> {
  const rows = await db.values<[string, ...number[]]>(sql`
    select m.provider || '/' || m.model, count(*), ${sql.raw(columns.join(', '))}
    from ${usageRecords} m cross join ${usageRecords} c on c.id = m.request_id
    where m.virtual_model = ${source} and m.at >= ${period.from} and m.at < ${period.to}
      and m.mirrored and m.part = 0 and m.code is null and c.code is null
    group by 1 order by 2 desc`)
  return rows.map(([target, count, ...sums]) => {
    const at = (place: number): Differences => {
      const [count = 0, sum = 0, squares = 0] = sums.slice(3 * place, 3 * place + 3)
      return { count, sum, squares }
    }
    return { target, count: count!, output: at(0), cost: at(1), total: at(2), first: at(3) }
  })
}
