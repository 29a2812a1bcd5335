import { tail } from '../config/problem.ts'

type Path = readonly (string | number)[]

/** Fields in which a Valibot schema holds others: one, or a list or map of them. */
const HOLDS = ['wrapped', 'item', 'key', 'value', 'rest', 'entries', 'items', 'pipe'] as const
/** Kinds of schemas whose `options` are schemas, and not values. */
const CHOICES = ['union', 'variant', 'intersect']

/**
 * What in a plugin's settings is no schema, in words: `v.optional(flag)` for `v.optional(flag())`, say. The library fails
 * over it only when a value comes, and cannot say where; undefined where all is well.
 */
export function strayIn(config: unknown): string | undefined {
  return config === undefined ? undefined : inPart(config, ['config'])
}

function inPart(part: unknown, path: Path): string | undefined {
  if (typeof part !== 'object' || part === null || !('kind' in part)) {
    return `${tail(path).slice(1)}: expected a Valibot schema, it is ${whatIs(part)}`
  }
  if (part.kind !== 'schema') return undefined
  for (const [held, below] of heldBy(part as Readonly<Record<string, unknown>>, path)) {
    const stray = inPart(held, below)
    if (stray !== undefined) return stray
  }
  return undefined
}

/** A pipe that begins with a function is an object all the same. */
function whatIs(part: unknown): string {
  const [first] = (part as { readonly pipe?: readonly unknown[] } | undefined)?.pipe ?? [part]
  return typeof first === 'function' ? 'a function: call it, as in flag()' : typeof first
}

/** The schemas in a schema, with the path of the setting that each belongs to. The first of a pipe is the pipe itself. */
function heldBy(
  schema: Readonly<Record<string, unknown>>,
  path: Path,
): readonly (readonly [unknown, Path])[] {
  const isChoice = CHOICES.includes(schema.type as string)
  return [...HOLDS, ...(isChoice ? ['options'] : [])].flatMap(field => {
    const held = schema[field]
    // A variant's key is a text; what may follow a tuple may be nothing.
    if (!(field in schema) || (field === 'key' && typeof held === 'string')) return []
    if (field === 'rest' && held === undefined) return []
    if (field === 'entries')
      return Object.entries(held ?? {}).map(([key, one]) => [one, [...path, key]] as const)
    if (!Array.isArray(held)) return [[held, path] as const]
    return held.slice(field === 'pipe' ? 1 : 0).map(one => [one, path] as const)
  })
}
