import type {
  LanguageModelV4File,
  LanguageModelV4ReasoningFile,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResult,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { argumentsOf, isObject } from '../../../src/contract/loose-json.ts'
import { pack } from '../../../src/translate/carrier.ts'
import { addressOf } from '../../../src/translate/data-url.ts'
import type { JsonObject } from '../../../src/types.ts'
import { pick, type Thought } from './carry.ts'
import { resultsOf } from './search.ts'
import { snake } from './tools.ts'

/** Blocks that come whole, in answers and in streams. */

/** The signature of a thought: Anthropic's own where it has one, else one that brings the thought back to its model. */
export const signatureOf = ({ signature, options }: Thought, model: string): string =>
  signature ?? pack({ model, ...(options && { options }) })

const redactedBlock = (data: string): JsonObject => ({ type: 'redacted_thinking', data })

/** A thought without words: hidden by the provider, or something that it wants back. */
export function hiddenThought({ redacted, options }: Thought, model: string): JsonObject | undefined {
  if (redacted !== undefined) return redactedBlock(redacted)
  return options && redactedBlock(pack({ model, options }))
}

/** What a provider wants back together with a tool call or a text. */
export function carriedFor(
  metadata: SharedV4ProviderMetadata | undefined,
  model: string,
  what: { call: string } | { text: true },
): JsonObject | undefined {
  const options = pick(metadata)
  return options && redactedBlock(pack({ model, options, ...what }))
}

/** The beginning of a tool call; its input follows. */
export const callBlock = (
  id: string,
  name: string,
  { isServed, metadata }: { isServed?: boolean; metadata?: SharedV4ProviderMetadata | undefined } = {},
): JsonObject => ({
  type: isServed ? 'server_tool_use' : 'tool_use',
  id,
  name,
  input: {},
  ...callerOf(metadata),
})

function callerOf(metadata: SharedV4ProviderMetadata | undefined): JsonObject {
  const caller = metadata?.anthropic?.caller
  return isObject(caller) ? { caller: snake(caller) } : {}
}

export const wholeCall = ({
  toolCallId,
  toolName,
  input,
  providerExecuted,
  providerMetadata,
}: LanguageModelV4ToolCall) => ({
  ...callBlock(toolCallId, toolName, { isServed: providerExecuted === true, metadata: providerMetadata }),
  input: argumentsOf(input),
})

/** What a tool of the provider gave back. */
export function servedResult({
  toolCallId,
  toolName,
  result,
  isError,
}: LanguageModelV4ToolResult): JsonObject {
  if (toolName === 'web_search' && !isError && isObject(result))
    return { type: 'web_search_tool_result', tool_use_id: toolCallId, content: resultsOf(result) }
  const told = snake(result)
  const content = isError && isObject(told) ? { ...told, type: `${toolName}_tool_result_error` } : told
  return { type: `${toolName}_tool_result`, tool_use_id: toolCallId, content }
}

/** This language has no place for a file that a model made; Markdown is what every client can show. */
export function fileBlock({
  mediaType,
  data,
}: LanguageModelV4File | LanguageModelV4ReasoningFile): JsonObject {
  const mark = mediaType.startsWith('image/') ? '!' : ''
  return { type: 'text', text: `${mark}[${mediaType}](${addressOf(mediaType, data)})` }
}
