import type { WorkingKey } from '../auth/model.ts'
import type { PathUse } from '../usage/model.ts'

/** What is known of one path itself. */
export interface Known {
  readonly keys: readonly { readonly id: string; readonly name: string }[]
  /** Sources of redirects and policies that name it. */
  readonly rules: readonly string[]
}

/** Calls, and nano-dollars; null: not known. */
export interface Use {
  readonly calls: number
  readonly cost: number | null
}

/** A path with its place in the tree. */
export interface Branch extends Known {
  readonly path: string
  readonly depth: number
  /** Itself, and all that is below it. */
  readonly use: Use
  readonly own: Use
  readonly keysBelow: number
}

export interface Sources {
  readonly uses: readonly PathUse[]
  readonly keys: readonly WorkingKey[]
  readonly rules: readonly { readonly source: string; readonly paths: readonly string[] }[]
}

interface Node {
  keys: { id: string; name: string }[]
  rules: string[]
  own: Use
  use: Use
  keysBelow: number
}

const NOTHING: Use = { calls: 0, cost: 0 }

/** What is not known of a part is not known of the whole: but what is known of it is still said. */
const add = (one: Use, other: Use): Use => ({
  calls: one.calls + other.calls,
  cost: one.cost === null || other.cost === null ? (one.cost ?? other.cost) : one.cost + other.cost,
})

/** All paths that are seen or named, and those above them, each with what is below it; parents stand before children. */
export function growTree({ uses, keys, rules }: Sources): readonly Branch[] {
  const nodes = new Map<string, Node>()
  const at = (path: string): Node => {
    const node = nodes.get(path) ?? { keys: [], rules: [], own: NOTHING, use: NOTHING, keysBelow: 0 }
    nodes.set(path, node)
    return node
  }
  at('/')
  for (const { path, calls, cost } of uses) {
    // What stands nowhere stands at the root.
    for (const above of lineOf(path || '/')) at(above).use = add(at(above).use, { calls, cost })
    at(path || '/').own = add(at(path || '/').own, { calls, cost })
  }
  for (const { id, name, path = '/' } of keys) {
    at(path).keys.push({ id, name })
    for (const above of lineOf(path)) at(above).keysBelow++
  }
  for (const { source, paths } of rules)
    for (const path of paths) {
      lineOf(path).forEach(at)
      at(path).rules.push(source)
    }
  return [...nodes]
    .map(([path, node]) => ({ path, depth: lineOf(path).length - 1, ...node }))
    .sort((a, b) => compare(a.path, b.path))
}

/** From the root down to the path itself. */
function lineOf(path: string): readonly string[] {
  const steps = path.split('/').filter(step => step !== '')
  return ['/', ...steps.map((_, index) => `/${steps.slice(0, index + 1).join('/')}`)]
}

/** Step by step, so that `/team/a` stands below `/team`, and `/team-a` behind both. */
function compare(one: string, other: string): number {
  const [a, b] = [lineOf(one), lineOf(other)]
  for (let step = 0; step < Math.min(a.length, b.length); step++)
    if (a[step] !== b[step]) return a[step]! < b[step]! ? -1 : 1
  return a.length - b.length
}
