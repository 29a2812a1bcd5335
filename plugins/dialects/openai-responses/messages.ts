import type { LanguageModelV4Citation, LanguageModelV4Source } from '@ai-sdk/provider'
import type { JsonObject } from '../../../src/types.ts'
import type { Output, Slot } from './output.ts'

/** Parts of a message, and what their words are called. */
const kinds = {
  text: { type: 'output_text', field: 'text', events: 'response.output_text', more: { logprobs: [] } },
  refusal: { type: 'refusal', field: 'refusal', events: 'response.refusal', more: {} },
} as const
type Kind = keyof typeof kinds

/** One piece of text in a message. */
interface Piece {
  readonly kind: Kind
  text: string
  readonly citations: LanguageModelV4Citation[]
  readonly id: string
}

interface Message {
  readonly slot: Slot
  /** Pieces that are complete. */
  readonly content: JsonObject[]
  piece: Piece | undefined
}

/**
 * Messages on their way. One is open until something else begins; texts that follow each other directly are pieces of
 * one message.
 */
export function createMessages(output: Output) {
  let message: Message | undefined
  /** Sources that wait for a text. */
  const waiting: LanguageModelV4Source[] = []

  function closePiece(): void {
    const { slot, content, piece } = message!
    if (piece === undefined) return
    const at = { ...slot.at, content_index: content.length }
    const { type, field, events, more } = kinds[piece.kind]
    const annotations = piece.kind === 'text' ? { annotations: annotate(piece, at) } : {}
    const part = { type, ...annotations, ...more, [field]: piece.text }
    output.emit(`${events}.done`, { ...at, [field]: piece.text, ...more })
    output.emit('response.content_part.done', { ...at, part })
    content.push(part)
    message!.piece = undefined
  }

  function annotate(piece: Piece, at: JsonObject): JsonObject[] {
    const sources = waiting.splice(0).map((source): LanguageModelV4Citation => ({ source }))
    const annotations = [...piece.citations, ...sources].flatMap(cited =>
      toAnnotation(cited, piece.text.length),
    )
    for (const [annotation_index, annotation] of annotations.entries())
      output.emit('response.output_text.annotation.added', { ...at, annotation_index, annotation })
    return annotations
  }

  function open(id: string, kind: Kind): Message & { piece: Piece } {
    if (message?.piece !== undefined && (message.piece.id !== id || message.piece.kind !== kind)) closePiece()
    message ??= {
      slot: output.add('msg', { type: 'message', status: 'in_progress', content: [], role: 'assistant' }),
      content: [],
      piece: undefined,
    }
    if (message.piece === undefined) {
      message.piece = { kind, text: '', citations: [], id }
      const { type, field, more } = kinds[kind]
      const part = { type, ...(kind === 'text' && { annotations: [] }), ...more, [field]: '' }
      const at = { ...message.slot.at, content_index: message.content.length }
      output.emit('response.content_part.added', { ...at, part })
    }
    return message as Message & { piece: Piece }
  }

  function close(status = 'completed'): void {
    if (message === undefined) return
    closePiece()
    const { slot, content } = message
    message = undefined
    slot.done({ type: 'message', status, content, role: 'assistant' })
  }

  output.onAdd(() => close())
  return {
    grow(id: string, words: string, kind: Kind = 'text'): void {
      if (words === '') return
      const { slot, content, piece } = open(id, kind)
      const { events, more } = kinds[kind]
      piece.text += words
      const at = { ...slot.at, content_index: content.length }
      output.emit(`${events}.delta`, { ...at, delta: words, ...more })
    },
    /** Behind this a text of the same id is another one. */
    end(id: string, citations: readonly LanguageModelV4Citation[] = []): void {
      if (message?.piece?.id !== id) return
      message.piece.citations.push(...citations)
      message.piece = { ...message.piece, id: `${id} (ended)` }
    },
    /** Claude's are in its citations already. */
    cite: (source: LanguageModelV4Source): void =>
      void (source.providerMetadata?.anthropic === undefined && waiting.push(source)),
    close,
  }
}

/** Who does not say where in the text it belongs means all of it. */
function toAnnotation(
  { source, startIndex = 0, endIndex }: LanguageModelV4Citation,
  length: number,
): JsonObject[] {
  if (source.sourceType === 'url') {
    const { url, title = '' } = source
    return [{ type: 'url_citation', start_index: startIndex, end_index: endIndex ?? length, title, url }]
  }
  const { id, filename, title } = source
  return [{ type: 'file_citation', file_id: id, filename: filename ?? title, index: endIndex ?? length }]
}
