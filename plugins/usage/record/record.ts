import type { Usage } from '../../../src/types.ts'
import type { Pricer } from '../../prices/model.ts'
import type { Billing } from '../model.ts'
import type { usageRecords } from '../schema.ts'
import { partOf } from './part.ts'
import { isBatch, termsOf } from './terms.ts'
import type { AttemptTuple, CallEvent, Estimates, Fate, Tokens } from './tuples.ts'

type Row = typeof usageRecords.$inferInsert
/** A record before it has its number; every column is there. */
export type Line = { readonly [K in Exclude<keyof Row, 'no'>]-?: Exclude<Row[K], undefined> }

/** Grows when `CallEvent` changes its shape: a spool may be older than the program that reads it. */
export const VERSION = 1

/** What a line of the spool holds: the events of a delivery as they were sent, and what was estimated of them. */
export type Batch = readonly [version: number, events: readonly CallEvent[], estimates: Estimates]

/** Asks for a price. */
export type Price = Pricer['price']

/** No answer has more tokens: a provider that says so counts wrong, and sums would overflow. */
const MOST = 1_000_000_000
const NANO = 1_000_000_000
const NOTHING: Tokens = [0, 0, 0, null, null, null, 0, 0, null, null, null]
const UNKNOWN: Tokens = [null, null, null, null, null, null, null, null, null, null, null]

/** All lines of a batch: one per call, and one per failed try that has cost tokens. */
export const toLines = ([, events, estimates]: Batch, price: Price): Line[] =>
  events.flatMap((event, index) => linesOf(event, estimates[index], price))

function linesOf(event: CallEvent, estimate: Estimates[number] | undefined, price: Price): Line[] {
  const [
    id,
    at,
    keyId,
    userPath,
    labels,
    session,
    dialect,
    operation,
    asked,
    chain,
    strategy,
    pick,
    ...rest
  ] = event
  const [provider, providerType, model, attempts, status, code, streamed, firstByteMs, totalMs, ...end] = rest
  const [finish, hungUp, fate, told, tier, kind, saved, savedTerms, similarity, queued] = end
  const terms = termsOf(tier)
  const shared = {
    requestId: id,
    at,
    keyId,
    userPath,
    labels,
    session: clean(session),
    dialect,
    operation,
    asked: clean(asked),
    virtualModel: chain?.[0] ?? null,
    chain,
    strategy,
    pick,
  }
  const known = estimate ?? knownOf(fate, told)
  const served = { provider, providerType, model, at, price }
  const call: Line = {
    ...shared,
    id: kind == null || kind === 'cached' ? id : `${id}:${kind}`,
    part: partOf(kind),
    provider,
    providerType,
    model: clean(model),
    attempts: attempts?.map(toAttemptLine) ?? null,
    status,
    code,
    streamed: streamed === 1,
    firstByteMs,
    totalMs,
    finish: clean(finish),
    hungUp: hungUp === 1,
    batch: isBatch(terms),
    terms,
    cached: kind === 'cached',
    mirrored: kind === 'mirror',
    similarity: similarity ?? null,
    queuedMs: queued ?? null,
    savedNano: null,
    ...priced(known, { ...served, terms }),
    ...(kind === 'cached' && asStored(saved ?? null, { ...served, terms: savedTerms ?? null })),
  }
  const failed = (attempts ?? []).flatMap((attempt, index) => {
    const spent = spentBy(attempt, index === attempts!.length - 1)
    return spent === undefined ? [] : [failedLine(call, { attempt, spent, part: index + 1, price })]
  })
  return [call, ...failed]
}

/** Nobody was asked, so it costs nothing, whatever the price of nothing is; and saves what it took when it was new. */
const asStored = (saved: Tokens | null, served: Served) => ({
  ...UNPRICED,
  costNano: 0,
  savedNano: saved === null ? null : priced([saved, 'exact'], served).costNano,
})

/** Failures after which a provider may have worked, and will ask for money, without a word about it. */
const unsure: ReadonlySet<string | null> = new Set(['upstream_cut', 'upstream_timeout'])

/** What a failed try has used; undefined where it used nothing, or is the last, which the line of the call is about. */
function spentBy([, , , code, , tokens]: AttemptTuple, isLast: boolean): Spent | undefined {
  if (tokens !== null) return [tokens, 'exact']
  return unsure.has(code) && !isLast ? [UNKNOWN, null] : undefined
}

type Spent = readonly [Tokens, Billing | null]

interface Failed {
  readonly attempt: AttemptTuple
  readonly spent: Spent
  readonly part: number
  readonly price: Price
}

