import * as v from 'valibot'
import { definePlugin } from '../../src/plugin.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import { says } from '../../src/settings.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Redis } from '../redis/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createAlarm } from './alarm.ts'
import { createLimitsApi } from './api.ts'
import { createBook } from './book.ts'
import { createCalls } from './calls.ts'
import { createLimitWatch } from './concerns.ts'
import { createLocal } from './counter.ts'
import { type Declaration, declaredLimits, listedLimits, toLimit } from './input.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createLook, type Limits } from './look.ts'
import type { Limit } from './model.ts'
import { createLimitsPages } from './page.tsx'
import { createPricing } from './pricing.ts'
import { limitPots, limits } from './schema.ts'
import { createShared } from './shared.ts'
import { openStore } from './store.ts'
import { headersOf } from './told.ts'
import { createToolLimits, type ToolLimits } from './tools.ts'

/** How often what was counted is stored, and what other gateways have counted is read (milliseconds). */
const STORE = 1000
/** How often Redis is told that this gateway is still there, and tells of others. */
const BEAT = 1000
const WARN = 30_000
const SWEEP = 3_600_000

/** Calls under way hold room in it, whichever configuration began them. */
interface Heritage {
  readonly ledger: Ledger
  /** Tells Redis no more of what is counted here: who comes next does. */
  readonly stepBack: () => Promise<void>
}

export default definePlugin({
  name: 'limits',
  about: 'Limits calls, tokens, cost and concurrency by user path, key, model and tool.',
  config: v.object({
    declared: says(
      'JSON array, in the shape of PUT /admin/limits/NAME, each with its name. Read-only in the dashboard',
      v.optional(declaredLimits),
    ),
    listed: says(
      'Limits of the config file, in the shape of PUT /admin/limits with a name. Read-only in the dashboard',
      v.optional(listedLimits),
    ),
    withoutRedis: says(
      'What becomes of calls that a limit speaks of while Redis is away: local (each gateway counts for itself) or refuse',
      v.optional(v.picklist(['local', 'refuse'], 'expected local or refuse'), 'local'),
    ),
  }),
  env: { declared: ['LIMITS'], withoutRedis: ['LIMITS_WITHOUT_REDIS'] },
  file: { section: 'limits', field: 'listed' },
  needs: ['history', 'concerns', 'redis', 'prices', 'auth', 'virtual-models'],
  tables: { limits, limitPots },
  async setup({ config, db, log, now, use, decide, providers, site, inherited }) {
    const before = inherited as Heritage | undefined
    const ledger = before?.ledger ?? createLedger(now)
    const { connection, prefix } = use<Redis>('redis')
    const isStrict = config.withoutRedis === 'refuse'
    const shared = connection && createShared({ ledger, connection, prefix, now, isStrict })
    const counter = shared?.counter ?? createLocal(ledger)
    const pricing = createPricing({ prices: use<Prices>('prices'), providers, now })
    const history = use<History>('history')
    const book = createBook(db, ledger)
    let isStarted = false
    const store = await openStore({
      db,
      history,
      declared: toDeclared(config, site.configFile),
      // Until it has started, another gateway may go on counting in the same ledger.
      onChange: async all => void (isStarted && (await hold(all))),
    })
    async function hold(all: readonly Limit[]): Promise<void> {
      const gone = ledger.keepOnly(new Set(all.map(({ name }) => name)))
      await shared?.forget(gone)
      if (countsCost(all)) await pricing.load()
    }
    await book.read(store.list(), now())
    const calls = createCalls({ rules: store.rules, ledger, counter, pricing, providers, now })
    const look = createLook({ rules: store.rules, list: store.list, ledger, pricing, providers, now })
    const warn = createAlarm(log)
    const auth = use<Auth>('auth')
    const virtual = use<VirtualModelSource>('virtual-models')
    const unknownModels = createUnknownModels({
      decide,
      providers,
      master: auth.master,
      isRedirect: virtual.isRedirect,
    })
    if (shared)
      connection.serve({
        meanwhile: isStrict
          ? 'calls that a limit speaks of are refused'
          : 'each gateway counts limits for itself',
        isNeeded: isStrict,
        async begin() {
          // Another gateway may count in the same ledger: the one before this, or the one behind.
          if (isStarted && !ledger.isReflected()) await shared.begin()
        },
        lost: shared.lost,
      })
    use<Concerns>('concerns').add(
      createLimitWatch({
        alarming: look.alarming,
        nameOf: member => auth.nameOf(member) || member,
        now,
      }),
    )
    return {
      exports: {
        ...look,
        ...createToolLimits({ rules: store.toolRules, ledger, counter, now }),
      } satisfies Limits & ToolLimits,
      heritage: { ledger, stepBack: async () => shared?.end() } satisfies Heritage,
      api: createLimitsApi({ store, ledger, counter, unknownModels }),
      pages: createLimitsPages({
        store,
        ledger,
        history,
        auth,
        virtual,
        unknownModels,
        now,
      }),
      async start() {
        isStarted = true
        await hold(store.list())
        await before?.stepBack()
        if (connection?.isUp()) await shared?.begin()
      },
      admit: calls.admit,
      attempt: calls.attempt,
      head(x) {
        const held = calls.heldBy(x.id)
        return held && headersOf(held, x, now())
      },
      spend: calls.spend,
      resume: calls.resume,
      settle: calls.settle,
      ticks: [
        {
          every: STORE,
          async run() {
            ledger.prune()
            await book.write()
            await book.refresh(store.list())
          },
        },
        ...(shared ? [{ every: BEAT, run: () => shared.beat(store.list()) }] : []),
        { every: WARN, run: () => warn(look.alarming()) },
        { every: SWEEP, run: () => book.sweep(now() - SWEEP) },
      ],
      async close() {
        await shared?.end()
        await book.write()
      },
    }
  },
})

const countsCost = (limits: readonly Limit[]): boolean => limits.some(({ cost }) => cost !== undefined)

interface Config {
  readonly declared?: readonly Declaration[] | undefined
  readonly listed?: readonly Declaration[] | undefined
}

/** `LIMITS` wins over the file, name by name. */
function toDeclared({ declared = [], listed = [] }: Config, file = 'the config file'): readonly Limit[] {
  const found = new Map<string, Limit>()
  for (const [list, declaredIn] of [
    [listed, file],
    [declared, 'LIMITS'],
  ] as const)
    for (const { name, ...state } of list) found.set(name, toLimit(name, state, { version: 0, declaredIn }))
  return [...found.values()]
}
