import type { SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { pack } from '../../../src/translate/carrier.ts'
import type { JsonObject } from '../../../src/types.ts'
import { packed } from './carry.ts'
import type { Output, Slot } from './output.ts'

interface Thought {
  slot: Slot | undefined
  text: string
  metadata: SharedV4ProviderMetadata
}

/** Thoughts on their way: each an item of its own, because each comes with what its vendor wants back. */
export function createThoughts(output: Output, model: string) {
  const thoughts = new Map<string, Thought>()

  function begin(): Slot {
    const slot = output.add('rs', { type: 'reasoning', summary: [] })
    const part = { type: 'summary_text', text: '' }
    output.emit('response.reasoning_summary_part.added', { ...slot.at, summary_index: 0, part })
    return slot
  }

  function grow(id: string, words: string, metadata: SharedV4ProviderMetadata | undefined): Thought {
    const thought = thoughts.get(id) ?? { slot: undefined, text: '', metadata: {} }
    thoughts.set(id, thought)
    thought.metadata = merged(thought.metadata, metadata)
    if (words === '') return thought
    thought.slot ??= begin()
    thought.text += words
    output.emit('response.reasoning_summary_text.delta', {
      ...thought.slot.at,
      summary_index: 0,
      delta: words,
    })
    return thought
  }

  function close({ slot, text, metadata }: Thought): void {
    const carried = packed(metadata, model)
    if (slot === undefined) return void hide(carried)
    const at = { ...slot.at, summary_index: 0 }
    const part = { type: 'summary_text', text }
    output.emit('response.reasoning_summary_text.done', { ...at, text })
    output.emit('response.reasoning_summary_part.done', { ...at, part })
    slot.done({ type: 'reasoning', summary: [part], encrypted_content: carried ?? pack({ model }) })
  }

  /** A thought that nobody may read. */
  function hide(carried: string | undefined): void {
    if (carried === undefined) return
    const begun: JsonObject = { type: 'reasoning', summary: [] }
    output.addWhole('rs', begun, { ...begun, encrypted_content: carried })
  }

  return {
    grow: (id: string, words: string, metadata?: SharedV4ProviderMetadata): void =>
      void grow(id, words, metadata),
    end(id: string, metadata?: SharedV4ProviderMetadata): void {
      const thought = grow(id, '', metadata)
      thoughts.delete(id)
      close(thought)
    },
    /** What a tool call has to be given back with stands before it. */
    carry: (metadata: SharedV4ProviderMetadata | undefined, call: string): boolean => {
      const carried = packed(metadata, model, { call })
      hide(carried)
      return carried !== undefined
    },
    closeAll(): void {
      for (const thought of thoughts.values()) close(thought)
      thoughts.clear()
    },
  }
}

function merged(
  before: SharedV4ProviderMetadata,
  more: SharedV4ProviderMetadata | undefined,
): SharedV4ProviderMetadata {
  if (more === undefined) return before
  const all = { ...before }
  for (const [key, own] of Object.entries(more)) all[key] = { ...all[key], ...own }
  return all
}

export type Thoughts = ReturnType<typeof createThoughts>