/** What a failed try has cost, as a line of its own. */
function failedLine(call: Line, { attempt, spent, part, price }: Failed): Line {
  const [provider, model, status, code, ms, , type, terms = null] = attempt
  const providerType = type ?? (provider === call.provider ? call.providerType : null)
  return {
    ...call,
    id: `${call.id}:${part}`,
    part,
    provider,
    providerType,
    model: clean(model),
    attempts: null,
    status: status ?? 0,
    code,
    firstByteMs: null,
    totalMs: ms,
    finish: null,
    hungUp: false,
    cached: false,
    similarity: null,
    queuedMs: null,
    savedNano: null,
    batch: isBatch(terms),
    terms,
    ...priced(spent, { provider, providerType, model, at: call.at, price, terms }),
  }
}

function knownOf(fate: Fate, told: Tokens | null): Spent {
  if (fate === 'none') return [NOTHING, 'exact']
  return told === null ? [UNKNOWN, null] : [told, 'exact']
}

interface Served {
  readonly provider: string | null
  readonly providerType: string | null
  readonly model: string | null
  readonly at: number
  readonly batch?: boolean
  readonly terms: string | null
  readonly price: Price
}

/** Tokens as far as they can be believed, and what they cost. */
function priced([tokens, billing]: Spent, served: Served) {
  const [input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput] = tokens.map(countOf)
  const [output, reasoning, audioOutput, imageOutput] = tokens.slice(6, 10).map(countOf)
  const counts = { input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput } as Counts
  const outputs = { output, reasoning, audioOutput, imageOutput } as Outputs
  const isDoubtful = tokens.some((count, part) => part < 10 && count !== null && countOf(count) === null)
  const reported = tokens[10]
  return {
    ...counts,
    ...outputs,
    billing: isDoubtful ? ('partial' as const) : billing,
    reportedNano: reported !== null && reported >= 0 && reported < MOST ? Math.round(reported * NANO) : null,
    ...costOf({ ...counts, ...outputs }, reported, served),
  }
}

type Counts = Pick<
  Line,
  'input' | 'cacheRead' | 'cacheWrite' | 'cacheWriteHour' | 'audioInput' | 'imageInput'
>
type Outputs = Pick<Line, 'output' | 'reasoning' | 'audioOutput' | 'imageOutput'>

const beside = ['cacheWriteHour', 'audioInput', 'imageInput', 'audioOutput', 'imageOutput'] as const
const parts = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', ...beside] as const

const UNPRICED = { costNano: null, priceSource: null, priceVersion: null }

/** Null where tokens or price are unknown; 0 where nobody was asked. */
export function costOf(counts: Counts & Outputs, reported: number | null, served: Served) {
  const { provider, providerType, model, at, price, terms, batch = false } = served
  if (provider === null || model === null) return { ...UNPRICED, costNano: counts.input === 0 ? 0 : null }
  const usage = usageOf(counts, reported, terms)
  if (usage === undefined) return UNPRICED
  const query = { provider, providerType: providerType ?? provider, model, usage, at, batch }
  const { nano, source, version } = price(query)
  if (nano === null && isNothing(counts)) return { ...UNPRICED, costNano: 0 }
  return { costNano: nano, priceSource: source, priceVersion: version }
}

const isNothing = (counts: Counts & Outputs): boolean => parts.every(part => !counts[part])

/** As a price list wants it; undefined while a part is unknown that every provider tells. */
function usageOf(
  counts: Counts & Outputs,
  reportedCost: number | null,
  terms: string | null,
): Usage | undefined {
  const { input, output, cacheRead, cacheWrite, reasoning } = counts
  if (input === null && output === null && reportedCost === null) return undefined
  const told = Object.fromEntries(
    beside.flatMap(part => (counts[part] === null ? [] : [[part, counts[part]]])),
  )
  return {
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: cacheRead ?? 0,
    cacheWrite: cacheWrite ?? 0,
    reasoning: reasoning ?? 0,
    ...told,
    ...(reportedCost !== null && { reportedCost }),
    ...(terms !== null && { terms }),
  }
}

const countOf = (count: number | null): number | null =>
  Number.isSafeInteger(count) && count! >= 0 && count! <= MOST ? count : null

const toAttemptLine = ([provider, model, status, code, ms]: AttemptTuple) => ({
  provider,
  model,
  status,
  code,
  ms,
})

/** Names come from outside: a database must be able to give back what it was given. */
const clean = (text: string | null): string | null =>
  text === null ? null : /^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().replace(/\p{Cc}/gu, ' ')
