export type Ending = 'open' | 'complete' | 'cut' | 'client_closed'

/** What one request was given: the truth that a gateway's own books are compared with. */
export interface Entry {
  /** The answer's own id: `chatcmpl-…`. */
  readonly id: string
  readonly model: string
  readonly stream: boolean
  readonly prompt: number
  /** Completion tokens that really went out, however the answer ended. */
  readonly completion: number
  readonly ending: Ending
}

export interface Account {
  give(tokens: number): void
  close(ending: Exclude<Ending, 'open'>): void
}

export interface Totals {
  readonly requests: number
  readonly complete: number
  readonly prompt: number
  readonly completion: number
}

export interface Ledger {
  /** The latest entries, oldest first. */
  readonly entries: readonly Entry[]
  /** Sums over all requests, also those whose entries have been dropped. */
  totals(): Totals
  /** How many answers are under way now. */
  active(): number
}

type Opening = Omit<Entry, 'completion' | 'ending'>

export function createLedger(keep: number) {
  const entries: { -readonly [K in keyof Entry]: Entry[K] }[] = []
  const none: Totals = { requests: 0, complete: 0, prompt: 0, completion: 0 }
  let active = 0
  let totals: { -readonly [K in keyof Totals]: Totals[K] } = { ...none }

  return {
    entries,
    totals: (): Totals => ({ ...totals }),
    active: () => active,
    open(opening: Opening): Account {
      const entry = { ...opening, completion: 0, ending: 'open' as Ending }
      remember(entries, entry, keep)
      // After a reset, late answers still count where they began.
      const sums = totals
      active++
      sums.requests++
      sums.prompt += entry.prompt
      return {
        give(tokens) {
          entry.completion += tokens
          sums.completion += tokens
        },
        close(ending) {
          if (entry.ending !== 'open') return
          active--
          entry.ending = ending
          if (ending === 'complete') sums.complete++
        },
      }
    },
    reset() {
      entries.length = 0
      totals = { ...none }
    },
  }
}

/** Adds to a list that forgets its older half when it is full. */
export function remember<T>(list: T[], item: T, keep: number): void {
  if (keep === 0) return
  if (list.length >= keep) list.splice(0, Math.ceil(keep / 2))
  list.push(item)
}
