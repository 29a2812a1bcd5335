import type { VirtualModel } from '../model.ts'

/** Who leads to each name. Kept while rows come and go, because a walk through all of them would be one per write. */
export interface Users {
  of(name: string): ReadonlySet<string>
  add(model: VirtualModel): void
  remove(model: VirtualModel): void
  /** Begins anew with these. */
  reset(models: Iterable<VirtualModel>): void
}

const NOBODY: ReadonlySet<string> = new Set()

export function createUsers(models: Iterable<VirtualModel>): Users {
  const users = new Map<string, Set<string>>()
  function add({ source, targets }: VirtualModel): void {
    for (const { name } of targets) {
      const before = users.get(name)
      if (before === undefined) users.set(name, new Set([source]))
      else before.add(source)
    }
  }
  function reset(all: Iterable<VirtualModel>): void {
    users.clear()
    for (const model of all) add(model)
  }
  reset(models)
  return {
    of: name => users.get(name) ?? NOBODY,
    add,
    remove({ source, targets }) {
      for (const { name } of targets) {
        const before = users.get(name)
        before?.delete(source)
        if (before?.size === 0) users.delete(name)
      }
    },
    reset,
  }
}
