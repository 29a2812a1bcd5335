import { type LanguageModelV4, type LanguageModelV4StreamPart, TypeValidationError } from '@ai-sdk/provider'
import { isObject, listOf, objectOf } from '../../src/lens.ts'
import { type Layered, withLayer } from '../../src/translate/layer.ts'
import type { JsonObject } from '../../src/types.ts'

/**
 * Anthropic adds kinds of events, blocks and deltas, and asks clients to pass over those that they do not know
 * (https://platform.claude.com/docs/en/api/versioning). The package takes them for errors; and it reads no words in the
 * event that begins a block, where servers that follow Anthropic's API have some.
 */
export const withNewEvents = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => ({ options, ...createReader() }))

type Part = LanguageModelV4StreamPart

function createReader(): Pick<Layered, 'event' | 'part'> {
  /** Where blocks of new kinds stand, until others stand there. */
  const strange = new Set<unknown>()
  /** What blocks say with their beginning, by the ids of their parts. */
  const words = new Map<string, Part>()
  /** What comes is made of an event of such a block. */
  let isStrange = false

  return {
    event({ type, index, content_block: block }) {
      if (type === 'content_block_start') {
        strange.delete(index)
        const id = String(index)
        const first = firstWords(id, objectOf(block))
        if (first === undefined) words.delete(id)
        else words.set(id, first)
      }
      isStrange = strange.has(index)
      return []
    },
    part(part) {
      if (part.type === 'error') {
        const event = newEventIn(part.error)
        if (event?.type === 'content_block_start') strange.add(event.index)
        if (event !== undefined) return []
      }
      if (isStrange && part.type !== 'finish') return []
      const first =
        part.type === 'text-start' || part.type === 'reasoning-start' ? words.get(part.id) : undefined
      return first === undefined ? [part] : [part, first]
    },
  }
}

function firstWords(id: string, { type, text, thinking, signature }: JsonObject): Part | undefined {
  if (type === 'text' && typeof text === 'string' && text !== '')
    return { type: 'text-delta', id, delta: text }
  if (type !== 'thinking' || typeof thinking !== 'string') return undefined
  const isSigned = typeof signature === 'string' && signature !== ''
  if (thinking === '' && !isSigned) return undefined
  const signed = isSigned ? { providerMetadata: { anthropic: { signature } } } : {}
  return { type: 'reasoning-delta', id, delta: thinking, ...signed }
}

/** The event that the package refuses for nothing but a word that is new: it says where it looked among those that it knows. */
function newEventIn(error: unknown): JsonObject | undefined {
  if (!TypeValidationError.isInstance(error) || !isObject(error.value)) return undefined
  const { value } = error
  const issues = listOf((error.cause as { readonly issues?: unknown } | undefined)?.issues).map(objectOf)
  const isNew = ({ note, path }: JsonObject): boolean =>
    note === 'No matching discriminator' && typeof wordAt(value, path) === 'string'
  return issues.length > 0 && issues.every(isNew) ? value : undefined
}

const wordAt = (value: unknown, path: unknown): unknown =>
  listOf(path).reduce(
    (at: unknown, key) => (at as Readonly<Record<string, unknown>> | null | undefined)?.[String(key)],
    value,
  )
