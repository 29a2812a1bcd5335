import { rmSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, factsOf, scenarios, startCold } from './compare.ts'
import { judge } from './goals.ts'
import { runLanguages } from './languages.ts'
import type { Launch, Running } from './process.ts'
import { machine, type Report, renderReport } from './report.ts'
import { runScale, type Scale } from './scale.ts'
import { launchBare, launchGateway, launchMock, launchPortkey } from './subjects.ts'

const HELP = `bun run bench [--quick] [--json FILE] [--only bare,gateway,portkey,scale,languages]

Compares the gateway with a bare proxy (the limit of this runtime) and with a peer, all on this machine, before the
same mock provider. --quick takes less than a minute and leaves the scale run out. Goals that are missed do not fail
the run; what does not start or answer does.`

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const wanted = flags.only?.split(',') ?? [
  'bare',
  'gateway',
  'portkey',
  ...(flags.quick ? [] : ['scale', 'languages']),
]
const rounds = flags.quick ? 3 : 5
const grid = flags.quick ? scenarios(0.4, 1) : scenarios(1, 2)

/** What the run has gathered so far, and whether something did not run. */
interface Findings {
  readonly notes: string[]
  isBroken: boolean
}

async function run(dir: string, findings: Findings): Promise<Report> {
  const fail = (error: unknown): undefined => {
    findings.notes.push(error instanceof Error ? error.message : String(error))
    findings.isBroken = true
  }
  const before = machine()
  const isComparing = wanted.some(name => name !== 'scale' && name !== 'languages')
  const compared = isComparing ? await comparison(dir, findings.notes, fail).catch(fail) : undefined
  const scale = wanted.includes('scale') ? await scaleRun(dir).catch(fail) : undefined
  const languages = wanted.includes('languages')
    ? await runLanguages({ dir, rounds, seconds: flags.quick ? 1 : 2, say }).catch(fail)
    : undefined
  const { rows, processes } = compared ?? { rows: [], processes: [] }
  return {
    machine: before,
    rounds,
    rows,
    processes,
    ...(scale && { scale }),
    ...(languages && { languages }),
    notes: findings.notes,
  }
}

/** A subject that does not start is left out; one that fails under load ends the comparison. */
async function comparison(
  dir: string,
  notes: string[],
  fail: (error: unknown) => void,
): Promise<Pick<Report, 'rows' | 'processes'>> {
  const running: Running[] = []
  const mock = launchMock(dir)
  try {
    for (const launch of [mock, ...(await launches(dir, mock.base, notes))]) {
      say(`starting: ${launch.name}`)
      await startCold(launch, flags.quick ? 1 : 3).then(each => running.push(each), fail)
    }
    const rows = await compare(running, grid, rounds, say)
    for (const each of running) if (each.ending() !== undefined) fail(each.ending())
    return { rows, processes: factsOf(running) }
  } finally {
    await Promise.all(running.map(each => each.stop()))
  }
}

async function launches(dir: string, upstream: string, notes: string[]): Promise<Launch[]> {
  const list: Launch[] = []
  if (wanted.includes('bare')) list.push(launchBare(dir, upstream))
  if (wanted.includes('gateway')) list.push(launchGateway(dir, upstream))
  if (wanted.includes('portkey')) {
    // Outside of the run's own folder, so that it is fetched only once.
    const store = join(tmpdir(), 'modelway-bench-portkey-1.15.2')
    await mkdir(store, { recursive: true })
    const portkey = await launchPortkey(dir, upstream, store)
    if (typeof portkey === 'string') notes.push(`portkey is left out: ${portkey}`)
    else list.push(portkey)
  }
  return list
}

const scaleRun = (dir: string): Promise<Scale> =>
  runScale({ dir, size: flags.quick ? 500 : 10_000, count: flags.quick ? 2000 : 16_000, rounds, say })

async function main(): Promise<void> {
  if (flags.help) return console.log(HELP)
  const dir = await mkdtemp(join(tmpdir(), 'modelway-bench-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  const findings: Findings = { notes: [], isBroken: false }
  const report = await run(dir, findings)
  const goals = wanted.includes('gateway') || wanted.includes('scale') ? judge(report) : []
  console.log(`\n${renderReport(report, goals)}`)
  if (flags.json !== undefined) await Bun.write(flags.json, JSON.stringify({ ...report, goals }, null, 2))
  process.exitCode = findings.isBroken ? 1 : 0
}

// A run that is interrupted leaves no processes behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await main()
