import type { SQL } from 'drizzle-orm'
import { binOf } from '../../../src/base/histogram.ts'
import type { Database } from '../../../src/database/open.ts'
import { usageLatencies, usageRollups, usageTargetLatencies, usageTargetRollups } from '../schema.ts'
import { type Question, toStatement } from './statement.ts'

/** The sums that roll-ups keep, by their columns, and how the same is said of a record. */
const sums = {
  calls: 'r.part = 0',
  errors: "r.part = 0 and r.code is not null and r.code <> 'client_closed'",
  hang_ups: 'r.part = 0 and r.hung_up',
  streams: 'r.part = 0 and r.streamed',
  attempts: 'case r.part when 0 then coalesce(json_array_length(r.attempts), 0) else 0 end',
  input: 'coalesce(r.input, 0)',
  cache_read: 'coalesce(r.cache_read, 0)',
  cache_write: 'coalesce(r.cache_write, 0)',
  cache_write_hour: 'coalesce(r.cache_write_hour, 0)',
  audio_input: 'coalesce(r.audio_input, 0)',
  image_input: 'coalesce(r.image_input, 0)',
  output: 'coalesce(r.output, 0)',
  reasoning: 'coalesce(r.reasoning, 0)',
  audio_output: 'coalesce(r.audio_output, 0)',
  image_output: 'coalesce(r.image_output, 0)',
  unknown: 'r.input is null and r.output is null and r.cache_read is null',
  estimated: "coalesce(r.billing in ('estimated', 'partial'), 0)",
  cost_nano: 'coalesce(r.cost_nano, 0)',
  cost_squares: 'coalesce((r.cost_nano / 1e9) * (r.cost_nano / 1e9), 0.0)',
  priced: 'r.cost_nano is not null',
  unpriced: 'r.cost_nano is null and not (r.input is null and r.output is null and r.cache_read is null)',
  hits: "r.part = 0 and r.cached and (r.code is null or r.code = 'client_closed')",
  saved_nano:
    "case when r.code is null or r.code = 'client_closed' then coalesce(r.saved_nano, 0) else 0 end",
} as const

export type SumName = keyof typeof sums
export type Sums = Readonly<Record<SumName, number>>
const names = Object.keys(sums) as readonly SumName[]

const TIMES = { callers: usageLatencies, targets: usageTargetLatencies }

/** A sum of money may be too large for a number of JavaScript; as text it arrives. */
const asText = (name: SumName, sum: string): string =>
  name === 'cost_nano' || name === 'saved_nano' ? `cast(${sum} as text)` : sum

/** What was added up for one group in one range. */
export interface Summed {
  /** Number of the range. */
  readonly bucket: number
  /** Values of the groupings, in their order; an empty text where there is none. */
  readonly group: readonly string[]
  readonly sums: Sums
}

/** Calls by the bin of their time: until the end, and until the first byte of a stream. */
export interface Times {
  readonly total: Map<number, number>
  readonly first: Map<number, number>
}
export interface Timed {
  readonly bucket: number
  readonly group: readonly string[]
  readonly times: Times
}

/** The groups with the greatest sums of a kind, if there are more than so many. */
export interface Top {
  readonly by: SumName
  readonly most: number
}

type Row = (string | number)[]

/** What the library calls a row is only like a list. */
const rowsOf = async (db: Database, statement: SQL): Promise<Row[]> =>
  (await db.values<Row>(statement)).map(row => Array.from(row))

/** These sums of each group, those with the greatest first where it is said of what. */
const statementOf = (question: Question, wanted: readonly SumName[], top: Top | undefined): SQL =>
  toStatement(question, {
    tables: { callers: usageRollups, targets: usageTargetRollups },
    keys: { rolled: [], recorded: [] },
    sums: {
      rolled: wanted.map(name => asText(name, `sum(s.sign * r.${name})`)),
      recorded: wanted.map(name => asText(name, `sum(${sums[name]})`)),
    },
    top: top && {
      rolled: `sum(s.sign * r.${top.by})`,
      recorded: `sum(${sums[top.by]})`,
      most: top.most,
    },
  })

/**
 * The groups that `sumUp` would find, without their sums. Where there are tens of thousands, to add up all of them for
 * those that nobody will see takes most of the time.
 */
export async function findTop(db: Database, question: Question, top: Top): Promise<(readonly string[])[]> {
  const rows = await rowsOf(db, statementOf(question, [top.by], top))
  return rows.map(row => row.slice(1, 1 + question.groupings.length).map(String))
}

/** Adds up tokens, cost and calls. Groups that have nothing are left out. */
export async function sumUp(db: Database, question: Question, top?: Top): Promise<Summed[]> {
  const rows = await rowsOf(db, statementOf(question, names, top))
  const width = question.groupings.length
  return rows.flatMap(row => {
    const values = row.slice(1 + width).map(Number)
    if (values.every(value => Math.abs(value) < 1e-9)) return []
    const entries = names.map((name, i) => [name, values[i]])
    return [
      {
        bucket: Number(row[0]),
        group: row.slice(1, 1 + width).map(String),
        sums: Object.fromEntries(entries) as Sums,
      },
    ]
  })
}

/** Adds up how long calls took that were answered. */
export async function timeUp(db: Database, question: Question): Promise<Timed[]> {
  const rows = question.records
    ? [...(await recordedTimes(db, question, 'total')), ...(await recordedTimes(db, question, 'first'))]
    : await rowsOf(
        db,
        toStatement(question, {
          tables: TIMES,
          keys: { rolled: ['kind', 'bin'], recorded: [] },
          sums: { rolled: ['sum(s.sign * r.count)'], recorded: [] },
        }),
      )
  return collect(rows, question.groupings.length)
}

/** Times of records are counted by the millisecond, and put into bins here. */
async function recordedTimes(db: Database, question: Question, kind: keyof Times): Promise<Row[]> {
  const isAnswered = 'r.part = 0 and r.code is null and not r.cached'
  const column = kind === 'total' ? 'total_ms' : 'first_byte_ms'
  const rows = await rowsOf(
    db,
    toStatement(question, {
      tables: TIMES,
      keys: { rolled: [], recorded: [column] },
      sums: { rolled: [], recorded: ['count(*)'] },
      where: kind === 'total' ? isAnswered : `${isAnswered} and r.streamed and r.first_byte_ms is not null`,
    }),
  )
  return rows.map(row => [...row.slice(0, -2), kind, binOf(Number(row.at(-2))), row.at(-1)!])
}

function collect(rows: readonly Row[], width: number): Timed[] {
  const found = new Map<string, Timed>()
  for (const row of rows) {
    const place = row.slice(0, 1 + width)
    const [kind, bin, count] = row.slice(1 + width) as [keyof Times, number, number]
    const name = JSON.stringify(place)
    const timed = found.get(name) ?? {
      bucket: Number(place[0]),
      group: place.slice(1).map(String),
      times: { total: new Map(), first: new Map() },
    }
    found.set(name, timed)
    if (count !== 0) timed.times[kind].set(bin, (timed.times[kind].get(bin) ?? 0) + count)
  }
  return [...found.values()]
}
