import type {
  LanguageModelV4Source,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import type { AnswerFacts, Writer } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'
import { signatureIn, signatureOf } from './carry.ts'
import { showsThoughts } from './thinking.ts'
import {
  callPart,
  candidate,
  envelope,
  filePart,
  groundingOf,
  reasonOf,
  type Said,
  usageOf,
} from './words.ts'

type Type = LanguageModelV4StreamPart['type']
type PartOf<T extends Type> = Extract<LanguageModelV4StreamPart, { type: T }>

/**
 * A stream in Google's events, each of which is an answer of its own: words as they come, calls of tools whole
 * (https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent).
 */
export function createWriter(facts: AnswerFacts): Writer {
  const isShown = showsThoughts(facts.body)
  const sources: LanguageModelV4Source[] = []
  /** What was said of a thought while it went on. */
  const thoughts = new Map<string, SharedV4ProviderMetadata>()
  let hasCalls = false

  const event = (said: Said, more: JsonObject = {}): string =>
    `data: ${JSON.stringify({ ...candidate(said), ...more, ...envelope(facts) })}\n\n`
  const say = (part: JsonObject): string => event({ parts: [part] })

  function learn(id: string, metadata: SharedV4ProviderMetadata | undefined): SharedV4ProviderMetadata {
    const known = { ...thoughts.get(id) }
    for (const [key, said] of Object.entries(metadata ?? {})) known[key] = { ...known[key], ...said }
    thoughts.set(id, known)
    return known
  }

  /** Words of an answer; what signs them may come with or behind them. */
  function text(words: string, metadata: SharedV4ProviderMetadata | undefined): string {
    const signature = signatureIn(metadata)
    return words === '' && signature.thoughtSignature === undefined ? '' : say({ text: words, ...signature })
  }

  const takes: { readonly [T in Type]?: (part: PartOf<T>) => string } = {
    'text-start': part => text('', part.providerMetadata),
    'text-delta': part => text(part.delta, part.providerMetadata),
    'reasoning-start'({ id, providerMetadata }) {
      learn(id, providerMetadata)
      return ''
    },
    'reasoning-delta'({ id, delta, providerMetadata }) {
      learn(id, providerMetadata)
      return isShown && delta !== '' ? say({ text: delta, thought: true }) : ''
    },
    // The words went out already: what signs them stands in a last piece without any.
    'reasoning-end'({ id, providerMetadata }) {
      const signature = signatureOf(learn(id, providerMetadata), facts.model)
      thoughts.delete(id)
      const isSigned = signature.thoughtSignature !== undefined
      return isShown && isSigned ? say({ text: '', thought: true, ...signature }) : ''
    },
    'tool-call'(part) {
      if (part.providerExecuted) return ''
      hasCalls = true
      return say(callPart(part))
    },
    file: part => say(filePart(part)),
    'reasoning-file': part => (isShown ? say(filePart(part)) : ''),
    source(part) {
      sources.push(part)
      return ''
    },
    finish: ({ finishReason, usage, providerMetadata }) =>
      event(
        {
          parts: [],
          finishReason: reasonOf(finishReason, hasCalls),
          grounding: groundingOf(providerMetadata, sources),
        },
        usageOf(usage),
      ),
  }

  return {
    write(part) {
      // Each function gets the parts of its own type; the compiler does not follow the pairs.
      const take = takes[part.type] as ((part: LanguageModelV4StreamPart) => string) | undefined
      return take?.(part) ?? ''
    },
    end: () => '',
  }
}
