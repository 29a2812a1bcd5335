import type { Definition, VirtualModel } from '../model.ts'

/** Redirects that lead through redirects: at most so many steps. */
export const MAX_CHAIN = 8
/** What one redirect leads to in the end, through all others: at most so many targets. */
export const MAX_LEAVES = 256

/** What lies below a name. */
interface Below {
  /** Redirects on the longest way down, itself included; 0 for a real model. */
  readonly height: number
  readonly leaves: number
  /** The next redirect on the longest way. */
  readonly next: string | undefined
}

const REAL: Below = { height: 0, leaves: 1, next: undefined }

/** Finds what must not be saved: a circle, spelled out, a chain too long, or too many targets. Undefined when all is well. */
export function findLoop(all: ReadonlyMap<string, VirtualModel>, start: string): string | undefined {
  const known = new Map<string, Below>()
  const path: string[] = []
  let circle: readonly string[] | undefined

  /** Each name is measured once, however many ways lead to it. */
  function measure(name: string): Below {
    const before = known.get(name)
    const model = all.get(name)
    if (before !== undefined || circle !== undefined || model?.kind !== 'redirect') return before ?? REAL
    if (path.includes(name)) {
      circle = [...path.slice(path.indexOf(name)), name]
      return REAL
    }
    path.push(name)
    let below: Below = { height: 1, leaves: 0, next: undefined }
    for (const target of model.targets) {
      // Its own name means the real model that it shadows.
      const { height, leaves } = target.name === name ? REAL : measure(target.name)
      const isLonger = height + 1 > below.height
      below = {
        height: isLonger ? height + 1 : below.height,
        leaves: Math.min(below.leaves + leaves, MAX_LEAVES + 1),
        next: isLonger ? target.name : below.next,
      }
    }
    path.pop()
    known.set(name, below)
    return below
  }

  const { height, leaves } = measure(start)
  if (circle !== undefined) return `The redirects lead in a circle: ${quote(circle)}`
  if (height > MAX_CHAIN)
    return `The chain ${quote(longestWay(known, start))} is longer than ${MAX_CHAIN} redirects`
  if (leaves > MAX_LEAVES)
    return `Redirect "${start}" leads to more than ${MAX_LEAVES} targets through other redirects`
  return undefined
}

/**
 * A redirect that sets parameters, below another one. A call has one body, which cannot be asked in one way here and in
 * another one there: nothing leads to such a redirect but its own name.
 */
export function findAskedBelow(
  all: ReadonlyMap<string, VirtualModel>,
  { source, targets }: Pick<Definition, 'source' | 'targets'>,
): string | undefined {
  const below = targets.find(({ name }) => name !== source && all.get(name)?.parameters !== undefined)
  return below && sayAskedBelow(source, below.name)
}

export const sayAskedBelow = (source: string, below: string): string =>
  `"${source}" leads to "${below}", which sets parameters of its own: let "${source}" lead to the models behind it, or set them there`

function longestWay(known: ReadonlyMap<string, Below>, start: string): string[] {
  const way: string[] = []
  for (let name: string | undefined = start; name !== undefined; name = known.get(name)?.next) way.push(name)
  return way
}

/** Long ways are told by their ends. */
function quote(names: readonly string[]): string {
  const shown = names.length <= 12 ? names : [...names.slice(0, 6), undefined, ...names.slice(-5)]
  return shown.map(name => (name === undefined ? '…' : `"${name}"`)).join(' → ')
}
