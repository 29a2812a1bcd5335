import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../kit.ts'
import { DAY, fill } from './usage-fill.ts'

/**
 * How long questions about usage take: `bun test/bench/usage.ts [ROWS] [FOLDER]`, 10,000,000 by default, which needs 8 GB
 * of disk and four minutes to be filled. A folder that is named is kept, and used again the next time.
 */

const ROUNDS = 15
const WANTED = 200
const END = Date.parse('2026-11-01T00:00:00Z')
const [rows = '10000000', folder] = process.argv.slice(2)

const home = folder ?? mkdtempSync(join(tmpdir(), 'modelway-usage-'))
const file = join(home, 'test.db')
mkdirSync(home, { recursive: true })
if (!existsSync(file)) {
  const began = performance.now()
  await fill(file, Number(rows), END)
  console.log(`Filled in ${Math.round((performance.now() - began) / 1000)} s`)
}
console.log(`${Number(rows).toLocaleString('en')} records, ${(statSync(file).size / 1e9).toFixed(1)} GB`)

const back = (days: number): string => new Date(END - days * DAY).toISOString()
const to = new Date(END).toISOString()
const period = (days: number, zone = 'Europe/Zurich') => ({ from: back(days), to, time_zone: zone })

interface Question {
  readonly about: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}
const ask = (about: string, path: string, query: Readonly<Record<string, string>>): Question => ({
  about,
  path,
  query,
})
const SUMMARY = '/admin/usage'
const SERIES = '/admin/usage/series'
const LOG = '/admin/usage/log'
const COMPARE = '/admin/virtual-models/compare'

const rolled: readonly Question[] = [
  ask('30 days', SUMMARY, period(30)),
  ask('30 days by target', SUMMARY, { ...period(30), group_by: 'target' }),
  ask('30 days by path, two segments', SUMMARY, { ...period(30), group_by: 'path', path_depth: '2' }),
  ask('30 days by key, one path', SUMMARY, { ...period(30), group_by: 'key', path: '/org/team-1' }),
  ask('30 days with percentiles', SUMMARY, { ...period(30), latency: 'true' }),
  ask('30 days with percentiles, one model', SUMMARY, { ...period(30), latency: 'true', model: 'model-3' }),
  ask('90 days by virtual model', SUMMARY, { ...period(90), group_by: 'virtual_model' }),
  ask('400 days by model', SUMMARY, { ...period(400), group_by: 'model' }),
  ask('1 day by the hour, by model', SERIES, { ...period(1), interval: 'hour', group_by: 'model' }),
  ask('7 days by the hour', SERIES, { ...period(7), interval: 'hour' }),
  ask('30 days by the day', SERIES, { ...period(30), interval: 'day' }),
  ask('30 days by the day, by model', SERIES, { ...period(30), interval: 'day', group_by: 'model' }),
  ask('30 days by the day, by model, India', SERIES, {
    ...period(30, 'Asia/Kolkata'),
    interval: 'day',
    group_by: 'model',
  }),
  ask('3 hours by the minute', SERIES, { ...period(0.125), interval: 'minute' }),
  ask('400 days by the month', SERIES, { ...period(400), interval: 'month' }),
  ask('7 days', COMPARE, { ...period(7), source: 'virtual-1' }),
  ask('7 days against 7 days', COMPARE, { ...period(7), against_from: back(14), source: 'virtual-1' }),
]
const recorded: readonly Question[] = [
  ask('newest', LOG, {}),
  ask('newest of a key', LOG, { key: 'key_55' }),
  ask('newest of a path', LOG, { path: '/org/team-9' }),
  ask('newest of a model with a code', LOG, { model: 'model-19', code: 'upstream_error' }),
  ask('a page in the middle', LOG, { before: `${END - 200 * DAY}.${5_000_000}` }),
  ask('a session', LOG, { session: 'session-77' }),
  ask('1 day by label', SUMMARY, { ...period(1), group_by: 'label:team' }),
  ask('1 day by session', SUMMARY, { ...period(1), group_by: 'session' }),
  ask('1 day by code', SUMMARY, { ...period(1), group_by: 'code' }),
  ask('1 day', '/admin/forecast', { ...period(1), source: 'virtual-1', target: 'demo/parrot' }),
]

const gateway = await startGateway({ folder: home, env: { USAGE_RETENTION: '0' }, now: () => END })
console.log('\nFrom roll-ups')
const slow = (await run(gateway, rolled)).filter(({ p95 }) => p95 > WANTED)
console.log('\nFrom records')
await run(gateway, recorded)
await gateway.close()
if (folder === undefined) rmSync(home, { recursive: true, force: true })
console.log(
  slow.length === 0
    ? `\nAll from roll-ups within ${WANTED} ms (p95).`
    : `\nOver ${WANTED} ms (p95): ${slow.map(({ about }) => about).join('; ')}`,
)

async function run(gateway: TestGateway, questions: readonly Question[]) {
  const results: (Question & { readonly p95: number })[] = []
  for (const question of questions) {
    const address = `${question.path}?${new URLSearchParams(question.query)}`
    const times: number[] = []
    for (let i = 0; i <= ROUNDS; i++) {
      const began = performance.now()
      const { status, body } = await gateway.admin('GET', address)
      if (status !== 200) throw new Error(`${address}: ${JSON.stringify(body)}`)
      // The first one reads what the machine has not yet in memory.
      if (i > 0) times.push(performance.now() - began)
    }
    times.sort((a, b) => a - b)
    const [p50, p95] = [times[Math.floor(ROUNDS / 2)]!, times[Math.ceil(ROUNDS * 0.95) - 1]!]
    console.log(
      `${question.path.replace('/admin/', '').padEnd(24)} ${question.about.padEnd(38)} p50 ${p50.toFixed(0).padStart(5)} ms   p95 ${p95.toFixed(0).padStart(5)} ms`,
    )
    results.push({ ...question, p95 })
  }
  return results
}
