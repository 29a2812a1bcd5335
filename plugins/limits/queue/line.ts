/** A place in a line. */
export interface Place {
  /** Who takes turns with others; then who does so within them. Places of the same names go one after the other. */
  readonly names: Names
  /** It goes before those that do not. */
  readonly isFirst: boolean
  /** Who came earlier has the smaller one. */
  readonly number: number
}

type Names = readonly [who: string, within: string]

/** Who waits for the same room, and whose turn it is. Knows no clock and no room. */
export interface Line<P extends Place> {
  readonly size: number
  add(place: P): void
  /** Whose turn it is. It stays where it is. */
  next(): P | undefined
  /** Its turn is taken: the next one has the next one. */
  take(place: P): void
  /** It leaves, and the others of its names keep their turn. */
  remove(place: P): void
  /** Who makes room for one more, where no more may wait: the last one of those who are more than the newcomer's would be. */
  yielding(newcomer: Pick<Place, 'names' | 'isFirst'>): P | undefined
}

/** So many turns in a row are those that go first, where others wait, too; then one is theirs. */
const IN_A_ROW = 4

/**
 * By turns, in the order in which they came within each. However many of one wait, another's only one has the next turn
 * or the one behind it.
 */
export function createLine<P extends Place>(): Line<P> {
  const first = createRing<P>()
  const others = createRing<P>()
  /** Turns that those who go first have had in a row. */
  let row = 0

  const ringOf = ({ isFirst }: Pick<Place, 'isFirst'>) => (isFirst ? first : others)

  return {
    get size() {
      return first.size + others.size
    },
    add: place => ringOf(place).add(place),
    next: () => (row < IN_A_ROW ? (first.next() ?? others.next()) : (others.next() ?? first.next())),
    take(place) {
      row = place.isFirst && others.next() !== undefined ? row + 1 : 0
      ringOf(place).remove(place, true)
    },
    remove: place => void ringOf(place).remove(place, false),
    yielding: ({ names, isFirst }) =>
      (isFirst ? others.last() : undefined) ?? ringOf({ isFirst }).yielding(names),
  }
}

/** Some of those who wait. */
interface Part<P> {
  readonly size: number
  add(place: P): void
  next(): P | undefined
  /** The last one of those who are the most. */
  last(): P | undefined
  /** False where it is not there. */
  remove(place: P, isTaken: boolean): boolean
  yielding(names: Names): P | undefined
}

/** Those of each name, in the order of their turns. */
function createRing<P extends Place>(level: 0 | 1 = 0): Part<P> {
  const parts = new Map<string, Part<P>>()
  let size = 0
  const most = () => [...parts.values()].reduce<Part<P> | undefined>(larger, undefined)

  return {
    get size() {
      return size
    },
    add(place) {
      const name = place.names[level]
      const part = parts.get(name) ?? (level === 0 ? createRing(1) : createRow<P>())
      parts.set(name, part)
      part.add(place)
      size++
    },
    next: () => parts.values().next().value?.next(),
    last: () => most()?.last(),
    remove(place, isTaken) {
      const name = place.names[level]
      const part = parts.get(name)
      if (part === undefined || !part.remove(place, isTaken)) return false
      size--
      if (isTaken || part.size === 0) parts.delete(name)
      if (isTaken && part.size > 0) parts.set(name, part)
      return true
    },
    yielding(names) {
      const own = parts.get(names[level])
      const largest = most()
      if (largest !== undefined && largest.size > (own?.size ?? 0) + 1) return largest.last()
      return own?.yielding(names)
    },
  }
}

const larger = <P>(a: Part<P> | undefined, b: Part<P>): Part<P> =>
  a === undefined || b.size > a.size ? b : a

/** One after the other. */
function createRow<P extends Place>(): Part<P> {
  const row: P[] = []

  return {
    get size() {
      return row.length
    },
    // Mostly the last one: only who stood in another line before may have come earlier.
    add: place => void row.splice(row.findLastIndex(({ number }) => number < place.number) + 1, 0, place),
    next: () => row[0],
    last: () => row.at(-1),
    remove(place) {
      const at = row.indexOf(place)
      if (at >= 0) row.splice(at, 1)
      return at >= 0
    },
    yielding: () => undefined,
  }
}
