import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { readSettings } from '../../src/config/gateway.ts'
import { definePlugin, type Parts, type Plugin } from '../../src/contract/plugin.ts'
import { Exchange } from '../../src/exchange.ts'
import { createGateway, type Gateway } from '../../src/gateway.ts'
import { openLog } from '../../src/log.ts'
import { MASTER } from '../kit.ts'
import { readPluginSettings } from '../plugin-settings.ts'

/**
 * What watching costs a call, in microseconds: `bun test/metrics/bench.ts`. A real call is made, and the hooks of each
 * plugin are run on copies of what it left: whole calls differ from each other by more than these hooks cost.
 */

const CALLS = 4000
const ROUNDS = 15
const payload = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 3 },
})
const bytes = new Uint8Array()
const delta = '{"choices":[{"index":0,"delta":{"content":"Hello"}}]}'

/** A provider inside the gateway: nothing but the gateway is measured. */
const instant: Plugin = definePlugin({
  name: 'instant',
  about: 'Answers at once.',
  setup: () => ({
    providers: [
      {
        name: 'instant',
        type: 'openai',
        wires: new Set(['openai-chat']),
        asksUsage: true,
        configuredModels: ['gpt-4o'],
        call: () => new Response(payload, { headers: { 'content-type': 'application/json' } }),
      },
    ],
  }),
})

const home = mkdtempSync(join(tmpdir(), 'modelway-bench-'))
openLog({ level: 'error', pretty: false, write: lines => void process.stderr.write(lines) })

interface Opened {
  readonly gateway: Gateway
  readonly parts: Parts
  /** What a call left. */
  readonly settled: Exchange
}

let opened = 0

/** The gateway with one call behind it. */
async function open(name: string, env: Readonly<Record<string, string>>): Promise<Opened> {
  let parts: Parts = {}
  let settled: Exchange | undefined
  const spy = (plugin: Plugin): Plugin =>
    plugin.name !== name
      ? plugin
      : {
          ...plugin,
          async setup(host) {
            parts = await plugin.setup(host)
            return parts
          },
        }
  const witness = definePlugin({
    name: 'witness',
    about: 'Keeps what a call left.',
    setup: () => ({
      settle(x) {
        settled = x as unknown as Exchange
      },
    }),
  })
  const plugins = [...ours.map(spy), instant, witness]
  const environment = {
    MODELWAY_MASTER_KEY: MASTER,
    DATABASE_URL: `file:${join(home, `${++opened}.db`)}`,
    USAGE_SPOOL_DIR: join(home, `spool-${opened}`),
    CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    ...env,
  }
  const gateway = await createGateway({
    settings: readSettings(environment),
    plugins,
    pluginSettings: readPluginSettings(plugins, environment),
    shell: ({ main }) => main,
    assets: {},
    migrations: new URL('../../drizzle', import.meta.url).pathname,
    version: '0.0.0-bench',
  })
  const response = await gateway.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'instant/gpt-4o',
        messages: [{ role: 'user', content: 'Hi' }],
        temperature: 1,
      }),
    }),
  )
  const text = await response.text()
  if (response.status !== 200 || settled?.usage?.input !== 12) throw new Error(`Not a call: ${text}`)
  return { gateway, parts, settled }
}

const OK = { ok: true, status: 200, ms: 1 } as const

/** The hooks of one plugin, in the order of a call. */
function pass({ admit, attempt, tap, settle }: Parts, x: Exchange): void {
  const release = admit?.(x) as (() => void) | undefined
  const hear = attempt?.(x) as ((outcome: typeof OK) => void) | undefined
  hear?.(OK)
  const see = tap?.(x)
  see?.(payload, bytes)
  release?.()
  settle?.(x)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function measure(
  parts: Parts,
  settled: Exchange,
  calls: number,
): Promise<{ hooks: number; later: number }> {
  const hooks: number[] = []
  const later: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const copies = Array.from({ length: calls }, (_, at) =>
      Object.assign(Object.create(Exchange.prototype) as Exchange, settled, { id: `${i}-${at}` }),
    )
    const began = performance.now()
    for (const x of copies) pass(parts, x)
    hooks.push(((performance.now() - began) / calls) * 1000)
    // What was put off: the processor time of this process until all of it is done.
    const before = process.cpuUsage()
    await Promise.all((parts.ticks ?? []).map(({ run }) => run()))
    await Bun.sleep(400)
    const { user, system } = process.cpuUsage(before)
    later.push((user + system) / calls)
  }
  return { hooks: median(hooks), later: median(later) }
}

const collector = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json({}) })
const address = `http://127.0.0.1:${collector.port}`
const dead = 'http://127.0.0.1:9'
const telemetry = (to: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: to,
  EGRESS_ALLOW: to,
  OTEL_BSP_MAX_QUEUE_SIZE: '20000',
})
const subjects: readonly (readonly [
  title: string,
  plugin: string,
  env: Record<string, string>,
  calls: number,
])[] = [
  ['nothing (the loop itself)', 'explain', {}, CALLS],
  ['usage, for comparison', 'usage', {}, CALLS],
  ['metrics, never scraped', 'metrics', {}, CALLS],
  ['metrics, scraped: with costs and paths', 'metrics', { METRICS_USER_PATH_DEPTH: '1' }, CALLS],
  ['telemetry, off', 'telemetry', {}, CALLS],
  ['telemetry', 'telemetry', telemetry(address), CALLS],
  ['telemetry, collector gone', 'telemetry', telemetry(dead), CALLS],
  ['bodies, off', 'bodies', {}, CALLS],
  ['bodies of somebody else', 'bodies', { REQUEST_LOG_BODIES: '/somebody' }, CALLS],
  ['bodies of this caller', 'bodies', { REQUEST_LOG_BODIES: '/' }, 400],
]

console.log('µs for each call (median)'.padEnd(42), 'in its way'.padStart(11), 'put off'.padStart(9))
for (const [title, plugin, env, calls] of subjects) {
  const { gateway, parts, settled } = await open(plugin, env)
  if (title.includes('scraped: with')) {
    const headers = { authorization: `Bearer ${MASTER}` }
    await gateway.fetch(new Request('http://localhost/metrics', { headers }))
  }
  const { hooks, later } = await measure(parts, settled, calls)
  console.log(title.padEnd(42), hooks.toFixed(2).padStart(11), later.toFixed(1).padStart(9))
  await gateway.stop()
}
// What a tap costs a stream: each event passes through it.
const { parts, settled, gateway } = await open('bodies', {
  REQUEST_LOG_BODIES: '/',
  REQUEST_LOG_BODY_LIMIT: '1G',
})
const see = parts.tap!(settled)!
const began = performance.now()
for (let i = 0; i < 100_000; i++) see(delta, bytes)
console.log(
  'bodies, each event of a stream'.padEnd(42),
  ((performance.now() - began) / 100).toFixed(3).padStart(11),
)
await gateway.stop()
await collector.stop(true)
rmSync(home, { recursive: true })
