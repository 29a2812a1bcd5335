import type { Concerns } from '../concerns/model.ts'
import type { Book } from './book.ts'
import { changesOf, type Moment, noticesFor } from './changes.ts'
import type { Hook } from './model.ts'

interface WatchOptions {
  readonly concerns: Pick<Concerns, 'look'>
  readonly hooks: readonly Hook[]
  readonly book: Book
  readonly now: () => number
  readonly after: number
}

/** So many concerns are looked at, the worst of them: names of models may come from callers. */
const MOST = 500
/** A database that says nothing for so long is away (milliseconds). */
const PATIENCE = 15_000

/** Looks at what needs attention, and writes down what hooks are to be told of it. */
export function createWatch({ concerns, hooks, book, now, after }: WatchOptions) {
  let since: number | undefined

  async function look(): Promise<void> {
    const standing = (await concerns.look()).slice(0, MOST)
    const at = now()
    // The clock may have been set back.
    since = Math.min(since ?? at, at)
    const moment: Moment = {
      now: at,
      after,
      seen: new Set(standing.map(({ key }) => key)),
      isSettled: at - since >= after,
    }
    const due = changesOf(await book.see(standing, at, at - after), moment)
    if (due.length === 0) return
    // Other gateways see the same at the same time: who takes it tells it.
    const taken = await book.claim(
      due.map(({ concern }) => concern.id),
      at,
    )
    const changes = changesOf(taken, moment)
    if (changes.length === 0) return
    const told = hooks.flatMap(hook =>
      noticesFor(hook, changes, at).map(notice => ({ hook: hook.id, notice })),
    )
    await book.tell(changes, told, at)
  }

  return () => within(PATIENCE, look())
}

async function within(patience: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer')), patience)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
