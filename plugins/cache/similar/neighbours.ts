/** Where a text points, among all that can be said: of length 1, so that the product of two says how alike they are. */
export type Vector = Float32Array<ArrayBuffer>

export interface Neighbour {
  readonly key: string
  /** The cosine of the angle in between: 1 where both say the same. */
  readonly score: number
}

/** Texts that may stand for each other, in groups. */
export interface Neighbours {
  add(group: string, key: string, vector: Vector): void
  remove(group: string, key: string): void
  /** Of the group, the one that is most alike. */
  nearest(group: string, vector: Vector): Neighbour | undefined
}

/** So many of a group are compared, the newest: what a look-up costs does not grow (500 × 1536 numbers: 0.7 ms). */
const MOST = 500

export function createNeighbours(): Neighbours {
  const groups = new Map<string, Map<string, Vector>>()
  return {
    add(group, key, vector) {
      const members = groups.get(group) ?? new Map<string, Vector>()
      groups.set(group, members)
      members.set(key, vector)
      if (members.size > MOST) members.delete(members.keys().next().value!)
    },
    remove(group, key) {
      const members = groups.get(group)
      members?.delete(key)
      if (members?.size === 0) groups.delete(group)
    },
    nearest(group, vector) {
      let best: Neighbour | undefined
      for (const [key, other] of groups.get(group) ?? []) {
        // Another model may have made it.
        if (other.length !== vector.length) continue
        const score = productOf(vector, other)
        if (best === undefined || score > best.score) best = { key, score }
      }
      return best
    },
  }
}

function productOf(a: Vector, b: Vector): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The direction of some numbers; undefined where they have none. */
export function toVector(numbers: readonly number[]): Vector | undefined {
  const length = Math.hypot(...numbers)
  return length > 0 && Number.isFinite(length)
    ? Float32Array.from(numbers, value => value / length)
    : undefined
}
