import { refuse } from '../../src/errors.ts'
import type { Routed } from '../../src/exchange.ts'
import type { Answer, Awaitable, Target } from '../../src/types.ts'
import { createFlights, type Given, HANDED_ON } from './flights.ts'
import type { Cache, Entry } from './model.ts'
import type { Note } from './note.ts'
import { toAnswer } from './replay.ts'
import type { Shelf } from './shelf.ts'
import type { Similar, Sought } from './similar/similar.ts'
import type { Tally } from './tally.ts'

interface Options {
  readonly settings: Cache['settings']
  readonly shelf: Shelf
  readonly tally: Tally
  /** Absent where only the same words will do. */
  readonly similar: Similar | undefined
  readonly now: () => number
}

/** An answer, and where it comes from. */
interface Source extends Given {
  readonly verdict: 'hit' | 'joined' | 'similar'
  /** How long it was waited for (milliseconds). */
  readonly waited?: number
}

/**
 * A stored answer; else the one that an equal call is waiting for; else one to a question that means the same; else none:
 * the call asks, and others wait for it.
 */
export function createRecalling({ settings, shelf, tally, similar, now }: Options) {
  const flights = createFlights()

  function find(key: string, { wishes: { isFresh, maxAge } }: Note): Entry | undefined {
    if (isFresh) return undefined
    const at = now()
    const entry = shelf.find(key, at, settings.ttl)
    return entry !== undefined && at - entry.at < maxAge ? entry : undefined
  }

  function give(x: Routed, note: Note, { entry, verdict, score, waited }: Source): Answer {
    const target = x.route.targets[0]!
    for (const { source } of target.via) entry.redirects.add(source)
    note.verdict = verdict
    note.score = score
    note.age = now() - entry.at
    delete note.digest
    tally.add('hits', nameOf(target))
    if (verdict !== 'hit') tally.add(verdict, nameOf(target))
    return toAnswer(entry, { target, waited, similarity: score })
  }

  /** Within bounds: where nothing comes of it, the call asks after all. */
  async function join(x: Routed, note: Note, key: string): Promise<Answer | undefined> {
    const began = performance.now()
    let waited = 0
    // Where whoever asked goes away, the first of those who wait asks, and the others wait for that one.
    while (flights.has(key)) {
      const landing = await flights.wait(key, settings.wait - waited, x.request.signal)
      waited = performance.now() - began
      if (landing === undefined) break
      const verdict = landing !== HANDED_ON && landing.score !== undefined ? 'similar' : 'joined'
      if (landing !== HANDED_ON) return give(x, note, { ...landing, verdict, waited })
    }
    return lead(x, note)
  }

  function lead(x: Routed, note: Note): Awaitable<Answer | undefined> {
    const { key, wishes } = note
    note.removals = shelf.removals()
    if (key !== undefined && settings.wait > 0 && !flights.has(key)) note.land = flights.begin(key)
    const sought = wishes.isFresh ? undefined : similar?.read(x)
    return sought === undefined ? miss(x) : seek(x, note, sought)
  }

  async function seek(x: Routed, note: Note, sought: Sought): Promise<Answer | undefined> {
    note.meaning = await similar!.meaningOf(sought, x)
    if (note.meaning === undefined) tally.unclear++
    const found = note.meaning && similar!.find(note.meaning, key => find(key, note))
    if (found === undefined) return miss(x)
    note.land?.(found)
    return give(x, note, { ...found, verdict: 'similar' })
  }

  function miss(x: Routed): undefined {
    tally.add('misses', nameOf(x.route.targets[0]!))
  }

  return function recall(x: Routed, note: Note): Awaitable<Answer | undefined> {
    const { key, wishes } = note
    const entry = key === undefined ? undefined : find(key, note)
    if (entry !== undefined) return give(x, note, { entry, verdict: 'hit' })
    if (wishes.isStoredOnly) refuseUnstored()
    const isPatient = !wishes.isFresh && wishes.maxAge > 0
    return key !== undefined && isPatient && flights.has(key) ? join(x, note, key) : lead(x, note)
  }
}

const nameOf = ({ provider, model }: Target): string => `${provider}/${model}`

/** The status that RFC 9111 has for it. */
export const refuseUnstored = (): never =>
  refuse('not_found', 'There is no stored answer to this request: send it without "only-if-cached"', {
    status: 504,
    word: 'not_cached',
  })
