import { until } from '../kit.ts'
import { createClock, EAST, type Fleet, startFleet, WEST } from '../routing/fleet.ts'

/** A redirect to EAST, and WEST that is to take over; on a clock that the test moves. */
export interface Scene extends AsyncDisposable {
  readonly fleet: Fleet
  readonly pass: (ms: number) => void
  readonly now: () => number
  /** Makes a redirect anew, and starts a rollout of it to WEST. */
  start(source: string, plan?: object, redirect?: object): Promise<void>
  /** Calls of a redirect, one after the other. */
  call(source: string, times: number): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  rollout(source: string): Promise<any>
  /** Waits until a rollout is as expected. A look is made every five seconds of the clock: they go by. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  when(source: string, isSo: (rollout: any) => boolean | Promise<boolean>, what: string): Promise<any>
  /** Targets with their weights, and the strategy. */
  leads(source: string): Promise<string[]>
}

export const MINUTE = 60_000
/** Two steps, and few calls. */
export const QUICK = { to: WEST, steps: [50, 100], every: '10m', min_calls: 10 }

export async function openScene(): Promise<Scene> {
  const { now, pass } = createClock()
  const fleet = await startFleet({
    now,
    env: {
      BREAKER_FAILURES: '1000',
      VIRTUAL_MODELS: JSON.stringify([{ source: 'declared', target_model: EAST }]),
    },
  })
  const { admin } = fleet.test
  const rollout = async (source: string) => (await admin('GET', `/admin/rollouts/${source}`)).body
  return {
    fleet,
    now,
    pass,
    rollout,
    async start(source, plan = {}, redirect = {}) {
      await fleet.redirect(source, [EAST], { affinity: 'off', ...redirect })
      const { status, body } = await admin('PUT', `/admin/rollouts/${source}`, { ...QUICK, ...plan })
      if (status !== 200) throw new Error(`PUT answered ${status}: ${JSON.stringify(body)}`)
    },
    async call(source, times) {
      // On a clock that stands still, calls would have begun before.
      pass(1000)
      for (let i = 0; i < times; i++) await fleet.ask(source)
    },
    async when(source, isSo, what) {
      let found: unknown
      await until(async () => {
        pass(5000)
        await Bun.sleep(40)
        found = await rollout(source)
        return isSo(found)
      }, what)
      return found
    },
    async leads(source) {
      const { body } = await admin('GET', `/admin/virtual-models/${source}`)
      return [
        body.strategy,
        ...body.targets.map(({ model, weight }: { model: string; weight: number }) => `${model} ${weight}`),
      ]
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  }
}
