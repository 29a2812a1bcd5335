/**
 * `bun run soak:usage [calls]`: a million calls through the whole gateway, one in twenty of them broken in some way, and
 * the database locked now and then. Afterwards the records are compared with the ledger of the mock provider.
 */
import { sql } from 'drizzle-orm'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { type Book, createReader } from './book.ts'
import { lockFile } from './lock.ts'

/** What was compared, as pairs that must be equal; and how far off the estimates are. */
export interface SoakReport {
  readonly equal: Readonly<Record<string, readonly [recorded: number, truth: number]>>
  /** Estimated output tokens by those that went out. */
  readonly estimated: number
  readonly seconds: number
}

interface Fault {
  readonly name: string
  /** The code that its record must have. */
  readonly code: string
  readonly plan: Plan
  readonly stream: boolean
  /** What the client does. */
  readonly leaves?: 'before' | 'within'
}

const faults: readonly Fault[] = [
  { name: 'a failure', code: 'upstream_error', plan: { status: 500 }, stream: false },
  { name: 'a limit', code: 'rate_limit_exceeded', plan: { status: 429 }, stream: true },
  { name: 'a reset', code: 'upstream_unreachable', plan: { reset: true }, stream: false },
  { name: 'a cut', code: 'upstream_cut', plan: { tokens: 300, cutAfterBytes: 30_000 }, stream: true },
  {
    name: 'a client that leaves',
    code: 'client_closed',
    plan: { tokens: 400, gapMs: 3 },
    stream: true,
    leaves: 'within',
  },
  {
    name: 'a client that leaves early',
    code: 'client_closed',
    plan: { delayMs: 2000 },
    stream: false,
    leaves: 'before',
  },
]
/** One call in so many is broken. */
const RARE = 20
const AT_ONCE = 48
/** The database is locked for a second after so many calls. */
const LOCK_EVERY = 100_000

export async function soak(count: number, say: (line: string) => void = () => {}): Promise<SoakReport> {
  const began = performance.now()
  const mock = createMockProvider({ models: ['one'], tokens: 6, keep: 2 * count + 1 })
  const { plugin, book } = createReader()
  const gateway = await startGateway({
    env: {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: mock.url,
      OPENAI_MODELS: 'one',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      RETRIES: '0',
      BREAKER_FAILURES: '1000',
    },
    extra: [plugin],
  })
  // A line of log for each of a million calls would be what is measured.
  gateway.logs.push = () => 0
  const broken = new Map<string, number>()
  let next = 0
  async function client(): Promise<void> {
    for (let n = next++; n < count; n = next++) {
      const fault = n % RARE === RARE - 1 ? faults[Math.floor(n / RARE) % faults.length] : undefined
      if (fault) broken.set(fault.code, (broken.get(fault.code) ?? 0) + 1)
      await call(gateway, n, fault)
      if (n % LOCK_EVERY === LOCK_EVERY / 2) void lockForAMoment(`${gateway.folder}/test.db`)
      if (n > 0 && n % 50_000 === 0) say(`${n} calls, ${JSON.stringify(book.stats())}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, client))
    say(`${count} calls, ${JSON.stringify(book.stats())}`)
    if (!(await book.flush(600_000))) throw new Error('The records were not written within ten minutes')
    return await compare({ count, book, mock, broken, began })
  } finally {
    await gateway.close()
    mock.stop()
  }
}

async function call(gateway: TestGateway, n: number, fault: Fault | undefined): Promise<void> {
  const controller = new AbortController()
  const isStream = fault?.stream ?? n % 2 === 0
  const body = JSON.stringify({
    model: 'one',
    stream: isStream,
    messages: [{ role: 'user', content: 'x'.repeat(n % 50) }],
    ...(fault ? { mock_plan: fault.plan } : { max_tokens: 1 + (n % 6) }),
  })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const asking = gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers,
    body,
    signal: controller.signal,
  })
  if (fault?.leaves === 'before') setTimeout(() => controller.abort(), 20)
  const response = await asking
  if (fault?.leaves !== 'within') return void (await response.text())
  const reader = response.body!.getReader()
  for (let i = 0; i < 12; i++) await reader.read()
  await reader.cancel()
}

async function lockForAMoment(file: string): Promise<void> {
  const lock = await lockFile(file)
  await Bun.sleep(1000)
  await lock.release()
}

interface Run {
  readonly count: number
  readonly book: Book
  readonly mock: MockProvider
  readonly broken: ReadonlyMap<string, number>
  readonly began: number
}

async function compare({ count, book, mock, broken, began }: Run): Promise<SoakReport> {
  const one = async (query: ReturnType<typeof sql>) => (await book.db.all<Record<string, number>>(query))[0]!
  const all = await one(sql`select count(*) n, count(distinct id) ids, sum(input) input, sum(output) output,
    coalesce(sum(case when code is null then input end), 0) whole_input,
    coalesce(sum(case when code is null then output end), 0) whole_output,
    coalesce(sum(case when billing = 'estimated' then output end), 0) guessed from usage_records`)
  const codes = await book.db.all<{ code: string; n: number }>(
    sql`select code, count(*) n from usage_records where code is not null group by code`,
  )
  const rollups = await book.db.all<Record<string, number>>(
    sql`select sum(calls) calls, sum(input) input, sum(output) output from usage_rollups group by span
      union all select sum(calls), sum(input), sum(output) from usage_target_rollups group by span`,
  )
  // An error is complete, too, but no answer.
  const whole = mock.ledger.entries.filter(
    ({ ending, completion }) => ending === 'complete' && completion > 0,
  )
  const partly = mock.ledger.entries.filter(({ ending }) => ending !== 'complete')
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const out = sum(partly.map(({ completion }) => completion))
  return {
    equal: {
      records: [all.n!, count],
      ids: [all.ids!, count],
      'input of whole answers': [all.whole_input!, sum(whole.map(({ prompt }) => prompt))],
      'output of whole answers': [all.whole_output!, sum(whole.map(({ completion }) => completion))],
      lost: [book.stats().lost, 0],
      ...Object.fromEntries(
        [...broken].map(([code, n]) => [code, [codes.find(row => row.code === code)?.n ?? 0, n] as const]),
      ),
      ...Object.fromEntries(
        rollups.flatMap(({ calls, input, output }, i) => [
          [`calls of roll-up ${i}`, [calls!, count] as const],
          [`input of roll-up ${i}`, [input!, all.input!] as const],
          [`output of roll-up ${i}`, [output!, all.output!] as const],
        ]),
      ),
    },
    estimated: out === 0 ? 1 : all.guessed! / out,
    seconds: (performance.now() - began) / 1000,
  }
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 1_000_000)
  const { equal, estimated, seconds } = await soak(count, line => process.stdout.write(`${line}\n`))
  const wrong = Object.entries(equal).filter(([, [recorded, truth]]) => recorded !== truth)
  for (const [what, [recorded, truth]] of Object.entries(equal))
    process.stdout.write(
      `${recorded === truth ? 'equal' : 'WRONG'}  ${what}: ${recorded} recorded, ${truth} true\n`,
    )
  process.stdout.write(`Estimates are ${(100 * (estimated - 1)).toFixed(1)} % off. ${seconds.toFixed(0)} s\n`)
  process.exit(wrong.length === 0 && Math.abs(estimated - 1) <= 0.1 ? 0 : 1)
}
