import { describe, reasonOf } from '../base/describe.ts'
import { placeOf } from '../fault.ts'
import type { Log } from '../log.ts'
import type { Awaitable } from '../types.ts'
import { within } from './blaming.ts'

/** What was opened, and has to be closed again. */
export interface Closing {
  /** `whose`: as the log calls it, should it fail. */
  add(whose: string, close: () => Awaitable<void>): void
  /** Closes everything, the last that was opened first. What fails, or never ends, is said to `say`, and keeps nothing else open. */
  closeAll(say: Log['error']): Promise<void>
}

/** How long one of them may take (milliseconds): whoever stops the gateway waits for all of them. */
const PATIENCE = 10_000

export function createClosing(patience = PATIENCE): Closing {
  const opened: { readonly whose: string; readonly close: () => Awaitable<void> }[] = []
  return {
    add: (whose, close) => void opened.push({ whose, close }),
    async closeAll(say) {
      for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
        const { whose, close } = last
        let isLate = false
        const late = (time: string) => {
          isLate = true
          return `${whose} did not finish "close" within ${time}`
        }
        try {
          await within(patience, close, late)
        } catch (error) {
          if (isLate) say(reasonOf(error))
          else
            say(`${whose} failed in "close": ${reasonOf(error)}${placeOf(error)}`, { error: describe(error) })
        }
      }
    },
  }
}
