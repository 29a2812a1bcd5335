import type { Lines, Spool } from '../../../src/base/spool.ts'

/** What waits for the database: on disk, and in memory where the disk takes nothing. */
export interface Backlog {
  take(entry: Entry): void
  /** The oldest, about `size` bytes of them; undefined when nothing waits. */
  next(size: number): Lines | undefined
  /** Bytes that wait. */
  size(): number
  /** Lines that were lost for want of room. */
  lost(): number
  beat(): void
  close(): void
}

/** What one delivery brought, as a line. */
export interface Entry {
  readonly seq: number
  readonly line: string
  readonly count: number
}

/** Tells the log of what goes wrong; `isOver`: of what does no more. */
export type Complain = (message: string, facts: Readonly<Record<string, unknown>>, isOver?: boolean) => void

export interface BacklogOptions {
  /** Absent where the database does not outlive the process either. */
  readonly spool: Spool | undefined
  /** These deliveries need not be sent again. */
  readonly acknowledge: (seqs: readonly number[]) => void
  readonly complain: Complain
  /** Something more is on disk. */
  readonly changed?: () => void
}

/** Lines wait so long (milliseconds) for others that go to the disk with them. */
const SYNC = 100
/** Until a disk that cannot be synced is tried again (milliseconds). */
const PATIENCE = 1000
/** Bytes that wait in memory while the disk takes nothing. */
const MEMORY = 64 * 1024 * 1024
const FEW = 16

export function createBacklog({ spool, acknowledge, complain, changed }: BacklogOptions): Backlog {
  const loose: Entry[] = []
  let looseSize = 0
  let unsynced: number[] = []
  let syncing: ReturnType<typeof setTimeout> | undefined
  let isFull = false
  let lost = 0

  /** False where there is no room on disk; said once, until there is again. */
  function append(line: string): boolean {
    if (spool === undefined) return false
    let why = 'it has reached its bound'
    try {
      if (spool.append(line)) {
        isFull = false
        return true
      }
    } catch (error) {
      why = String(error)
    }
    if (!isFull) complain('The usage spool takes nothing: records wait in memory', { why })
    isFull = true
    return false
  }

  function keep(entry: Entry): void {
    loose.push(entry)
    looseSize += entry.line.length
    while (looseSize > MEMORY && loose.length > 1) {
      const [oldest] = drop(1)
      lost += oldest!.count
      complain('Usage records are lost: neither database nor disk nor memory has room', { lost })
    }
  }

  function drop(count: number): Entry[] {
    const dropped = loose.splice(0, count)
    looseSize -= dropped.reduce((size, { line }) => size + line.length, 0)
    acknowledge(dropped.map(({ seq }) => seq))
    return dropped
  }

  function sync(): void {
    clearTimeout(syncing)
    syncing = undefined
    if (unsynced.length === 0) return
    try {
      spool?.sync()
      acknowledge(unsynced)
      unsynced = []
      changed?.()
    } catch (error) {
      // Not acknowledged: whoever sent them still has them.
      complain('The usage spool cannot be synced', { error: String(error) })
      syncing = setTimeout(sync, PATIENCE)
    }
  }

  return {
    take(entry) {
      if (!append(entry.line)) return keep(entry)
      unsynced.push(entry.seq)
      syncing ??= setTimeout(sync, SYNC)
    },
    next(size) {
      const lines = spool?.read(size)
      if (lines !== undefined || loose.length === 0) return lines
      const entries = loose.slice(0, FEW)
      const done = () => {
        // Meanwhile some of them may have been lost.
        drop(entries.filter(entry => loose.includes(entry)).length)
      }
      return { lines: entries.map(({ line }) => line), torn: 0, done }
    },
    size: () => looseSize + (spool?.waiting() ?? 0),
    lost: () => lost,
    beat: () => spool?.beat(),
    close() {
      sync()
      clearTimeout(syncing)
      spool?.close()
    },
  }
}
