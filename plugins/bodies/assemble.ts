/** Fields whose pieces, put together, are what the model said. All others only have a last value. */
const pieces = new Set([
  'content',
  'response',
  'reasoning',
  'reasoning_content',
  'refusal',
  'text',
  'thinking',
  'arguments',
  'partial_json',
  'delta',
  'input',
  'transcript',
])
/** What tells events of one kind apart. */
const places = ['index', 'output_index', 'content_index', 'item_id', 'summary_index'] as const

type Tree = Record<string, unknown>

/**
 * Puts the events of a stream together: those of one kind and place become one. It reads well, and a secret that
 * arrives piece by piece can be found in it.
 */
export function assemble(events: readonly string[]): unknown {
  const found = new Map<string, Tree>()
  for (const data of events) {
    const event = parse(data)
    if (event === undefined) continue
    const key = `${event.type ?? ''} ${places.map(place => event[place] ?? '').join(' ')}`
    const before = found.get(key)
    if (before === undefined) found.set(key, event)
    else merge(before, event)
  }
  const all = [...found.values()]
  return all.length === 1 ? all[0] : all
}

function parse(data: string): Tree | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isTree(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Changes `into`, which nobody else has. */
function merge(into: Tree, from: Tree): void {
  for (const [field, value] of Object.entries(from)) {
    const before = Object.hasOwn(into, field) ? into[field] : undefined
    if (typeof before === 'string' && typeof value === 'string' && pieces.has(field))
      into[field] = before + value
    else if (isTree(before) && isTree(value)) merge(before, value)
    else if (Array.isArray(before) && Array.isArray(value)) mergeList(before, value)
    else if (value !== null || before === undefined) into[field] = value
  }
}

function mergeList(into: unknown[], from: readonly unknown[]): void {
  for (const item of from) {
    const same = isTree(item)
      ? into.find(other => isTree(other) && item.index !== undefined && other.index === item.index)
      : undefined
    if (isTree(same) && isTree(item)) merge(same, item)
    else into.push(item)
  }
}
