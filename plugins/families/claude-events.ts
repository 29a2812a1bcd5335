import { type LanguageModelV4, type LanguageModelV4StreamPart, TypeValidationError } from '@ai-sdk/provider'
import type { Bytes } from '../../src/base/bytes.ts'
import { isObject, listOf, objectOf } from '../../src/contract/loose-json.ts'
import { withLayer } from '../../src/translate/layer.ts'
import type { JsonObject } from '../../src/types.ts'
import { type Mend, mendedStream } from '../../src/vendors/mended-stream.ts'

/**
 * Anthropic adds kinds of events, blocks and deltas, and asks clients to pass over those that they do not know
 * (https://platform.claude.com/docs/en/api/versioning). The package takes them for errors, and what is said in a block
 * that it has not begun for something of its own.
 */
export const withNewEvents = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    const open = new Set<string>()
    return {
      options,
      part(part) {
        if (part.type === 'error') return newEventIn(part.error) === undefined ? [part] : []
        if (part.type === 'text-start' || part.type === 'reasoning-start') open.add(part.id)
        return isStray(part, open) ? [] : [part]
      },
    }
  })

const isStray = (part: LanguageModelV4StreamPart, open: ReadonlySet<string>): boolean =>
  (part.type === 'text-delta' || part.type === 'reasoning-delta') && !open.has(part.id)

/**
 * Servers that follow Anthropic's API say words in the event that begins a block, where Anthropic says none and the
 * package reads none: they are said again, in an event behind it.
 */
export function withFirstWords(send: typeof globalThis.fetch): typeof globalThis.fetch {
  const hearing = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await send(input, init)
    const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')
    if (!isStream || response.body === null) return response
    const { status, statusText, headers } = response
    const body = mendedStream(response.body as ReadableStream<Bytes>, sayAgain)
    return new Response(body, { status, statusText, headers })
  }
  return hearing as typeof globalThis.fetch
}

const sayAgain: Mend = (line, parse) => {
  if (!line.includes('"content_block_start"')) return undefined
  const { index, ...event } = parse()
  const block = objectOf(event.content_block)
  const deltas = firstWords(block)
  if (deltas.length === 0) return undefined
  const begin = { index, ...event, content_block: { ...block, ...emptied } }
  const events = deltas.map(delta => JSON.stringify({ type: 'content_block_delta', index, delta }))
  return [JSON.stringify(begin), ...events].join('\n\nevent: content_block_delta\ndata: ')
}

const emptied = { text: '', thinking: '', signature: '' }

const isSaid = (text: unknown): text is string => typeof text === 'string' && text !== ''

function firstWords({ type, text, thinking, signature }: JsonObject): JsonObject[] {
  if (type === 'text') return isSaid(text) ? [{ type: 'text_delta', text }] : []
  if (type !== 'thinking') return []
  return [
    ...(isSaid(thinking) ? [{ type: 'thinking_delta', thinking }] : []),
    ...(isSaid(signature) ? [{ type: 'signature_delta', signature }] : []),
  ]
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
