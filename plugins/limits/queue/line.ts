/** A place in a line. */
export interface Place {
  /** Who takes turns with others: places of one group go one after the other. */
  readonly group: string
  /** It goes before those that do not. */
  readonly isFirst: boolean
  /** Who came earlier has the smaller one. */
  readonly number: number
}

/** Who waits for the same room, and whose turn it is. Knows no clock and no room. */
export interface Line<P extends Place> {
  readonly size: number
  add(place: P): void
  /** Whose turn it is. It stays where it is. */
  next(): P | undefined
  /** Its turn is taken: the next group has the next one. */
  take(place: P): void
  /** It leaves, and its group keeps its turn. */
  remove(place: P): void
}

/** So many turns in a row are those that go first, where others wait, too; then one is theirs. */
const IN_A_ROW = 4

/**
 * By turns between groups, in the order in which they came within each. However many of one group wait, another group's
 * only one has the next turn or the one behind it.
 */
export function createLine<P extends Place>(): Line<P> {
  const first = createRing<P>()
  const others = createRing<P>()
  /** Turns that those who go first have had in a row. */
  let row = 0
  let size = 0

  const ringOf = ({ isFirst }: Place) => (isFirst ? first : others)

  function leave(place: P, isTaken: boolean): void {
    if (ringOf(place).remove(place, isTaken)) size--
  }

  return {
    get size() {
      return size
    },
    add(place) {
      ringOf(place).add(place)
      size++
    },
    next: () => (row < IN_A_ROW ? (first.next() ?? others.next()) : (others.next() ?? first.next())),
    take(place) {
      row = place.isFirst && others.next() !== undefined ? row + 1 : 0
      leave(place, true)
    },
    remove: place => leave(place, false),
  }
}

/** Groups in the order of their turns. */
function createRing<P extends Place>() {
  const groups = new Map<string, P[]>()

  return {
    add(place: P): void {
      const group = groups.get(place.group)
      if (group === undefined) groups.set(place.group, [place])
      // Mostly the last one: only who stood in another line before may have come earlier.
      else group.splice(group.findLastIndex(({ number }) => number < place.number) + 1, 0, place)
    },
    next: (): P | undefined => groups.values().next().value?.[0],
    /** False where it is not there. */
    remove(place: P, isTaken: boolean): boolean {
      const group = groups.get(place.group)
      const at = group?.indexOf(place) ?? -1
      if (group === undefined || at < 0) return false
      group.splice(at, 1)
      if (isTaken || group.length === 0) groups.delete(place.group)
      if (isTaken && group.length > 0) groups.set(place.group, group)
      return true
    },
  }
}
