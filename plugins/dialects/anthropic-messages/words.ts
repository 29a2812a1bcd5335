import type {
  LanguageModelV4FinishReason,
  LanguageModelV4Source,
  LanguageModelV4Text,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { isObject, objectOf } from '../../../src/contract/loose-json.ts'
import { toUsage } from '../../../src/translate/usage.ts'
import type { JsonObject } from '../../../src/types.ts'
import { count } from './read.ts'

/** What whole answers and streams say in the same words. */

/** Anthropic's words that say more than the AI SDK's. */
const precise = new Set(['stop_sequence', 'pause_turn', 'refusal', 'model_context_window_exceeded'])

const words: Readonly<Record<LanguageModelV4FinishReason['unified'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
  error: 'end_turn',
  interrupted: 'end_turn',
  other: 'end_turn',
}

interface Stop {
  readonly stop_reason: string
  readonly stop_sequence: string | null
  /** Why the model refuses, where it does. */
  readonly stop_details: JsonObject | null
}

/** Agents wait for `tool_use` before they run a tool, and some providers say "stop" although they call one. */
export function stopOf(
  { unified, raw }: LanguageModelV4FinishReason,
  hasCalls: boolean,
  metadata: SharedV4ProviderMetadata | undefined,
): Stop {
  const sequence = Object.values(metadata ?? {}).find(
    each => typeof each?.stopSequence === 'string',
  )?.stopSequence
  const isExact = raw !== undefined && precise.has(raw)
  const word = isExact ? raw : words[unified]
  const reason = hasCalls && word === 'end_turn' ? 'tool_use' : word
  return {
    stop_reason: reason === 'tool_use' && !hasCalls ? 'end_turn' : reason,
    stop_sequence: reason === 'stop_sequence' && typeof sequence === 'string' ? sequence : null,
    stop_details: reason === 'refusal' ? refusalDetails(metadata) : null,
  }
}

/** Claude's safety system says why; of others the words of the answer are all that there is. */
function refusalDetails(metadata: SharedV4ProviderMetadata | undefined): JsonObject {
  const told = Object.values(metadata ?? {}).find(each => isObject(each?.stopDetails))?.stopDetails
  const { category, explanation } = objectOf(told)
  return { type: 'refusal', category: textOr(category), explanation: textOr(explanation) }
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Anthropic counts cached input beside the rest, and thinking within the output. */
export function usageOf(usage: LanguageModelV4Usage): JsonObject {
  const { input, cacheRead, cacheWrite, output, reasoning } = toUsage(usage) ?? unknown
  const told = usage.outputTokens.reasoning !== undefined
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: cacheCreation(usage.raw),
    output_tokens: output + reasoning,
    output_tokens_details: told ? { thinking_tokens: reasoning } : null,
    server_tool_use: null,
    service_tier: null,
  }
}

const unknown = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** For how long the cache holds what was written, where the provider tells. */
function cacheCreation(raw: unknown): JsonObject | null {
  const { cache_creation: told } = objectOf(raw)
  if (!isObject(told)) return null
  return {
    ephemeral_5m_input_tokens: count(told.ephemeral_5m_input_tokens) ?? 0,
    ephemeral_1h_input_tokens: count(told.ephemeral_1h_input_tokens) ?? 0,
  }
}

export const NO_USAGE: JsonObject = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: null,
  output_tokens: 0,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: null,
}

type Citations = LanguageModelV4Text['citations']

/** Anthropic's own citations stay what they were; others become those of a web search. */
export const citationsOf = (citations: Citations): JsonObject[] =>
  (citations ?? []).flatMap(({ source, citedText }) => toCitation(source, citedText ?? ''))

/** A source that belongs to no text in particular. Claude's are in its citations already. */
export const citationOf = (source: LanguageModelV4Source): JsonObject[] =>
  source.providerMetadata?.anthropic === undefined ? toCitation(source, '') : []

function toCitation(source: LanguageModelV4Source, cited: string): JsonObject[] {
  const own = source.providerMetadata?.anthropic
  if (own !== undefined && typeof own.type === 'string') return [own]
  if (source.sourceType !== 'url') return []
  const { url, title = null } = source
  return [{ type: 'web_search_result_location', cited_text: cited, encrypted_index: '', title, url }]
}

/** Anthropic's ids look alike; ours tells which request it was. */
export const messageId = (id: string): string => `msg_${id.replaceAll('-', '')}`
