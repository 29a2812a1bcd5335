import { type Kind, type Measured, measure, median, type Scenario } from './load.ts'
import { type Launch, type Running, start } from './process.ts'
import type { ProcessFacts, Row } from './report.ts'

const CONCURRENCY = [1, 10, 64] as const
/** Bounded counts, so that a run ends: enough for a p99, few enough for the slowest subject. */
const COUNTS: Readonly<Record<Kind, Readonly<Record<number, number>>>> = {
  whole: { 1: 2000, 10: 16_000, 64: 16_000 },
  stream: { 1: 400, 10: 5000, 64: 5000 },
}

/** The grid; `share` of 1 is a full run. A slow subject is stopped after `seconds` for each scenario. */
export const scenarios = (share: number, seconds: number): Scenario[] =>
  (['whole', 'stream'] as const).flatMap(kind =>
    CONCURRENCY.map(concurrency => ({
      kind,
      concurrency,
      count: Math.max(Math.ceil(COUNTS[kind][concurrency]! * share), concurrency * 4),
      seconds,
    })),
  )

/** Starts a subject several times and leaves the last one running; the first start also creates its files. */
export async function startCold(launch: Launch, times: number): Promise<Running> {
  const coldStarts: number[] = []
  for (let left = times; ; left--) {
    const running = await start(launch)
    coldStarts.push(running.coldStartMs)
    if (left <= 1) return { ...running, coldStartMs: median(coldStarts) }
    await running.stop()
  }
}

/** Every subject in turn for every scenario of every round, so that a drift of the machine hits all alike. */
export async function compare(
  subjects: readonly Running[],
  grid: readonly Scenario[],
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const measured = new Map<string, Measured[]>()
  for (const subject of subjects) await warmUp(subject, grid)
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of grid) {
      for (const subject of subjects) {
        const result = await run(subject, scenario)
        const key = keyOf(subject.name, scenario)
        measured.set(key, [...(measured.get(key) ?? []), result])
      }
    }
    say(`round ${round} of ${rounds} is done`)
  }
  return grid.flatMap(scenario =>
    subjects.map(({ name }) => toRow(name, scenario, key => measured.get(keyOf(key, scenario)))),
  )
}

/**
 * Compilers work beside the calls until they have seen many thousand of a kind, and on this machine they take the
 * processor from them: without this, a run shows how long a program has been up.
 */
export async function warmUp(subject: Running, grid: readonly Scenario[]): Promise<void> {
  for (const scenario of grid.filter(each => each.concurrency === 10))
    await run(subject, { ...scenario, count: WARM[scenario.kind], seconds: scenario.seconds * 4 })
}
const WARM: Readonly<Record<Kind, number>> = { whole: 60_000, stream: 24_000 }

async function run(subject: Running, scenario: Scenario): Promise<Measured> {
  const result = await measure(subject.target, scenario)
  if (result.failures === 0) return result
  throw new Error(`${subject.name}: ${result.failures} requests failed: ${result.firstFailure}`)
}

const keyOf = (name: string, { kind, concurrency }: Scenario): string => `${name} ${kind} ${concurrency}`

function toRow(
  name: string,
  { kind, concurrency }: Scenario,
  of: (name: string) => Measured[] | undefined,
): Row {
  const rounds = of(name)!
  const rates = rounds.map(round => round.perSecond)
  const perSecond = median(rates)
  const bare = of('bare proxy')
  return {
    name,
    kind,
    concurrency,
    perSecond,
    p50: median(rounds.map(round => round.p50)),
    p99: median(rounds.map(round => round.p99)),
    spread: ((Math.max(...rates) - Math.min(...rates)) / 2 / perSecond) * 100,
    ...(bare && { ofBare: perSecond / median(bare.map(round => round.perSecond)) }),
  }
}

export const factsOf = (subjects: readonly Running[]): ProcessFacts[] =>
  subjects.map(({ name, coldStartMs, peakMemory }) => ({ name, coldStartMs, peakMemory: peakMemory() }))
