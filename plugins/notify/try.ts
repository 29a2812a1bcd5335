import { timedId } from '../../src/base/runtime.ts'
import type { Hook, Notice, Send } from './model.ts'

/** What came of a test. */
export interface Tried extends Pick<Hook, 'host'> {
  readonly number: number
  readonly ok: boolean
  readonly ms: number
  /** Why it failed. */
  readonly reason?: string
}

/** Sends a notice to every hook, at once and once, so that somebody sees whether it arrives. */
export const createTry =
  (hooks: readonly Hook[], send: Send, now: () => number) => (): Promise<readonly Tried[]> => {
    const notice: Notice = {
      id: timedId(),
      at: now(),
      content: {
        type: 'test',
        tone: 'amber',
        key: 'test',
        text: 'This is a test. Nothing needs attention because of it.',
        place: '/notices',
      },
    }
    return Promise.all(
      hooks.map(async (hook, index) => {
        const began = performance.now()
        const delivery = await send(hook, notice)
        return {
          number: index + 1,
          host: hook.host,
          ok: delivery.kind === 'taken',
          ms: Math.round(performance.now() - began),
          ...(delivery.kind !== 'taken' && { reason: delivery.why }),
        }
      }),
    )
  }
