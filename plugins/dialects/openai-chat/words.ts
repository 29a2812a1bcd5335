import type {
  LanguageModelV4FinishReason,
  LanguageModelV4Source,
  LanguageModelV4Text,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import type { AnswerFacts } from '../../../src/contract/translation.ts'
import { isRefusal } from '../../../src/translate/refusals.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What whole answers and streams say in the same words. */

const words: Readonly<Record<LanguageModelV4FinishReason['unified'], string>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_calls',
  error: 'stop',
  interrupted: 'stop',
  other: 'stop',
}

/** Agents wait for `tool_calls` before they run a tool, and some providers say "stop" although they call one. */
export function finishWord(
  reason: LanguageModelV4FinishReason,
  { hasCalls, isLegacy }: { hasCalls: boolean; isLegacy: boolean },
): string {
  const word = isRefusal(reason) ? 'stop' : words[reason.unified]
  if (word !== 'stop' && word !== 'tool_calls') return word
  if (!hasCalls) return 'stop'
  return isLegacy ? 'function_call' : 'tool_calls'
}

/** Here the prompt is the sum of all input, and the completion of all output. */
export function usageOf(usage: LanguageModelV4Usage): JsonObject {
  const { input, cacheRead, cacheWrite, output, reasoning } = toUsage(usage) ?? nothing
  const [prompt, completion] = [input + cacheRead + cacheWrite, output + reasoning]
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

const nothing = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** What every answer and every event begins with. */
export const head = ({ id, at }: AnswerFacts, object: string, model: string) => ({
  id: `chatcmpl-${id.replaceAll('-', '')}`,
  object,
  created: Math.floor(at / 1000),
  model,
})

/** Where an answer comes from. */
export interface Annotations {
  /** The citations of a text that stands between these characters of the answer. */
  cite(citations: LanguageModelV4Text['citations'], start: number, end: number): void
  add(source: LanguageModelV4Source): void
  all(): JsonObject[]
}

/** Sources that some text cites need not be named again. */
export function createAnnotations(): Annotations {
  const cited: JsonObject[] = []
  const sources = new Map<string, JsonObject>()
  const urls = new Set<string>()
  return {
    cite(citations, start, end) {
      for (const { source, startIndex = 0, endIndex } of citations ?? []) {
        if (source.sourceType !== 'url') continue
        urls.add(source.url)
        // Claude cites with whole texts.
        const until = endIndex === undefined ? end : start + endIndex
        cited.push(annotation(source, start + startIndex, until))
      }
    },
    add(source) {
      if (source.sourceType === 'url') sources.set(source.url, annotation(source, 0, 0))
    },
    all: () => [...cited, ...[...sources].flatMap(([url, made]) => (urls.has(url) ? [] : [made]))],
  }
}

const annotation = (
  { url, title }: LanguageModelV4Source & { sourceType: 'url' },
  start: number,
  end: number,
): JsonObject => ({
  type: 'url_citation',
  url_citation: { url, title: title ?? url, start_index: start, end_index: end },
})
