import { expect } from 'bun:test'
import type { Plan } from '../mock/plan.ts'
import { askTimes, createClock, EAST, type Fleet, startFleet, WEST } from './fleet.ts'

const lists = { 'openai-east': ['m', 'n'], 'openai-west': ['m'] }
/** Another model of the same provider. */
export const NEXT = 'openai-east/n'

/** Three failures in a row open a circuit for ten seconds, on a clock that only the test moves. */
export async function startWatched(env: Record<string, string> = {}) {
  const clock = createClock()
  const times = { BREAKER_FAILURES: '3', BREAKER_PAUSE: '10s', BREAKER_LONGEST_PAUSE: '30s' }
  const fleet = await startFleet({ lists, now: clock.now, env: { ...times, ...env } })
  await fleet.redirect('pair', [EAST, WEST], { strategy: 'failover' })
  return { fleet, clock, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() }
}

/** Asks it, and tells whether that was spared; a caller of a skipped target is told so. */
export const isSkipped = async (fleet: Fleet, target: string): Promise<boolean> => {
  const before = fleet.calls.length
  const { status, code } = await fleet.ask(target)
  const wasCalled = fleet.calls.slice(before).includes(target)
  // What was asked to rest is told as the provider told it.
  if (!wasCalled) expect(['503 model_unavailable', '429 rate_limit_exceeded']).toContain(`${status} ${code}`)
  return !wasCalled
}

/** From now on a target fails in this way, and it does so many times. */
export async function fail(
  fleet: Fleet,
  times: number,
  plan: Plan = { status: 500 },
  target = EAST,
): Promise<void> {
  fleet.plan(target, plan)
  await askTimes(fleet, times, target)
}
