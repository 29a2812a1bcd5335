import { expect } from 'bun:test'
import { asc } from 'drizzle-orm'
import type { UsageBook } from '../../plugins/usage/model.ts'
import {
  usageGroups,
  usageLatencies,
  usageRecords,
  usageRollups,
  usageTargetLatencies,
  usageTargetRollups,
} from '../../plugins/usage/schema.ts'
import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'
import type { Database } from '../../src/database/open.ts'
import { type House, type HouseOptions, openHouse } from '../kernel/house.ts'

export type Row = typeof usageRecords.$inferSelect
export type Rollup = typeof usageRollups.$inferSelect & Omit<typeof usageGroups.$inferSelect, 'id'>

/** What was recorded. */
export interface Book extends UsageBook {
  /** All records, in the order in which they were written. */
  rows(): Promise<Row[]>
  rollups(): Promise<Rollup[]>
  readonly db: Database
}

/** A plugin that lets a test look into the book of a gateway. */
export function createReader(): { readonly plugin: Plugin; readonly book: Book } {
  let seen: { readonly db: Database; readonly usage: UsageBook } | undefined
  const plugin = definePlugin({
    name: 'reader',
    about: 'Reads what was recorded.',
    needs: ['usage'],
    setup({ db, use }) {
      seen = { db, usage: use<UsageBook>('usage') }
      return {}
    },
  })
  const book: Book = {
    get db() {
      return seen!.db
    },
    stats: () => seen!.usage.stats(),
    flush: patience => seen!.usage.flush(patience),
    reprice: (from, to) => seen!.usage.reprice(from, to),
    rows: () => readRows(seen!.db),
    rollups: () => readRollups(seen!.db),
  }
  return { plugin, book }
}

export const readRows = async (db: Database): Promise<Row[]> =>
  db.select().from(usageRecords).orderBy(asc(usageRecords.no))

/** The roll-ups by caller; those by target have to say the same. */
export async function readRollups(db: Database): Promise<Rollup[]> {
  const groups = new Map((await db.select().from(usageGroups)).map(({ id, ...group }) => [id, group]))
  const read = async (table: typeof usageRollups | typeof usageTargetRollups) =>
    (await db.select().from(table)).map(row => ({ ...row, ...groups.get(row.groupId)! }))
  const [callers, targets] = [await read(usageRollups), await read(usageTargetRollups)]
  expect(byTarget(targets)).toEqual(byTarget(callers))
  expect(targets.filter(({ userPath, keyId }) => userPath !== '' || keyId !== '')).toEqual([])
  const count = async (table: typeof usageLatencies | typeof usageTargetLatencies) =>
    byTarget((await db.select().from(table)).map(row => ({ ...row, ...groups.get(row.groupId)! })))
  expect(await count(usageTargetLatencies)).toEqual(await count(usageLatencies))
  return callers
}

/** Adds up what belongs to a target: numbers, by the values of the rest. */
function byTarget(rows: readonly Readonly<Record<string, string | number | boolean>>[]) {
  const all = new Map<string, Map<string, number>>()
  for (const { groupId, userPath, keyId, ...row } of rows) {
    const entries = Object.entries(row)
    const isSum = ([name, value]: [string, string | number | boolean]) =>
      typeof value === 'number' && !['span', 'at', 'bin'].includes(name)
    const group = JSON.stringify(entries.filter(entry => !isSum(entry)))
    const sums = all.get(group) ?? new Map<string, number>()
    all.set(group, sums)
    for (const [name, value] of entries.filter(isSum))
      sums.set(name, Number(((sums.get(name) ?? 0) + Number(value)).toPrecision(9)))
  }
  return all
}

/** A gateway between a mock provider and clients, with an open book. */
export async function openBookHouse(options: HouseOptions = {}): Promise<{ house: House; book: Book }> {
  const { plugin, book } = createReader()
  const house = await openHouse({ ...options, extra: [...(options.extra ?? []), plugin] })
  return { house, book }
}

/** Sums of the columns that roll-ups and records share, to be compared. */
export function totalsOf(rows: readonly (Row | Rollup)[]): Record<string, number> {
  const names = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning', 'costNano'] as const
  return Object.fromEntries(names.map(name => [name, rows.reduce((sum, row) => sum + (row[name] ?? 0), 0)]))
}
