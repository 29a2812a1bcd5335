import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import type { JsonObject } from '../../../src/types.ts'

/** Tools that the client runs. The last four are OpenAI's own; other models get them as functions. */
export type ToolKind = 'function' | 'custom' | 'local_shell' | 'shell' | 'apply_patch' | 'tool_search'

/** A tool of the client's. */
export interface Entry {
  readonly kind: ToolKind
  readonly name: string
  readonly namespace?: string
  /** What the namespace is for, with the first of its tools. */
  readonly about?: string
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

/** Other vendors that speak this language know functions, and what was said and called with them. */
export const isCommon = ({ tools, input }: JsonObject): boolean =>
  !listOf(tools).some(tool => isObject(tool) && isRare(tool.type)) &&
  !listOf(input).some(item => isObject(item) && rareItems.has(item.type))

const isRare = (type: unknown): boolean =>
  type === 'namespace' || type === 'tool_search' || (type !== 'function' && kinds.has(type))

const rareItems: ReadonlySet<unknown> = new Set([
  'additional_tools',
  'agent_message',
  'compaction_trigger',
  'configuration_update',
  ...['custom_tool', 'tool_search', 'local_shell', 'shell', 'apply_patch'].map(kind => `${kind}_call`),
])

/** The client runs it; a search among tools may also be the provider's. */
export const isClients = ({ type, execution }: JsonObject): boolean =>
  kinds.has(type) || (type === 'tool_search' && execution === 'client')

/** A list of tools, and where it stands in the body. */
export interface ToolList {
  readonly tools: unknown
  readonly at: string
}

/** Agents also say on the way what tools there are, and what a search among them has found. */
export function toolLists({ tools, input }: JsonObject): readonly ToolList[] {
  const later = listOf(input).flatMap((item, i): ToolList[] =>
    isObject(item) && (item.type === 'additional_tools' || item.type === 'tool_search_output')
      ? [{ tools: item.tools, at: `input[${i}].tools` }]
      : [],
  )
  return tools == null ? later : [{ tools, at: 'tools' }, ...later]
}

/** Most providers take no longer name. */
const LONGEST = 64

/**
 * The tools of a body under names that are flat, and each of its own; what is said again counts as it was said last. What
 * is no tool of the client's is passed over.
 */
export function readCatalogue(body: JsonObject): Catalogue {
  const byFlat = new Map<string, Entry>()
  const byName = new Map<string, Entry>()
  const add = (tool: JsonObject, at: string, space: { namespace?: string; about?: string } = {}): void => {
    const { namespace } = space
    const kind = tool.type as ToolKind
    const name = kind === 'function' || kind === 'custom' ? tool.name : kind
    if (typeof name !== 'string' || name === '') return
    const key = keyOf(kind, name, namespace)
    const flat = byName.get(key)?.flat ?? unused(flatName(name, namespace), flat => byFlat.has(flat))
    const entry = { kind, name, flat, tool, at, ...space }
    byFlat.set(flat, entry)
    byName.set(key, entry)
  }
  for (const { tools, at } of toolLists(body)) {
    for (const [i, tool] of listOf(tools).entries()) {
      if (!isObject(tool)) continue
      if (isClients(tool)) add(tool, `${at}[${i}]`)
      if (tool.type !== 'namespace' || typeof tool.name !== 'string') continue
      const { name: namespace, description: about } = tool
      for (const [j, inner] of listOf(tool.tools).entries())
        if (isObject(inner) && (inner.type === 'function' || inner.type === 'custom'))
          add(inner, `${at}[${i}].tools[${j}]`, {
            namespace,
            ...(j === 0 && typeof about === 'string' && about !== '' && { about }),
          })
    }
  }
  return {
    entries: [...byFlat.values()],
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
