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
  const crossing = (name: string, kind: string) =>
    report.languages?.crossings.find(each => each.name === name && each.kind === kind)?.ofBare
  const { large, many } = report.languages ?? {}
  return [
    ...['chat → Anthropic', 'messages → OpenAI chat'].flatMap(name => [
      atLeast(`${name}, whole: share of the bare proxy`, crossing(name, 'whole'), 0.45),
      atLeast(`${name}, streams: share of the bare proxy`, crossing(name, 'stream'), 0.12),
    ]),
    atMost(
      'a megabyte of prompt: what is added to the bare proxy, in its own time',
      large && large.gateway / large.bare - 1,
      1,
    ),
    atMost('1,000 streams at once: growth of memory in %', many && (many.late / many.early - 1) * 100, 5),
    atMost('1,000 streams at once: failures', many?.failed, 0),
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
