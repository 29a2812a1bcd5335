import { isObject } from './lens.ts'
import type { JsonObject } from './types.ts'

/** What a user says last, and the body that is left without it. */
export interface Question {
  readonly text: string
  readonly rest: JsonObject
}

const roles: readonly unknown[] = ['system', 'developer', 'user', 'assistant']
const ofTurn: readonly string[] = ['role', 'content', 'type', 'name', 'id', 'status']
const ofPart: readonly string[] = ['type', 'text', 'cache_control', 'annotations', 'logprobs']
const kinds: readonly unknown[] = ['text', 'input_text', 'output_text']

/**
 * The question at the end of a conversation that stands in a field of the body; undefined where the conversation holds
 * anything but words of people and models, or does not end with one text of a user. A field that is not known counts as
 * more than words.
 */
export function questionIn(body: JsonObject, field: 'messages' | 'input'): Question | undefined {
  const turns = body[field]
  if (typeof turns === 'string') return { text: turns, rest: { ...body, [field]: '' } }
  if (!Array.isArray(turns) || !turns.every(isSaid)) return undefined
  const last = turns.at(-1) as JsonObject | undefined
  if (last?.role !== 'user') return undefined
  const emptied = (content: unknown) => ({ ...body, [field]: [...turns.slice(0, -1), { ...last, content }] })
  const { content } = last
  if (typeof content === 'string') return { text: content, rest: emptied('') }
  const [part, ...others] = content as readonly JsonObject[]
  if (part === undefined || others.length > 0) return undefined
  return { text: part.text as string, rest: emptied([{ ...part, text: '' }]) }
}

/** The body has one of these fields. */
export const hasAny = (body: JsonObject, fields: readonly string[]): boolean =>
  fields.some(field => body[field] != null)

const isSaid = (turn: unknown): boolean =>
  isObject(turn) &&
  roles.includes(turn.role) &&
  (turn.type === undefined || turn.type === 'message') &&
  Object.keys(turn).every(name => ofTurn.includes(name)) &&
  (typeof turn.content === 'string' || (Array.isArray(turn.content) && turn.content.every(isText)))

const isText = (part: unknown): boolean =>
  isObject(part) &&
  kinds.includes(part.type) &&
  typeof part.text === 'string' &&
  Object.keys(part).every(name => ofPart.includes(name))
