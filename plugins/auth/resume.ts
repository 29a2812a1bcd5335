import { refuse } from '../../src/errors.ts'
import type { Answered } from '../../src/exchange.ts'
import type { Caller } from '../../src/types.ts'

interface ResumeOptions {
  /** Who holds the key that a request has brought; undefined where it works no more. */
  readonly holderOf: (x: Answered) => Caller | undefined
  /** When that key stops working (milliseconds since 1970). */
  readonly endOf: (x: Answered) => number
  readonly now: () => number
  /** Asks all conversations again. */
  readonly review: () => void
}

/** A timer of the runtime that is set for longer is over at once (milliseconds). */
const LONGEST = 2 ** 31 - 1

/**
 * A key that works no more ends the conversations that were opened with it, and so does one that was bound to another
 * path, or to other models: who calls is decided when a conversation opens.
 */
export function createResume({ holderOf, endOf, now, review }: ResumeOptions) {
  /** The first of all keys in use that ends; when it has ended, all are asked again, and the next one is known. */
  let next = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function reviewAt(end: number): void {
    if (end >= next) return
    next = end
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        next = Number.POSITIVE_INFINITY
        review()
      },
      Math.min(end - now(), LONGEST),
    )
  }

  return {
    resume(x: Answered): void {
      if (x.caller.kind !== 'key') return
      const holder = holderOf(x)
      if (holder === undefined)
        refuse('invalid_api_key', 'The API key of this conversation has expired or was revoked')
      if (!isAsBefore(holder, x.caller))
        refuse('forbidden', 'The API key of this conversation was changed: open another conversation')
      reviewAt(endOf(x))
    },
    stop: () => clearTimeout(timer),
  }
}

const isAsBefore = (now: Caller, before: Caller): boolean =>
  haveSameBounds(now, before) && haveSameBounds(now.maker ?? now, before.maker ?? before)

type Bounds = NonNullable<Caller['maker']>

const haveSameBounds = (now: Bounds, before: Bounds): boolean =>
  now.path === before.path && now.subPaths === before.subPaths && namesOf(now) === namesOf(before)

/** No name has a line break. */
const namesOf = ({ models }: Bounds): string | undefined => models && [...models].sort().join('\n')
