import type { Hooks } from '../contract/plugin.ts'
import type { Exchange } from '../exchange.ts'
import { type Bound, blame, type HookTable } from '../hooks.ts'
import type { Tap } from './look.ts'

/** Who looks at an answer, who adds to it, and who says whether a conversation goes on. */
export function createLookers(hooks: Pick<HookTable, 'tap' | 'head' | 'resume'>) {
  return {
    tapsOn(x: Exchange): readonly Tap[] {
      const taps: Tap[] = []
      for (let bound = hooks.tap; bound !== undefined; bound = bound.next) {
        const tap = tapOf(bound, x)
        if (tap !== undefined) taps.push(tap)
      }
      const hearing = x.hear?.(x)
      if (hearing !== undefined) taps.push(hearing)
      return taps
    },

    /** Headers that plugins have for an answer; undefined where none has any. */
    addedTo(x: Exchange): Record<string, string> | undefined {
      let added: Record<string, string> | undefined
      for (let bound = hooks.head; bound !== undefined; bound = bound.next) {
        const more = called(bound, x)
        if (more !== undefined) added = { ...added, ...more }
      }
      return added
    },

    /** @throws Refusal where somebody says no. */
    resume(x: Exchange): void {
      for (let bound = hooks.resume; bound !== undefined; bound = bound.next) called(bound, x)
    },
  }
}

/** A bug in a tap is told from a provider's fault, and blamed on its plugin. */
function tapOf(bound: Bound<Hooks['tap']>, x: Exchange): Tap | undefined {
  const tap = called(bound, x)
  return tap && guarded(tap, bound)
}

function called<T>(bound: Bound<(x: Exchange) => T>, x: Exchange): T {
  try {
    return bound.run.call(bound.owner, x)
  } catch (error) {
    return blame(error, bound)
  }
}

const guarded =
  (tap: Tap, bound: Bound<unknown>): Tap =>
  (data, bytes) => {
    try {
      return tap(data, bytes)
    } catch (error) {
      return blame(error, bound)
    }
  }
