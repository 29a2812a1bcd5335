import { and, asc, eq, gt, gte, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Database } from '../../../src/database/open.ts'
import { SPANS } from '../model.ts'
import { costOf, type Price } from '../record/record.ts'
import { UNTOLD } from '../record/terms.ts'
import { usageGroups, usageRecords, usageRollups, usageTargetRollups } from '../schema.ts'
import { type Group, groupOf, sums, targetOf } from './rollup.ts'

type Row = typeof usageRecords.$inferSelect
type Cost = ReturnType<typeof costOf>
/** What a new price changes in a roll-up; in the order of `changing`. */
type Delta = readonly [at: number, group: Group, record: Known, ...changes: number[]]
/** A record, and what it cost when it was read. */
type Known = readonly [no: number, costNano: number | null]

/** So many records are looked at in one transaction. */
const PAGE = 500
/** The sums that depend on prices. */
const changing = ['cost_nano', 'cost_squares', 'priced', 'unpriced'] as const

/**
 * Prices the records of a period anew, after a price was mended, and the roll-ups with them. What a provider itself
 * reported stays. Returns how many records cost something else now.
 *
 * @param from milliseconds since 1970, inclusive
 * @param to exclusive
 */
export async function reprice(db: Database, price: Price, from: number, to: number): Promise<number> {
  let changed = 0
  // In the order of the index: by number alone, every page would begin with a search through the whole table.
  for (let last = { at: from, no: 0 }; ; ) {
    const rows = await db
      .select()
      .from(usageRecords)
      .where(
        and(
          gte(usageRecords.at, last.at),
          lt(usageRecords.at, to),
          // Nobody was paid for what was stored.
          eq(usageRecords.cached, false),
          or(gt(usageRecords.at, last.at), gt(usageRecords.no, last.no)),
          or(isNull(usageRecords.priceSource), ne(usageRecords.priceSource, 'reported')),
        ),
      )
      .orderBy(asc(usageRecords.at), asc(usageRecords.no))
      .limit(PAGE)
    if (rows.length === 0) return changed
    last = rows.at(-1)!
    const others = rows.flatMap(row => {
      const cost = costOf(row, null, { ...row, terms: termsOf(row), price })
      return isSame(row, cost) ? [] : [{ row, cost }]
    })
    if (others.length > 0) await change(db, others)
    changed += others.length
    // A local database never lets go of the thread by itself, and calls that are settled meanwhile want to be on disk.
    await new Promise(resolve => setTimeout(resolve, 0))
  }
}

/** Earlier versions kept only that more than usual was asked, in the source of the price. */
const termsOf = ({ terms, priceSource }: Row): string | null =>
  terms ?? (priceSource === 'list' ? UNTOLD : null)

const isSame = (row: Row, { costNano, priceSource, priceVersion }: Cost): boolean =>
  row.costNano === costNano && row.priceSource === priceSource && row.priceVersion === priceVersion

/**
 * In one transaction, roll-ups first. Another gateway may price the same records in the same moment: one that costs
 * something else by now is left to it, or the roll-ups would get the difference twice.
 */
async function change(db: Database, others: readonly { row: Row; cost: Cost }[]): Promise<void> {
  const costs = others.map(({ row, cost }) => [
    row.no,
    row.costNano,
    cost.costNano,
    cost.priceSource,
    cost.priceVersion,
  ])
  const deltas = others.map(({ row, cost }): Delta => {
    const before = changing.map(name => sums[name]!(row))
    const after = changing.map(name => sums[name]!({ ...row, ...cost }))
    return [row.at, groupOf(row), [row.no, row.costNano], ...after.map((value, i) => value - before[i]!)]
  })
  const byTarget = deltas.map(([at, group, ...rest]): Delta => [at, targetOf(group), ...rest])
  const batch = [
    ...Object.values(SPANS).flatMap(span => [
      db.run(addTo(usageRollups, span, deltas)),
      db.run(addTo(usageTargetRollups, span, byTarget)),
    ]),
    db.run(sql`update ${usageRecords} set cost_nano = e.value->>2, price_source = e.value->>3, price_version = e.value->>4
      from json_each(${JSON.stringify(costs)}) e where no = e.value->>0 and cost_nano is e.value->>1`),
  ]
  await db.batch(batch as unknown as readonly [BatchItem<'sqlite'>])
}

/** Roll-ups that are no longer kept stay away. */
function addTo(
  table: typeof usageRollups | typeof usageTargetRollups,
  span: number,
  deltas: readonly Delta[],
): SQL {
  const added = changing.map(
    name => sql`${sql.raw(`"${name}"`)} = ${table}.${sql.raw(`"${name}" + d."${name}"`)}`,
  )
  // Written out: a bound number would make it a division of fractions.
  const length = sql.raw(String(span))
  const totals = changing.map((name, i) => sql.raw(`sum(e.value->>${i + 3}) "${name}"`))
  return sql`update ${table} set ${sql.join(added, sql.raw(', '))} from (
      select (e.value->>0) / ${length} * ${length} at, g.id, ${sql.join(totals, sql.raw(', '))}
      from json_each(${JSON.stringify(deltas)}) e
      join ${usageRecords} r on r.no = e.value->>'$[2][0]' and r.cost_nano is e.value->>'$[2][1]'
      join ${usageGroups} g
        on g.virtual_model = e.value->>'$[1][0]' and g.provider = e.value->>'$[1][1]' and g.model = e.value->>'$[1][2]'
        and g.user_path = e.value->>'$[1][3]' and g.key_id = e.value->>'$[1][4]' and g.mirrored = e.value->>'$[1][5]'
      group by 1, 2
    ) d where ${table}.span = ${span} and ${table}.at = d.at and ${table}.group_id = d.id`
}
