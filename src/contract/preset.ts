import type { JsonObject } from '../types.ts'

/** How a model is asked, in no language. What an operator sets holds, whatever a client says. */
export interface Preset {
  readonly temperature?: number
  readonly top_p?: number
  /** The most: a client may ask for less. */
  readonly max_output_tokens?: number
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'
  /** Stand before the client's own words of the system, which stay. */
  readonly instructions?: string
}

/** A body on its way into shape. */
export interface Shaped {
  readonly body: JsonObject
  /** What of the client's own gave way, a line each, which begins with the field: `temperature: "careful" sets 0.2`. */
  readonly told: readonly string[]
}

// How dialects write it into a body of a client.

/** A field of the client's gave way: to this value, or, where that is undefined, to make room for another field. */
export type Tell = (field: string, value: unknown) => void

/**
 * Some servers match the names of fields without regard to case: what is written in other letters would be read in the
 * place of what is set, and makes room for it.
 */
export function spelled(fields: JsonObject, tell: Tell, place = ''): JsonObject {
  const odd = Object.keys(fields).filter(field => !isPlain(field))
  if (odd.length === 0) return fields
  for (const field of odd) tell(place + field.slice(0, 100), undefined)
  return Object.fromEntries(Object.entries(fields).filter(([field]) => isPlain(field)))
}

/** Its letters are small ones; some, such as the long s, are others only when they are large. */
const isPlain = (field: string): boolean => field.toUpperCase().toLowerCase() === field

/** Of these fields those that are set, to stand in the place of the client's own. */
export function overrule(body: JsonObject, set: JsonObject, tell: Tell): JsonObject {
  const wanted = Object.entries(set).filter(([, value]) => value !== undefined)
  for (const [field, value] of wanted) if (body[field] != null && body[field] !== value) tell(field, value)
  return Object.fromEntries(wanted)
}

/**
 * The same of a field with the most that may be asked for: a client that asks for less keeps it. Nothing at all is less
 * only where the language has a meaning for that (`least`): some servers take 0 for no limit.
 */
export function cap(body: JsonObject, field: string, most: number, tell: Tell, least = 1): JsonObject {
  const said = body[field]
  const isLess = typeof said === 'number' && said >= least && said <= most
  return isLess ? {} : overrule(body, { [field]: most }, tell)
}

/** Two texts as one, the operator's first. */
export const before = (instructions: string, said: string): string =>
  said === '' ? instructions : `${instructions}\n\n${said}`

/** What a redirect sets, in few words: `temperature 0.2, at most 2,000 tokens, high effort and instructions`. */
export function presetInWords({
  temperature,
  top_p,
  max_output_tokens: most,
  reasoning_effort: effort,
  instructions,
}: Preset): string {
  const words = [
    temperature !== undefined && `temperature ${temperature}`,
    top_p !== undefined && `top_p ${top_p}`,
    most !== undefined && `at most ${most.toLocaleString('en')} tokens`,
    effort !== undefined && (effort === 'none' ? 'no reasoning' : `${effort} effort`),
    instructions !== undefined && 'instructions',
  ]
  return LIST.format(words.filter(word => word !== false))
}

/** As in Britain: no comma before the last. */
const LIST = new Intl.ListFormat('en-GB')
