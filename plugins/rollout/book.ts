import { and, eq, inArray, not, notBetween, or } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import type { State } from './model.ts'
import { type Rollout, rollouts } from './schema.ts'

/** A look is one gateway's for so long (milliseconds). */
export const LOOK = 5000

/** What may become another one. */
export type Changes = Partial<
  Omit<Rollout, 'source' | 'plan' | 'author' | 'startedAt' | 'before' | 'version'>
>

const underWay: readonly State[] = ['running', 'paused']

/** It goes no further, whatever comes. */
export const isOver = ({ state }: Pick<Rollout, 'state'>): boolean => !underWay.includes(state)

/** Somebody has to look at it. */
export const isOpen = (rollout: Pick<Rollout, 'state' | 'isDue'>): boolean =>
  rollout.isDue || !isOver(rollout)

const open = or(eq(rollouts.isDue, true), inArray(rollouts.state, [...underWay]))

interface BookOptions {
  readonly db: Database
  readonly now: () => number
  /**
   * Another number whenever a virtual model was written, here or at another gateway. Whoever starts a rollout writes one:
   * without such news there is nothing new to read.
   */
  readonly news: () => number
}

/** The rollouts of all gateways on this database. Where none is under way, it is not asked. */
export function createBook({ db, now, news }: BookOptions) {
  let heard: number | undefined
  let known: readonly Rollout[] = []

  async function read(): Promise<readonly Rollout[]> {
    const revision = news()
    known = await db.select().from(rollouts).orderBy(rollouts.source)
    heard = revision
    return known
  }

  return {
    /** All of them, by source. */
    read,
    async get(source: string): Promise<Rollout | undefined> {
      const [row] = await db.select().from(rollouts).where(eq(rollouts.source, source))
      return row
    },
    /** Those that were there when it was last read: nothing is asked, unless there is news. */
    glance: async (): Promise<readonly Rollout[]> => (heard === news() ? known : read()),
    /**
     * Takes those that are under way, and that nobody has looked at for a while; another gateway leaves them alone then. What
     * was looked at far ahead of now was so by a clock that has been set back.
     */
    async claim(): Promise<readonly Rollout[]> {
      const claimed = await db
        .update(rollouts)
        .set({ lookedAt: now() })
        .where(and(open, notBetween(rollouts.lookedAt, now() - LOOK + 1, now() + LOOK)))
        .returning()
      // Another gateway looks at them, or has seen the last one to its end: of that nobody else hears.
      if (claimed.length === 0) await read()
      return claimed
    },
    /** A new one; it takes the place of one that is over. */
    async begin(rollout: Omit<Rollout, 'version'>): Promise<Rollout> {
      const { source } = rollout
      const before = (await db.select().from(rollouts).where(eq(rollouts.source, source)))[0]
      const row = { ...rollout, version: (before?.version ?? 0) + 1 }
      const [begun] = await db
        .insert(rollouts)
        .values(row)
        .onConflictDoUpdate({ target: rollouts.source, set: row, setWhere: not(open!) })
        .returning()
      await read()
      return begun ?? refuse('conflict', `A rollout of "${source}" is under way`)
    },
    /** Undefined: somebody else has changed it meanwhile, and nothing is changed. */
    async change({ source, version }: Rollout, changes: Changes): Promise<Rollout | undefined> {
      const [changed] = await db
        .update(rollouts)
        .set({ ...changes, version: version + 1 })
        .where(and(eq(rollouts.source, source), eq(rollouts.version, version)))
        .returning()
      if (changed !== undefined) known = known.map(rollout => (rollout.source === source ? changed : rollout))
      return changed
    },
    /** It did not come to it: what was there before is there again. */
    async takeBack({ source, version }: Rollout, before: Rollout | undefined): Promise<void> {
      const isIt = and(eq(rollouts.source, source), eq(rollouts.version, version))
      if (before === undefined) await db.delete(rollouts).where(isIt)
      else
        await db
          .update(rollouts)
          .set({ ...before, version: version + 1 })
          .where(isIt)
      await read()
    },
    async forget({ source, version }: Rollout): Promise<void> {
      await db.delete(rollouts).where(and(eq(rollouts.source, source), eq(rollouts.version, version)))
      await read()
    },
  }
}

export type Book = ReturnType<typeof createBook>
