import type { Report } from './report.ts'

export interface Goal {
  readonly says: string
  /** Undefined where the run did not measure it. */
  readonly value: number | undefined
  readonly limit: number
  readonly isMet: boolean | undefined
}

/** What the gateway shall reach, as shares and differences: they move less from machine to machine than absolute figures. */
export function judge(report: Report): Goal[] {
  const share = (kind: string, concurrency: number, against: string) => {
    const of = (name: string) =>
      report.rows.find(row => row.name === name && row.kind === kind && row.concurrency === concurrency)
    const [ours, theirs] = [of('gateway'), of(against)]
    return ours && theirs && ours.perSecond / theirs.perSecond
  }
  const gateway = report.processes.find(each => each.name === 'gateway')
  return [
    atLeast('whole answers, 10 at a time: share of the bare proxy', share('whole', 10, 'bare proxy'), 0.8),
    atLeast('streams, 10 at a time: share of the bare proxy', share('stream', 10, 'bare proxy'), 0.8),
    atLeast('whole answers, 10 at a time: times portkey', share('whole', 10, 'portkey'), 2),
    atLeast('streams, 10 at a time: times portkey', share('stream', 10, 'portkey'), 2),
    atMost('cold start in ms', gateway?.coldStartMs, 500),
    atMost('peak memory in MiB', gateway?.peakMemory, 120),
    atLeast(`change with ${report.scale?.size ?? 10_000} of each in %`, report.scale?.changePercent, -5),
  ]
}

const atLeast = (says: string, value: number | undefined, limit: number): Goal => ({
  says: `${says} ≥ ${limit}`,
  value,
  limit,
  isMet: value === undefined ? undefined : value >= limit,
})

const atMost = (says: string, value: number | undefined, limit: number): Goal => ({
  says: `${says} ≤ ${limit}`,
  value,
  limit,
  isMet: value === undefined ? undefined : value <= limit,
})
