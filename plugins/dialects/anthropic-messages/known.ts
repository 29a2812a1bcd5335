import { fields, type KnownFields, kinds, members } from '../../../src/translate/known.ts'
import type { Kin } from './kin.ts'

/**
 * What is read of a body's objects, by the provider or by us. Without a word go `eager_input_streaming` and
 * `defer_loading` (how soon a model hears of a tool, and its client of a call), who called a tool, and what an answer
 * cites: see `served.ts`.
 */
const text = members('type text cache_control citations')
const source = members('type media_type data url file_id')
const image = members('type cache_control', { source })
const document = members('type title context cache_control', {
  citations: members('enabled'),
  source: members('type media_type data url file_id', { content: kinds('type', { text, image }) }),
})
const searchResult = members('type source title cache_control', {
  content: text,
  citations: members('enabled'),
})

const block = kinds('type', {
  text,
  image,
  document,
  search_result: searchResult,
  thinking: members('type thinking signature'),
  redacted_thinking: members('type data'),
  tool_use: members('type id name input cache_control caller'),
  tool_result: members('type tool_use_id is_error cache_control', {
    content: kinds('type', {
      text,
      image,
      document,
      search_result: searchResult,
      tool_reference: members('type tool_name cache_control'),
    }),
  }),
})

const TOOL =
  'type name description input_schema strict input_examples cache_control eager_input_streaming defer_loading'
/** Tools that Anthropic defines go with all that they have, or not at all. */
const toolsOf = (names: string) => {
  const tool = members(names)
  return kinds('type', { custom: tool }, tool)
}

const elsewhere = {
  system: text,
  messages: members('role', { content: block }),
  tools: toolsOf(TOOL),
  tool_choice: members('type name disable_parallel_tool_use'),
  thinking: members('type budget_tokens display'),
  output_config: members('effort task_budget', { format: members('type schema') }),
  output_format: members('type schema'),
  metadata: members('user_id'),
}

const atAnthropic = fields({ ...elsewhere, tools: toolsOf(`${TOOL} allowed_callers`) })
const atOthers = fields(elsewhere)

export const knownTo = ({ isAnthropic }: Kin): KnownFields => (isAnthropic ? atAnthropic : atOthers)
