import { isObject, listOf } from '../../../src/lens.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Tools that the client runs. The last three are OpenAI's own; other models get them as functions. */
export type ToolKind = 'function' | 'custom' | 'local_shell' | 'shell' | 'apply_patch'

/** A tool of the client's. */
export interface Entry {
  readonly kind: ToolKind
  readonly name: string
  readonly namespace?: string
  /** The name that the model knows it by. */
  readonly flat: string
  readonly tool: JsonObject
  /** Where it stands in the body. */
  readonly at: string
}

export interface Catalogue {
  readonly entries: readonly Entry[]
  /** The tool that the model has called. */
  called(flat: string): Entry | undefined
  /** The name that the model knows a tool by, which may be gone from the list meanwhile. */
  flat(kind: ToolKind, name: string, namespace?: string): string
}

const kinds: ReadonlySet<unknown> = new Set<ToolKind>([
  'function',
  'custom',
  'local_shell',
  'shell',
  'apply_patch',
])
/** Most providers take no longer name. */
const LONGEST = 64

/** The tools of a body under names that are flat, and each of its own. What is no tool of the client's is passed over. */
export function readCatalogue(tools: unknown): Catalogue {
  const entries: Entry[] = []
  const byFlat = new Map<string, Entry>()
  const byName = new Map<string, Entry>()
  const add = (tool: JsonObject, at: string, namespace?: string): void => {
    const kind = tool.type as ToolKind
    const name = kind === 'function' || kind === 'custom' ? tool.name : kind
    if (typeof name !== 'string' || name === '') return
    const flat = unused(flatName(name, namespace), flat => byFlat.has(flat))
    const entry = { kind, name, flat, tool, at, ...(namespace !== undefined && { namespace }) }
    entries.push(entry)
    byFlat.set(flat, entry)
    byName.set(keyOf(kind, name, namespace), entry)
  }
  for (const [i, tool] of listOf(tools).entries()) {
    if (!isObject(tool)) continue
    if (kinds.has(tool.type)) add(tool, `tools[${i}]`)
    if (tool.type !== 'namespace' || typeof tool.name !== 'string') continue
    for (const [j, inner] of listOf(tool.tools).entries())
      if (isObject(inner) && (inner.type === 'function' || inner.type === 'custom'))
        add(inner, `tools[${i}].tools[${j}]`, tool.name)
  }
  return {
    entries,
    called: flat => byFlat.get(flat),
    flat: (kind, name, namespace) =>
      byName.get(keyOf(kind, name, namespace))?.flat ?? flatName(name, namespace),
  }
}

const keyOf = (kind: ToolKind, name: string, namespace: string | undefined): string =>
  JSON.stringify([kind, name, namespace])

function flatName(name: string, namespace: string | undefined): string {
  if (namespace === undefined) return name
  return `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`.slice(-LONGEST)
}

function unused(name: string, isTaken: (name: string) => boolean): string {
  let free = name
  for (let n = 2; isTaken(free); n++) free = `${name.slice(0, LONGEST - 4)}_${n}`
  return free
}
