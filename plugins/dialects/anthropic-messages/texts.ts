import type {
  LanguageModelV4Source,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import type { JsonObject } from '../../../src/types.ts'
import { carriedFor, hiddenThought, signatureOf } from './blocks.ts'
import { type Thought, toThought } from './carry.ts'
import type { Block, Queue } from './queue.ts'
import { citationOf, citationsOf } from './words.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

interface TextBlock extends Block {
  metadata: SharedV4ProviderMetadata
}

/** Texts on their way. One that goes on behind another block goes on in a block of its own. */
export function createTexts(queue: Queue, model: string) {
  const texts = new Map<string, TextBlock>()
  /** Citations that wait for a text. */
  const waiting: JsonObject[] = []
  let current: TextBlock | undefined

  function open(id: string): TextBlock {
    const known = texts.get(id)
    if (known !== undefined && !known.isDone) return known
    const block: TextBlock = {
      start: () => ({ type: 'text', text: '' }),
      close: () => (block.isHeldBack ? undefined : []),
      isSoft: true,
      deltas: [],
      isDone: false,
      isHeldBack: true,
      metadata: known?.metadata ?? {},
    }
    texts.set(id, block)
    queue.add(block)
    return block
  }

  function cite(): void {
    if (current === undefined || current.isDone) return
    for (const citation of waiting.splice(0)) queue.say(current, { type: 'citations_delta', citation })
  }

  return {
    grow({ id, providerMetadata }: PartOf<'text-start' | 'text-delta'>, words = ''): void {
      const block = open(id)
      block.metadata = { ...block.metadata, ...providerMetadata }
      if (words === '') return
      queue.say(block, { type: 'text_delta', text: words })
      current = block
      cite()
    },
    end({ id, citations, providerMetadata }: PartOf<'text-end'>): void {
      const block = texts.get(id)
      waiting.push(...citationsOf(citations))
      cite()
      if (block !== undefined) block.isDone = true
      queue.addBetween(carriedFor({ ...block?.metadata, ...providerMetadata }, model, { text: true }))
      texts.delete(id)
    },
    source(source: LanguageModelV4Source): void {
      waiting.push(...citationOf(source))
      cite()
    },
  }
}

interface ThoughtBlock extends Block {
  thought: Thought
}

/** Thoughts on their way. Only their end tells whether they are hidden ones. */
export function createThoughts(queue: Queue, model: string) {
  const thoughts = new Map<string, ThoughtBlock>()

  function open(id: string): ThoughtBlock {
    const known = thoughts.get(id)
    if (known !== undefined && !known.isDone) return known
    const hidden = () =>
      block.isHeldBack && block.thought.signature === undefined
        ? hiddenThought(block.thought, model)
        : undefined
    const isNothing = () =>
      block.isHeldBack && block.thought.signature === undefined && hidden() === undefined
    const block: ThoughtBlock = {
      start: () => hidden() ?? { type: 'thinking', thinking: '', signature: '' },
      close() {
        if (isNothing()) return undefined
        if (hidden() !== undefined) return []
        return [{ type: 'signature_delta', signature: signatureOf(block.thought, model) }]
      },
      isSoft: true,
      deltas: [],
      isDone: false,
      isHeldBack: true,
      thought: {},
    }
    thoughts.set(id, block)
    queue.add(block)
    return block
  }

  function grow(
    { id, providerMetadata }: PartOf<'reasoning-start' | 'reasoning-delta' | 'reasoning-end'>,
    words = '',
  ) {
    const told = toThought(providerMetadata)
    const isSilent = words === '' && Object.keys(told).length === 0
    // Something else has begun meanwhile, and this is only the end of what was closed then.
    if (isSilent && thoughts.get(id)?.isDone) return
    const block = open(id)
    block.thought = { ...block.thought, ...told }
    if (words !== '') queue.say(block, { type: 'thinking_delta', thinking: words })
  }

  return {
    grow,
    end(part: PartOf<'reasoning-end'>): void {
      grow(part)
      const block = thoughts.get(part.id)
      if (block !== undefined) block.isDone = true
      thoughts.delete(part.id)
    },
  }
}
