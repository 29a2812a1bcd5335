import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlugin, type Host } from '../../src/contract/plugin.ts'
import type { Ordering } from '../../src/exchange.ts'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { median } from './load.ts'

/** What a decision costs: `bun test/bench/decide.ts` */

const MODELS = 5000
const ROUNDS = 9
const DECISIONS = 100_000

interface Bench {
  readonly test: TestGateway
  readonly host: Host
  stop(): Promise<void>
}

/** A gateway with so many rows in its database, four redirects for each policy, before a provider with many models. */
async function startWith(rows: number, mock: MockProvider): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-decide-'))
  const env = { VLLM_BASE_URL: mock.url }
  // The schema comes from a gateway; the rows do not, or filling would take longer than measuring.
  await (await startGateway({ env, folder })).close()
  fill(join(folder, 'test.db'), rows)
  let host: Host | undefined
  const spy = definePlugin({
    name: 'spy',
    about: 'Hands out what a plugin is given.',
    setup(given) {
      host = given
      return {}
    },
  })
  const test = await startGateway({ env, folder, extra: [spy] })
  await test.admin('POST', '/admin/providers/refresh')
  return {
    test,
    host: host!,
    async stop() {
      await test.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function fill(file: string, rows: number): void {
  const db = new Database(file)
  const insert = db.prepare(
    'INSERT INTO virtual_models (source, definition, version, updated_at) VALUES (?, ?, 1, 0)',
  )
  db.transaction(() => {
    for (let i = 0; i < rows; i++) {
      const definition = i % 5 === 4 ? policy(i) : redirect(i)
      insert.run(definition.source, JSON.stringify(definition))
    }
  })()
  db.close()
}

const shared = {
  strategy: 'round_robin',
  sessionAffinity: true,
  failover: true,
  description: '',
  enabled: true,
}
const redirect = (i: number) => ({
  ...shared,
  source: `alias-${i}`,
  kind: 'redirect',
  // Every fifth leads to two models, one of them under a policy.
  targets: [i, ...(i % 5 === 3 ? [i + 1] : [])].map(model => ({
    name: `vllm/model-${model % MODELS}`,
    weight: 1,
  })),
  reach: 'any',
})
const policy = (i: number) => ({
  ...shared,
  source: i < MODELS ? `vllm/model-${i}` : `other-${i}`,
  kind: 'policy',
  targets: [],
  userPaths: ['/team/alpha', '/team/beta'],
  reach: 'any',
})

const caller = { kind: 'master', id: 'bench', name: '', subPaths: false, labels: {} } as const
const facts: Ordering = { caller, userPath: '/team/alpha/service', dry: false, trace: undefined }

/** Microseconds for one decision: name, redirect, lists, policy; with `plan` also the order. Median of several rounds. */
async function timeDecision(
  names: readonly string[],
  decide: Host['decide'] | Host['plan'],
): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    let targets = 0
    const began = performance.now()
    for (let i = 0; i < DECISIONS; i++) {
      const route = decide(names[(i * 7919) % names.length]!, facts)
      targets += (route instanceof Promise ? await route : route).targets.length
    }
    took.push(((performance.now() - began) * 1000) / DECISIONS)
    if (targets < DECISIONS) throw new Error(`${targets} targets for ${DECISIONS} decisions`)
  }
  return median(took.slice(2))
}

type Call = () => Promise<{ readonly status: number }>

/** Milliseconds until a call is answered well; the median of so many. */
async function time(count: number, call: Call, before: Call = call): Promise<number> {
  const took: number[] = []
  for (let i = 0; i < count; i++) {
    if (before !== call) await before()
    const began = performance.now()
    const { status } = await call()
    took.push(performance.now() - began)
    if (status !== 200) throw new Error(`The gateway answered ${status}`)
  }
  return median(took)
}

const list =
  ({ test }: Bench): Call =>
  async () => {
    const answer = await test.fetch('/v1/models', { headers: { authorization: `Bearer ${MASTER}` } })
    const { length } = await answer.bytes()
    if (length < MODELS * 20) throw new Error('The list is too short')
    return answer
  }

/** Replaces one redirect after the other. */
function save({ test }: Bench, rows: number): Call {
  let count = 0
  return () => {
    const i = 5 * ((count++ * 31) % Math.floor(rows / 5))
    const target = `vllm/model-${count % MODELS}`
    return test.admin('PUT', '/admin/virtual-models', { source: `alias-${i}`, target_model: target })
  }
}

function print(what: string, value: number, unit: string, limit?: number): void {
  const verdict =
    limit === undefined ? '' : `  ${value <= limit ? 'good' : 'MISSED'} (goal: ${limit} ${unit})`
  console.log(`${what.padEnd(66)} ${value.toFixed(2).padStart(8)} ${unit}${verdict}`)
}

const models = Array.from({ length: MODELS }, (_, i) => `model-${i}`)
const mock = createMockProvider({ models, keep: 0 })
try {
  for (const [rows, limit] of [[10, 5] as const, [100_000, 6] as const]) {
    const began = performance.now()
    const bench = await startWith(rows, mock)
    const what = `among ${rows} virtual models`
    print(`Filling and starting ${what}`, performance.now() - began, 'ms')
    const { decide, plan } = bench.host
    const aliases = (kind: number) => Array.from({ length: rows / 5 }, (_, i) => `alias-${5 * i + kind}`)
    print(`A decision ${what}`, await timeDecision(aliases(0), decide), 'µs', limit)
    print(`Two targets and their order ${what}`, await timeDecision(aliases(3), plan), 'µs')
    await bench.stop()
  }
  const few = await startWith(10, mock)
  const cold = await time(ROUNDS, list(few), save(few, 10))
  print(`GET /v1/models with ${MODELS} models, after a change`, cold, 'ms', 20)
  print('The same again', await time(200, list(few)), 'ms', 1)
  await few.stop()
  const rows = 12_500
  const many = await startWith(rows, mock)
  print('Saving one of 10000 redirects', await time(50, save(many, rows)), 'ms', 50)
  await many.stop()
} finally {
  mock.stop()
}
