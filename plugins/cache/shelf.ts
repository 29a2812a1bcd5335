import { LRUCache } from 'lru-cache'
import type { Entry } from './model.ts'
import { createNeighbours, type Neighbour, type Vector } from './similar/neighbours.ts'

/** Where answers are kept: in memory, the least used go first. */
export interface Shelf {
  /** Bytes that it holds at most. */
  readonly size: number
  /** The answer, unless it is older than `ttl` (milliseconds) by the clock that it was stored by. */
  find(key: string, at: number, ttl: number): Entry | undefined
  put(key: string, entry: Entry): void
  /** Whose question is most like this one, of its group. */
  nearest(group: string, vector: Vector): Neighbour | undefined
  /** With their keys; the least used first. */
  entries(): Iterable<readonly [string, Entry]>
  /** Throws away what is meant; returns how many. */
  remove(isMeant: (entry: Entry) => boolean): number
  /** Throws away what nobody gets any more. */
  sweep(isFresh: (entry: Entry) => boolean): void
  /** How often answers were thrown away: what was asked for before is not to be stored behind. */
  removals(): number
  /** Bytes, those for keeping it in order included. */
  bytes(): number
  count(): number
}

/** What an entry takes beside its body and its key (bytes). */
const ENTRY = 512
/** Each may take this share of all room. */
const SHARE = 10

/** What an answer takes of the room (bytes). */
export const sizeOf = (key: string, { body, meaning }: Entry): number =>
  body.length + key.length + ENTRY + (meaning === undefined ? 0 : meaning.vector.byteLength + key.length)

/** The longest answer that fits (bytes). */
export const longestIn = (size: number): number => Math.floor(size / SHARE)

/** `evicted` hears of each that goes early, because others want its room. */
export function createShelf(size: number, evicted: () => void): Shelf {
  let removals = 0
  const neighbours = createNeighbours()
  const cache = new LRUCache<string, Entry>({
    maxSize: size,
    maxEntrySize: longestIn(size),
    sizeCalculation: (entry, key) => sizeOf(key, entry),
    dispose({ meaning }, key, why) {
      if (why === 'evict') evicted()
      if (meaning !== undefined) neighbours.remove(meaning.group, key)
    },
  })

  function removeAll(isMeant: (entry: Entry) => boolean): number {
    const keys = [...cache.entries()].filter(([, entry]) => isMeant(entry)).map(([key]) => key)
    for (const key of keys) cache.delete(key)
    return keys.length
  }

  return {
    size,
    find(key, at, ttl) {
      const entry = cache.get(key)
      if (entry === undefined || isFresh(entry, at, ttl)) return entry
      cache.delete(key)
      return undefined
    },
    put(key, entry) {
      cache.set(key, entry)
      const { meaning } = entry
      // What is too large is not there.
      if (meaning !== undefined && cache.has(key)) neighbours.add(meaning.group, key, meaning.vector)
    },
    nearest: neighbours.nearest,
    entries: () => cache.rentries() as Iterable<readonly [string, Entry]>,
    remove(isMeant) {
      removals++
      return removeAll(isMeant)
    },
    sweep: isFresh => void removeAll(entry => !isFresh(entry)),
    removals: () => removals,
    bytes: () => cache.calculatedSize,
    count: () => cache.size,
  }
}

/** Nothing comes from the future: where the clock has gone back, nobody knows how old an answer is. */
export const isFresh = ({ at }: Pick<Entry, 'at'>, now: number, ttl: number): boolean =>
  now >= at && now - at < ttl
