import type { Target } from '../../../src/types.ts'
import { type Amounts, add, larger } from '../counting/amounts.ts'
import type { Claim, Held } from '../counting/pot.ts'
import type { Limit } from '../model.ts'
import { isClosing } from './pricing.ts'
import { toUnpriced } from './words.ts'

interface Talk {
  /** What a conversation held when it opened. */
  readonly first: ReadonlyMap<Limit, Amounts> | undefined
  /** What its last answer took. */
  readonly last: Amounts | undefined
}

/** What so many answers of a conversation may take: one as much as the last, and each beside it no less than the first. */
export function nextOf({ limit, amounts }: Claim, { first, last }: Talk, answers: number): Amounts {
  const own = first?.get(limit) ?? amounts
  const next = last ?? own
  // All of it is one request.
  return { ...add(next, larger(own, next), Math.max(0, answers - 1)), requests: 1 }
}

interface Spending {
  readonly held: readonly Held[]
  /** Who has worked within the conversation for what nobody knows. */
  readonly unpriced: Target | undefined
}

/** Where only what has a price may be asked, what had none was the last of the conversation. */
export function checkKnown({ held, unpriced }: Spending): void {
  if (unpriced === undefined) return
  const closing = held.map(({ claim }) => claim.limit).find(isClosing)
  if (closing !== undefined) throw toUnpriced(closing, `${unpriced.provider}/${unpriced.model}`)
}
