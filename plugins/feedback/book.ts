import { and, asc, eq, getTableColumns, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import { timeOfId } from '../../src/base/runtime.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import type { OwnCalls } from '../../src/scope/own-calls.ts'
import { isInside } from '../../src/scope/user-path.ts'
import type { Call, Calls, Fate, Said } from './model.ts'
import { feedback } from './schema.ts'

type Row = typeof feedback.$inferInsert

/** What has to be known of a row that waits. */
const { id, requestId, mirrored, saidAt, within, holder } = getTableColumns(feedback)
const waitingColumns = { id, requestId, mirrored, saidAt, within, holder }
type Waiting = Pick<typeof feedback.$inferSelect, keyof typeof waitingColumns>

export interface Book {
  /**
   * Keeps what is said, in the place of what the same one said under the same name before. What waits is counted within
   * `most`: whoever may name paths below their own has no more room by that.
   */
  say(said: readonly Said[], own: OwnCalls, most?: OwnCalls): Promise<readonly Fate[]>
  /** Refuses one more name for an answer that whoever may speak of it has given many. */
  checkNames(said: Said, own: OwnCalls): Promise<void>
  /** Looks whether calls are written down now of which something was said too early, as far as it was said here. */
  catchUp(): Promise<void>
  /** The next time it also looks for what was said at other gateways: one may have gone before it could. */
  lookEverywhere(): void
  /** Deletes a few rows of calls that are forgotten, too; true when there may be more. */
  forget(): Promise<boolean>
}

interface BookOptions {
  readonly db: Database
  readonly now: () => number
  readonly calls: () => Calls
  /** A comment without what must not be kept. */
  readonly guard: (text: string) => string
}

/** A call is written down a moment after its end. What is said of one that is older, and is not there, is of none. */
const DAY = 86_400_000
/** So much of whoever may speak of the same calls may wait. */
const MOST_WAITING = 1000
/** Names that one may give to one answer. */
const MOST_NAMES = 10
/** Rows that are read, written or deleted in one go: a local database stops everything else meanwhile. */
const FEW = 200

const breath = () => new Promise(resolve => setTimeout(resolve, 0))
const keyOf = ({ requestId, mirrored }: Pick<Call, 'requestId' | 'mirrored'>): string =>
  `${requestId}:${mirrored}`

/** What is said of answers, and of which calls it is. */
export function openBook({ db, now, calls, guard }: BookOptions): Book {
  /** Something may wait, of before this process too. */
  let mayWait = true

  async function find(ids: Iterable<string>): Promise<ReadonlyMap<string, Call>> {
    const found = await calls().find([...new Set(ids)])
    return new Map(found.map(call => [keyOf(call), call]))
  }

  /** Undefined: there is no such call, or it is somebody else's. */
  function toRow(said: Said, call: Call | undefined, own: OwnCalls): Row | undefined {
    if (call === undefined ? !mayCome(said.requestId) : !isOwn(call, own)) return undefined
    const comment = said.comment === null ? null : guard(said.comment)
    return { ...said, comment, ...columnsOf(own), saidAt: now(), ...factsOf(call) }
  }

  function mayCome(id: string): boolean {
    const at = timeOfId(id)
    return at !== undefined && at > now() - DAY
  }

  async function checkWaiting(most: OwnCalls, more: number): Promise<void> {
    const [{ count = 0 } = {}] = await db
      .select({ count: sql<number>`count(*)` })
      .from(feedback)
      .where(and(isNull(feedback.at), isByAny(most)))
    if (count + more > MOST_WAITING)
      refuse('rate_limit_exceeded', 'Too much feedback waits for its calls: send it again in a moment', {
        retryAfter: 5,
      })
  }

  /** Rows of calls that are written down now are completed, or deleted where they are somebody else's. Returns how many wait on. */
  async function settle(rows: readonly Waiting[]): Promise<number> {
    const found = await find(rows.map(({ requestId }) => requestId))
    let left = 0
    for (const row of rows) {
      const call = found.get(keyOf(row))
      const isIt = eq(feedback.id, row.id)
      if (call !== undefined && isOwn(call, row)) await db.update(feedback).set(factsOf(call)).where(isIt)
      else if (call !== undefined || row.saidAt < now() - DAY) await db.delete(feedback).where(isIt)
      else left++
    }
    return left
  }

  async function settleAll(): Promise<number> {
    let left = 0
    for (let last = 0; ; await breath()) {
      const rows = await db
        .select(waitingColumns)
        .from(feedback)
        .where(and(isNull(feedback.at), gt(feedback.id, last)))
        .orderBy(asc(feedback.id))
        .limit(FEW)
      left += await settle(rows)
      if (rows.length < FEW) return left
      last = rows.at(-1)!.id
    }
  }

  return {
    async say(said, own, most = own) {
      const found = await find(said.map(({ requestId }) => requestId))
      const rows = said.map(one => toRow(one, found.get(keyOf(one)), own))
      const kept = rows.filter(row => row !== undefined)
      const waiting = kept.filter(({ at }) => at == null).length
      if (waiting > 0) await checkWaiting(most, waiting)
      for (let i = 0; i < kept.length; i += FEW) {
        await write(db, kept.slice(i, i + FEW))
        await breath()
      }
      mayWait ||= waiting > 0
      return rows.map((row): Fate => (row === undefined ? 'unknown' : row.at == null ? 'waiting' : 'stored'))
    },

    async checkNames({ requestId, mirrored, name }, own) {
      const names = await db
        .select({ name: feedback.name })
        .from(feedback)
        .where(and(eq(feedback.requestId, requestId), eq(feedback.mirrored, mirrored), isBy(own)))
      if (names.length >= MOST_NAMES && !names.some(known => known.name === name))
        refuse(
          'invalid_request',
          `Field "name": this answer has ${MOST_NAMES} names already, use one of them`,
          { param: 'name' },
        )
    },

    async catchUp() {
      if (!mayWait) return
      // Something may be said meanwhile.
      mayWait = false
      let isOver = false
      try {
        isOver = (await settleAll()) === 0
      } finally {
        mayWait ||= !isOver
      }
    },

    lookEverywhere() {
      mayWait = true
    },

    async forget() {
      const { retention } = calls()
      if (retention === 0) return false
      const old = db
        .select({ id: feedback.id })
        .from(feedback)
        .where(lt(feedback.at, now() - retention))
        .limit(FEW)
      const gone = await db.delete(feedback).where(inArray(feedback.id, old))
      return gone.rowsAffected === FEW
    },
  }
}

/** Whoever says it may speak of this call. */
const isOwn = ({ userPath, keyId }: Call, own: OwnCalls): boolean => {
  const { within, holder } = columnsOf(own)
  const isThere = within === '/' || (userPath !== null && isInside(userPath, new Set([within])))
  return isThere && (holder === '' || keyId === holder)
}

const columnsOf = ({ within = '/', holder = '' }: OwnCalls) => ({ within, holder })

const isBy = (own: OwnCalls) => {
  const { within, holder } = columnsOf(own)
  return and(eq(feedback.within, within), eq(feedback.holder, holder))
}

/** The same of all who hold no more than this: another path below, with the same key or with one that is bound there. */
function isByAny(most: OwnCalls) {
  const { within, holder } = columnsOf(most)
  if (holder !== '') return eq(feedback.holder, holder)
  if (within === '/') return isBy(most)
  // "0" is what comes behind "/".
  const isBelow = and(gt(feedback.within, `${within}/`), lt(feedback.within, `${within}0`))
  return or(eq(feedback.within, within), isBelow)
}

const factsOf = ({ at, virtualModel, provider, model }: Partial<Call> = {}) => ({
  at: at ?? null,
  virtualModel: virtualModel ?? null,
  provider: provider ?? null,
  model: model ?? null,
})

const excluded = (column: string) => sql.raw(`excluded.${column}`)

const write = (db: Database, rows: readonly Row[]) =>
  db
    .insert(feedback)
    .values([...rows])
    .onConflictDoUpdate({
      target: [feedback.requestId, feedback.mirrored, feedback.name, feedback.within, feedback.holder],
      set: {
        score: excluded('score'),
        comment: excluded('comment'),
        saidAt: excluded('said_at'),
        at: excluded('at'),
        virtualModel: excluded('virtual_model'),
        provider: excluded('provider'),
        model: excluded('model'),
      },
    })
