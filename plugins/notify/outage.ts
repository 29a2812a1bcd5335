import { timedId } from '../../src/base/runtime.ts'
import { duration } from '../../views/format.ts'
import type { Content, Hook, Notice, Send } from './model.ts'
import type { Tally } from './post.ts'

interface OutageOptions {
  readonly hooks: readonly Hook[]
  readonly send: Send
  readonly tally: Tally
  readonly now: () => number
  /** How long the database must be away before it is told (milliseconds). */
  readonly after: number
}

/**
 * The one concern that cannot be written down: the database is away. Each gateway tells it by itself, and tries again as
 * long as it holds.
 */
export function createOutage({ hooks, send, tally, now, after }: OutageOptions) {
  let since: number | undefined
  let isTold = false
  const untold = new Map<Hook, Notice>()

  function queue(content: Pick<Content, 'type' | 'text'>): void {
    const at = now()
    const notice: Notice = {
      id: timedId(),
      at,
      content: { ...content, tone: 'bad', key: 'database:away', place: '/overview' },
    }
    // Who never heard of the beginning needs no end.
    for (const hook of hooks) if (!untold.delete(hook)) untold.set(hook, notice)
  }

  async function tell(hook: Hook, notice: Notice): Promise<void> {
    const { kind } = await send(hook, notice)
    if (kind === 'again' || untold.get(hook) !== notice) return
    untold.delete(hook)
    tally[kind === 'taken' ? 'sent' : 'lost']++
  }

  return async (isAway: boolean): Promise<void> => {
    if (isAway) {
      since ??= now()
      if (!isTold && now() - since >= after) {
        isTold = true
        queue({ type: 'concern.began', text: 'The database of the gateway does not answer.' })
      }
    } else {
      if (isTold)
        queue({
          type: 'concern.ended',
          text: `Over after ${duration(now() - since!)}: The database of the gateway did not answer.`,
        })
      since = undefined
      isTold = false
    }
    await Promise.all([...untold].map(([hook, notice]) => tell(hook, notice)))
  }
}
