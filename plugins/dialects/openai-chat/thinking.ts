import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { JsonObject } from '../../../src/types.ts'
import { detailOf, textDetailOf } from './thoughts.ts'

type Piece = Extract<
  LanguageModelV4StreamPart,
  { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }
>

interface Thought {
  readonly kind: 'reasoning' | 'text'
  text: string
  readonly metadata: SharedV4ProviderMetadata
}

/** Thoughts on their way: the words at once, what signs them at the end. */
export function createThinking(isHidden: boolean) {
  /** In the order in which they began. */
  const thoughts: Thought[] = []
  /** Ids come again where a provider numbers its blocks anew. */
  const open = new Map<string, Thought>()

  function learn(kind: Thought['kind'], id: string, metadata: SharedV4ProviderMetadata | undefined): Thought {
    let thought = open.get(kind + id)
    if (thought === undefined) {
      thought = { kind, text: '', metadata: {} }
      open.set(kind + id, thought)
      thoughts.push(thought)
    }
    for (const [key, said] of Object.entries(metadata ?? {}))
      thought.metadata[key] = { ...thought.metadata[key], ...said }
    return thought
  }

  return {
    grow({ type, id, providerMetadata }: Piece, delta: string): JsonObject | undefined {
      if (isHidden) return undefined
      learn('reasoning', id, providerMetadata).text += delta
      if (type === 'reasoning-end') open.delete(`reasoning${id}`)
      return delta === '' ? undefined : { reasoning_content: delta }
    },
    /** Texts are signed too; their words are said elsewhere. */
    sign(id: string, metadata: SharedV4ProviderMetadata | undefined): void {
      if (metadata !== undefined && !isHidden) learn('text', id, metadata)
    },
    /** What has to come back with the next turn. */
    details: (): JsonObject[] =>
      thoughts.flatMap(({ kind, text, metadata }) => {
        const detail = kind === 'text' ? textDetailOf(metadata) : detailOf(text, metadata)
        return detail === undefined ? [] : [detail]
      }),
  }
}
