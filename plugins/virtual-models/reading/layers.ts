/** What is laid over the base: another value, or null where there is none any more. */
type Changes<V> = ReadonlyMap<string, V | null>

/**
 * A map that is never changed, and whose next version costs no copy of everything: few changes lie over a base that many
 * versions share. A look-up stays one or two look-ups, however many entries there are.
 */
export class Layers<V extends object> implements ReadonlyMap<string, V> {
  readonly size: number
  readonly #base: ReadonlyMap<string, V>
  readonly #changes: Changes<V>

  constructor(base: ReadonlyMap<string, V>, changes: Changes<V> = new Map(), size = base.size) {
    this.#base = base
    this.#changes = changes
    this.size = size
  }

  get(key: string): V | undefined {
    if (this.#changes.size === 0) return this.#base.get(key)
    const changed = this.#changes.get(key)
    return changed === undefined ? this.#base.get(key) : (changed ?? undefined)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  /** The next version: without one key, and with another one, which may be the same, at the end. */
  next(without: string, added?: readonly [key: string, value: V]): Layers<V> {
    const changes = new Map(this.#changes)
    changes.delete(without)
    if (this.#base.has(without)) changes.set(without, null)
    let size = this.size - Number(this.has(without))
    if (added !== undefined) {
      const [key, value] = added
      if (key === without || !this.has(key)) size++
      changes.delete(key)
      changes.set(key, value)
    }
    const layered = new Layers(this.#base, changes, size)
    // The base is copied once in so many changes, and each change copies those before it: both cost about the same.
    return changes.size ** 2 <= this.#base.size + 256 ? layered : new Layers(new Map(layered))
  }

  *entries(): MapIterator<[string, V]> {
    for (const entry of this.#base) if (!this.#changes.has(entry[0])) yield entry
    for (const [key, value] of this.#changes) if (value !== null) yield [key, value]
    return undefined
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key
    return undefined
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
    return undefined
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries()
  }

  forEach(run: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) run(value, key, this)
  }
}
