/** Hits and misses, since the start. */
export interface Count {
  hits: number
  /** Hits that waited for an equal call. */
  joined: number
  /** Hits that got the answer to a question that means the same. */
  similar: number
  misses: number
}

export interface Tally {
  readonly all: Count
  /** Questions of which nobody could say in time what they mean. */
  unclear: number
  /** Stored answers that went early, because others wanted their room. */
  evictions: number
  /** By `provider/id`. */
  readonly models: ReadonlyMap<string, Count>
  add(what: keyof Count, model: string): void
}

/** Names of models come from callers where a provider's list is unknown: so many are told apart. */
const MOST = 1000
/** What stands for the others. */
const OTHER = 'other'

/** Of what nobody has asked yet since the start. */
export const nothingYet = (): Count => ({ hits: 0, joined: 0, similar: 0, misses: 0 })

export function createTally(): Tally {
  const all = nothingYet()
  const models = new Map<string, Count>()

  function countOf(model: string): Count {
    const name = models.has(model) || models.size < MOST ? model : OTHER
    const count = models.get(name) ?? nothingYet()
    models.set(name, count)
    return count
  }

  return {
    all,
    models,
    unclear: 0,
    evictions: 0,
    add(what, model) {
      all[what]++
      countOf(model)[what]++
    },
  }
}
