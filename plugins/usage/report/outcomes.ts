import { sql } from 'drizzle-orm'
import { binOf } from '../../../src/base/histogram.ts'
import type { Database } from '../../../src/database/open.ts'
import { upstreamFaults } from '../../../src/errors.ts'
import type { Outcomes, OutcomesQuestion, TargetOutcomes } from '../model.ts'
import { usageRecords } from '../schema.ts'

/** What a target turns down: a mistake of the caller, or something that this target alone cannot do. */
const refusals = [
  'invalid_request',
  'invalid_value',
  'unsupported_parameter',
  'unsupported_operation',
  'model_not_found',
  'conflict',
  'request_too_large',
]

/** Of each try its target, and the code that it ended with: of the last one, that of an answer that broke off. */
const tries = (lines: ReturnType<typeof linesOf>) => sql`
  select (a.value->>'provider') || '/' || (a.value->>'model') target, a.value->>'ms' ms,
    coalesce(a.value->>'code', case when a.key = json_array_length(r.attempts) - 1 then r.code end) code
  from (${lines}) r cross join json_each(r.attempts) a`

/** The calls of a redirect among the lines that were written since; found by their numbers. */
const linesOf = ({ source, from, after }: OutcomesQuestion, last: number) => sql`
  select * from ${usageRecords} l where l.no > ${after} and l.no <= ${last}
    and +l.virtual_model = ${source} and +l.at >= ${from} and l.part = 0 and not l.mirrored and not l.cached`

/** The number of the last line that is written. */
export async function readLastLine(db: Database): Promise<number> {
  const [row] = await db.all<{ last: number }>(sql`select coalesce(max(no), 0) last from ${usageRecords}`)
  return row!.last
}

/** How the targets of a redirect did, in the lines behind a number. */
export async function readOutcomes(db: Database, question: OutcomesQuestion): Promise<Outcomes> {
  const last = Math.min(await readLastLine(db), question.after + question.most)
  if (last <= question.after) return { last: question.after, targets: {} }
  const lines = linesOf(question, last)
  const counts = await readCounts(db, lines)
  const costs = await readCosts(db, lines)
  const waits = await readWaits(db, lines)
  const targets = counts.map(({ target, ...count }): [string, TargetOutcomes] => [
    target,
    { ...count, cost: costs.get(target) ?? NO_COST, waits: waits.get(target) ?? {} },
  ])
  return { last, targets: Object.fromEntries(targets) }
}

const NO_COST = { count: 0, sum: 0, squares: 0 }

/**
 * A 429 of the provider speaks against the target. One of ours, because a limit has no room or the provider rests, has
 * the same code, but took no time: nobody was asked.
 */
const readCounts = (db: Database, lines: ReturnType<typeof linesOf>) =>
  db.all<{ target: string } & Pick<TargetOutcomes, 'answered' | 'failed' | 'refused'>>(sql`
    select target, total(code is null) answered,
      total(code in (select value from json_each(${JSON.stringify([...upstreamFaults])})) or (code = 'rate_limit_exceeded' and ms > 0)) failed,
      total(code in (select value from json_each(${JSON.stringify(refusals)}))) refused
    from (${tries(lines)}) group by target`)

/** What answers cost, in US dollars, where that is known. */
async function readCosts(db: Database, lines: ReturnType<typeof linesOf>) {
  const rows = await db.all<{ target: string } & TargetOutcomes['cost']>(sql`
    select r.provider || '/' || r.model target, count(r.cost_nano) count, total(r.cost_nano / 1e9) sum,
      total((r.cost_nano / 1e9) * (r.cost_nano / 1e9)) squares
    from (${lines}) r where r.code is null and r.provider is not null group by target`)
  return new Map(rows.map(({ target, ...cost }) => [target, cost]))
}

/** How long callers waited who were answered at the first try: until a stream began, or an answer was whole. */
async function readWaits(db: Database, lines: ReturnType<typeof linesOf>) {
  const rows = await db.all<{ target: string; ms: number; count: number }>(sql`
    select r.provider || '/' || r.model target,
      case when r.streamed then coalesce(r.first_byte_ms, r.total_ms) else r.total_ms end ms, count(*) count
    from (${lines}) r where r.code is null and json_array_length(r.attempts) = 1 group by target, ms`)
  const found = new Map<string, Record<number, number>>()
  for (const { target, ms, count } of rows) {
    const bins = found.get(target) ?? {}
    found.set(target, bins)
    bins[binOf(ms)] = (bins[binOf(ms)] ?? 0) + count
  }
  return found
}
