import { EAST, type Fleet, startFleet, VLLM, WEST } from './fleet.ts'

/** Three targets that take turns, or what else the redirect says. */
export async function startTurns(rest: object = {}): Promise<Fleet> {
  const fleet = await startFleet()
  await fleet.redirect('turns', [EAST, WEST, VLLM], rest)
  return fleet
}

export type Ask = (fleet: Fleet) => Promise<{ readonly served: string | undefined }>

/** Who serves several sessions that take turns with their requests, each time another one first. */
export async function alternate(fleet: Fleet, sessions: readonly Ask[], rounds = 4) {
  const served = sessions.map(() => new Set<string | undefined>())
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sessions.length; turn++) {
      const i = (round + turn) % sessions.length
      served[i]!.add((await sessions[i]!(fleet)).served)
    }
  }
  return served.map(targets => [...targets])
}
