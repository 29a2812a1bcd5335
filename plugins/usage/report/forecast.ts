import { and, asc, eq, gt, gte, lt, or } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import type { Usage } from '../../../src/types.ts'
import type { Pricer } from '../../prices/model.ts'
import { isAnswer } from '../record/part.ts'
import { usageRecords } from '../schema.ts'
import type { Range } from './cover.ts'
import type { Row } from './log.ts'
import type { Place } from './log-question.ts'

export interface ForecastQuestion {
  readonly source: string
  readonly period: Range
  readonly target: { readonly provider: string; readonly providerType: string; readonly model: string }
  /** Goes on behind this line. */
  readonly after?: Place | undefined
}

/** What lines cost, and would have cost elsewhere; in nano-dollars. */
export interface Forecast {
  /** Lines of calls; what tries cost that failed is left out. */
  readonly calls: number
  /** Calls that asked nobody: they cost nothing, here and there. */
  readonly unasked: number
  /** Calls of which no tokens are known. */
  readonly unknown: number
  /** Calls with tokens that are estimated, all or in part. */
  readonly estimated: number
  /** Calls with tokens whose cost was not known. */
  readonly unpriced: number
  /** Calls with tokens that the other target has no known price for. */
  readonly unforeseen: number
  /** Sums over calls where both are known. */
  readonly compared: number
  readonly cost: number
  readonly forecast: number
}

export interface ForecastPage {
  readonly sums: Forecast
  /** Where the next page goes on; undefined on the last. */
  readonly next: Place | undefined
}

const LINES = 2000

/** Prices a page of calls as if another target had served them, with its price of the time. */
export async function forecastPage(
  db: Database,
  price: Pricer['price'],
  question: ForecastQuestion,
): Promise<ForecastPage> {
  const { source, period, after } = question
  const rows = await db
    .select()
    .from(usageRecords)
    .where(
      and(
        eq(usageRecords.virtualModel, source),
        gte(usageRecords.at, after?.at ?? period.from),
        lt(usageRecords.at, period.to),
        after && or(gt(usageRecords.at, after.at), gt(usageRecords.no, after.no)),
      ),
    )
    .orderBy(asc(usageRecords.at), asc(usageRecords.no))
    .limit(LINES)
  const last = rows.at(-1)
  return {
    sums: addForecasts(rows.filter(isServed).map(row => judge(row, price, question.target))),
    next: rows.length < LINES || last === undefined ? undefined : { at: last.at, no: last.no },
  }
}

/** What another target would have served instead: calls, and the answers of conversations, which are part of one; no copies. */
const isServed = (row: Row): boolean => (row.part === 0 && !row.mirrored) || isAnswer(row)

export const NONE: Forecast = {
  calls: 0,
  unasked: 0,
  unknown: 0,
  estimated: 0,
  unpriced: 0,
  unforeseen: 0,
  compared: 0,
  cost: 0,
  forecast: 0,
}

export const addForecasts = (parts: readonly Forecast[]): Forecast =>
  parts.reduce(
    (all, part) =>
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name, value + part[name as keyof Forecast]]),
      ) as unknown as Forecast,
    NONE,
  )

function judge(row: Row, price: Pricer['price'], target: ForecastQuestion['target']): Forecast {
  const one = { ...NONE, calls: row.part === 0 ? 1 : 0 }
  if (row.provider === null || row.cached) return { ...one, unasked: 1 }
  const usage = usageOf(row)
  if (usage === undefined) return { ...one, unknown: 1 }
  // A failed call was billed by nobody, and would be by nobody.
  const isNothing = Object.values(usage).every(tokens => tokens === 0)
  // Who else would wait as long for half the price is not known.
  const batch = row.batch && row.providerType === target.providerType
  const nano = isNothing ? 0 : price({ ...target, usage, at: row.at, batch }).nano
  const isCompared = nano !== null && row.costNano !== null
  return {
    ...one,
    estimated: row.billing === 'estimated' || row.billing === 'partial' ? 1 : 0,
    unpriced: row.costNano === null ? 1 : 0,
    unforeseen: nano === null ? 1 : 0,
    compared: isCompared ? 1 : 0,
    cost: isCompared ? row.costNano! : 0,
    forecast: isCompared ? nano : 0,
  }
}

/** The tokens without what the provider said that they cost: another one says something else. */
function usageOf(row: Row): Usage | undefined {
  const { input, output, cacheRead, cacheWrite, reasoning } = row
  if (input === null && output === null) return undefined
  const { cacheWriteHour, audioInput, imageInput, audioOutput, imageOutput } = row
  const others = { cacheWriteHour, audioInput, imageInput, audioOutput, imageOutput }
  return {
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: cacheRead ?? 0,
    cacheWrite: cacheWrite ?? 0,
    reasoning: reasoning ?? 0,
    ...(Object.fromEntries(Object.entries(others).filter(([, tokens]) => tokens !== null)) as Partial<Usage>),
  }
}
