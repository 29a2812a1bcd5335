/**
 * Counts what code does with collections: a look-up is one step, a walk is as many as there are entries. The built-ins
 * are wrapped while `run` is under way, and behave as ever.
 */
export async function countSteps(run: () => unknown): Promise<number> {
  let steps = 0
  const undo: (() => void)[] = []
  const wrap = (owner: object, names: readonly PropertyKey[], cost: (self: never) => number) => {
    for (const name of names) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name)
      const original: unknown = descriptor?.value
      if (descriptor === undefined || typeof original !== 'function')
        throw new Error(`No ${String(name)} to wrap`)
      const value = function (this: never, ...args: unknown[]): unknown {
        steps += cost(this)
        return Reflect.apply(original, this, args)
      }
      Object.defineProperty(owner, name, { ...descriptor, value })
      undo.push(() => Object.defineProperty(owner, name, descriptor))
    }
  }
  const one = () => 1
  const size = (self: ReadonlyMap<unknown, unknown>) => self.size
  const length = (self: readonly unknown[]) => self.length
  const walks = ['forEach', 'entries', 'keys', 'values', Symbol.iterator] as const
  wrap(Map.prototype, ['get', 'has', 'set'], one)
  wrap(Set.prototype, ['has', 'add'], one)
  wrap(Map.prototype, walks, size)
  wrap(Set.prototype, walks, size)
  wrap(Array.prototype, ['filter', 'find', 'findLast', 'findIndex', 'some', 'every', 'forEach'], length)
  wrap(Array.prototype, ['map', 'flatMap', 'reduce', 'includes', 'indexOf', 'sort', Symbol.iterator], length)
  try {
    await run()
  } finally {
    for (const restore of undo.reverse()) restore()
  }
  return steps
}
