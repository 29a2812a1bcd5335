import { type House, type HouseOptions, openHouse } from '../kernel/house.ts'
import { MASTER } from '../kit.ts'

/** 2026-03-04 05:06:07 UTC, a Wednesday. */
const NOON = Date.UTC(2026, 2, 4, 5, 6, 7)

export interface Limited extends AsyncDisposable {
  readonly house: House
  /** The clock of the gateway (milliseconds since 1970). */
  readonly clock: { now: number }
  limit(name: string, body: object): Promise<void>
  /** Without limits, and without what the provider was asked. */
  forget(): Promise<void>
  /** How full it is. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
  read(name: string): Promise<any>
  /** A call by the master key, on behalf of a path. */
  as(path: string, extra?: object, plan?: object): Promise<Response>
}

/** A gateway before a mock provider, on a clock of its own. */
export async function openLimited(options: HouseOptions = {}): Promise<Limited> {
  const clock = { now: NOON }
  const house = await openHouse({ ...options, now: () => clock.now })
  return {
    house,
    clock,
    async limit(name, body) {
      const { status, body: said } = await house.test.admin('PUT', `/admin/limits/${name}`, body)
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(said)}`)
    },
    async forget() {
      house.mock.reset()
      for (const { name } of (await house.test.admin('GET', '/admin/limits')).body)
        await house.test.admin('DELETE', `/admin/limits/${name}`)
    },
    read: async name => (await house.test.admin('GET', `/admin/limits/${name}`)).body,
    as: (path, extra = {}, plan) =>
      house.ask(plan, extra, {
        headers: { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': path },
      }),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** The statuses of answers, read to their ends. */
export async function statusesOf(calls: readonly Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const call of calls) {
    const response = await call
    await response.text()
    counts[response.status] = (counts[response.status] ?? 0) + 1
  }
  return counts
}
