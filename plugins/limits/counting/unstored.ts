import { add, nothing } from './amounts.ts'
import type { OpenPot, Unstored } from './pot.ts'
import { isSpan } from './window.ts'

/** What was counted, on its way to where it outlives the process. */
export const createUnstored = (pots: ReadonlyMap<string, ReadonlyMap<string, OpenPot>>) => ({
  /** What is not yet stored, limit by limit; it is taken out, and belongs to whoever asked. */
  takeFresh(): Unstored[] {
    const taken: Unstored[] = []
    for (const [limit, members] of pots)
      for (const pot of members.values()) {
        if (pot.fresh.requests === 0 && pot.fresh.tokens === 0 && pot.fresh.cost === 0) continue
        const { member, per, start, end, fresh } = pot
        taken.push({ limit, member, per, start, end, amounts: fresh })
        pot.stored = add(pot.stored, fresh)
        pot.fresh = nothing
      }
    return taken
  },
  /** It could not be stored after all. */
  putBack({ limit, member, start, end, amounts }: Unstored): void {
    const pot = pots.get(limit)?.get(member)
    if (pot === undefined || !isSpan(pot, { start, end })) return
    pot.stored = add(pot.stored, amounts, -1)
    pot.fresh = add(pot.fresh, amounts)
  },
})
