import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import { createUnknownModels } from '../../src/scope/unknown-models.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { History } from '../history/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Redis } from '../redis/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createAlarm, type Told } from './alarm.ts'
import { createLimitsApi } from './api.ts'
import { createLimitWatch } from './concerns.ts'
import { createBook } from './counting/book.ts'
import { createLedger, type Ledger } from './counting/ledger.ts'
import { openSharing } from './counting/sharing.ts'
import { createCalls } from './holding/calls.ts'
import { createPricing } from './holding/pricing.ts'
import { headersOf } from './holding/told.ts'
import { createToolLimits, type ToolLimits } from './holding/tools.ts'
import { createLook, type Limits } from './look.ts'
import type { Limit } from './model.ts'
import { createOwnLimits } from './own.ts'
import { createOwnLimitsPage } from './own-page.tsx'
import { createLimitsPages } from './page.tsx'
import type { Queue, Skipping } from './queue/model.ts'
import { createQueue } from './queue/queue.ts'
import { declaredLimits, listedLimits, toDeclared } from './rules/declared.ts'
import type { Rules } from './rules/rules.ts'
import { openStore } from './rules/store.ts'
import { createUnknownTools, type OfferedTools } from './rules/unknown-tools.ts'
import { limitPots, limits } from './schema.ts'

/** How often what was counted is stored, and what other gateways have counted is read (milliseconds). */
const STORE = 1000
const WARN = 30_000
const SWEEP = 3_600_000

/** Calls under way hold room in it, whichever configuration began them. */
interface Heritage {
  readonly ledger: Ledger
  /** Calls stand in its lines, whichever configuration let them in. */
  readonly queue: Queue
  /** The rules that hold now, for them too. */
  readonly present: { rules: () => Rules }
  readonly told: Told
  /** Tells Redis no more of what is counted here: who comes next does. Said once, it keeps nothing of who had it. */
  stepBack: () => Promise<void>
}

/** Not written where it is used: a function keeps all that it could see there. */
const doNothing = async () => {}

export default definePlugin({
  name: 'limits',
  about: 'Limits calls, tokens, cost and concurrency by user path, key, model and tool.',
  config: v.object({
    declared: says(
      'Limits, in the shape of PUT /admin/limits/NAME, each with its name: [{"name": "alpha", "user_path": "/team/alpha", "per": "month", "cost_usd": 500}]. Read-only in the dashboard',
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
  changeable: ['withoutRedis'],
  file: { section: 'limits', field: 'listed' },
  needs: ['history', 'concerns', 'redis', 'prices', 'auth', 'virtual-models'],
  tables: { limits, limitPots },
  async setup(host) {
    const { config, db, log, now, use, providers, site, inherited } = host
    const before = inherited as Heritage | undefined
    const ledger = before?.ledger ?? createLedger(now)
    const queue = before?.queue ?? createQueue(ledger, now)
    const book = createBook(db, ledger)
    const pricing = createPricing({ prices: use<Prices>('prices'), providers, now })
    const history = use<History>('history')
    const auth = use<Auth>('auth')
    const virtual = use<VirtualModelSource>('virtual-models')
    let isStarted = false
    const sharing = openSharing(use<Redis>('redis'), {
      ...{ ledger, now },
      isStrict: config.withoutRedis === 'refuse',
      isStarted: () => isStarted,
    })

    /** These hold from now on, and nothing is kept of others. */
    async function hold(limits: readonly Limit[]): Promise<void> {
      const gone = ledger.keepOnly(new Set(limits.map(({ name }) => name)))
      await sharing.forget(gone)
      if (limits.some(({ cost }) => cost !== undefined)) await pricing.load()
    }

    /** What was counted is stored, and what other gateways have counted is read. */
    async function keepBook(): Promise<void> {
      ledger.prune()
      await book.write()
      await book.refresh(store.list())
    }

    const { counter } = sharing
    const store = await openStore({
      ...{ db, history },
      declared: toDeclared(config, site.configFile),
      // Until it has started, another gateway may go on counting in the same ledger.
      onChange: async limits => void (isStarted && (await hold(limits))),
      // What calls wait for may be another thing from now on.
      onChanged: () => void (isStarted && queue.review()),
    })
    const ownLimits = createOwnLimits(store, counter)
    const present = before?.present ?? { rules: store.rules }
    await book.read(store.list(), now())
    const rules = () => present.rules()
    let isSkipped: Parameters<Skipping['skip']>[0] = () => false
    const calls = createCalls({
      ...{ rules, ledger, counter, queue, pricing, providers, now },
      isSkipped: target => isSkipped(target),
    })
    const look = createLook({ rules: store.rules, list: store.list, ledger, queue, pricing, providers, now })
    const unknownModels = createUnknownModels({
      ...host,
      master: auth.master,
      isRedirect: virtual.isRedirect,
    })
    let offered = (): OfferedTools => new Map()
    const unknownTools = createUnknownTools(() => offered())
    const nameOf = (member: string) => auth.nameOf(member) || member
    use<Concerns>('concerns').add(createLimitWatch({ alarming: look.alarming, nameOf, now }))
    const told: Told = before?.told ?? new Map()
    const warn = createAlarm(log, told)
    const heritage: Heritage = {
      ...{ ledger, queue, present, told },
      // The next gateway keeps it, and must not keep us, and by us all that were before.
      stepBack() {
        heritage.stepBack = doNothing
        return sharing.end()
      },
    }
    return {
      exports: {
        ...look,
        ...createToolLimits({ rules: store.toolRules, ledger, counter, now }),
        offer(tools) {
          offered = tools
        },
        skip(told) {
          isSkipped = told
        },
      } satisfies Limits & ToolLimits & Skipping,
      heritage,
      api: createLimitsApi({ store, ledger, ownLimits, unknownModels, unknownTools }),
      pages: [
        ...createLimitsPages({ store, ledger, history, auth, virtual, unknownModels, unknownTools, now }),
        createOwnLimitsPage(ownLimits, now),
      ],
      async start() {
        isStarted = true
        await hold(store.list())
        await before?.stepBack()
        await sharing.begin()
        present.rules = store.rules
        queue.review()
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
        { every: STORE, run: keepBook },
        ...sharing.ticks(store.list),
        { every: WARN, run: () => warn(look.alarming()) },
        { every: SWEEP, run: () => book.sweep(now() - SWEEP) },
      ],
      async close() {
        await sharing.end()
        await book.write()
      },
    }
  },
})
