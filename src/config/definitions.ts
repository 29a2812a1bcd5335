type Json = Readonly<Record<string, unknown>>

/**
 * The schema with the definitions that its parts brought along at its root, where references look for them. A schema
 * that contains itself (`v.lazy`) is such a part, and each part numbers its own from 0.
 */
export function gatherDefinitions(schema: Json): Json {
  const gathered: Record<string, unknown> = {}
  const walk = (value: unknown, names: ReadonlyMap<unknown, string>): unknown => {
    if (Array.isArray(value)) return value.map(item => walk(item, names))
    if (!isObject(value)) return value
    const { $defs = {}, ...rest } = value
    const brought = Object.entries($defs as Json)
    const first = Object.keys(gathered).length
    const own = brought.map(([key], i) => [`#/$defs/${key}`, `recursive-${first + i}`] as const)
    for (const [, name] of own) gathered[name] = undefined
    const inner = own.length === 0 ? names : new Map(own)
    brought.forEach(([, definition], i) => {
      gathered[own[i]![1]] = walk(definition, inner)
    })
    const lead = (key: string, at: unknown) =>
      key === '$ref' && inner.has(at) ? `#/definitions/${inner.get(at)}` : walk(at, inner)
    return Object.fromEntries(Object.entries(rest).map(([key, at]) => [key, lead(key, at)]))
  }
  const { definitions, ...rest } = walk(schema, new Map()) as Json
  return { ...rest, definitions: { ...(definitions as Json), ...gathered } }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
