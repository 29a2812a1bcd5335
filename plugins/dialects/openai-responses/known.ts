import { all, fields, kinds, members } from '../../../src/translate/known.ts'

/**
 * What is read of a body's objects, by the provider or by us; and what says nothing: ids, states and callers of what was
 * said before, `phase`, which only OpenAI's models know, `prompt_cache_breakpoint`, which changes what the next call
 * costs, and `defer_loading`, for here a model is told of all tools.
 */
const words = members('type text prompt_cache_breakpoint')
const content = kinds('type', {
  input_text: words,
  text: members('type text annotations logprobs prompt_cache_breakpoint'),
  output_text: members('type text annotations logprobs'),
  refusal: members('type refusal'),
  input_image: members('type image_url file_id detail prompt_cache_breakpoint'),
  input_file: members('type file_data file_url file_id filename detail prompt_cache_breakpoint'),
  input_audio: members('type', { input_audio: members('data format') }),
})

const ownFunction = members('type name description parameters strict defer_loading')
const custom = members('type name description defer_loading', {
  format: members('type syntax definition'),
})
const search = members('type external_web_access search_context_size search_content_types', {
  filters: members('allowed_domains blocked_domains'),
  user_location: members('type city country region timezone'),
})
const shell = members('type', { environment: members('type') })
const tool = kinds('type', {
  function: ownFunction,
  custom,
  namespace: members('type name description', { tools: kinds('type', { function: ownFunction, custom }) }),
  local_shell: members('type'),
  shell,
  apply_patch: members('type'),
  tool_search: members('type execution description parameters'),
  web_search: search,
  web_search_2025_08_26: search,
  web_search_preview: search,
  web_search_preview_2025_03_11: search,
})

const message = members('type role id status phase', { content })
const call = 'type id call_id status caller'
const output = members(`${call} name namespace`, { output: content })
/** What is read of its items stands with their readers; those that only OpenAI can read are refused. */
const item = kinds(
  'type',
  {
    message,
    function_call: members(`${call} name namespace arguments`),
    function_call_output: output,
    custom_tool_call: members(`${call} name namespace input`),
    custom_tool_call_output: output,
    local_shell_call: members(call, {
      action: members('type command env timeout_ms user working_directory'),
    }),
    local_shell_call_output: members(`${call} output`),
    shell_call: members(`${call} environment`, {
      action: members('commands timeout_ms max_output_length'),
    }),
    shell_call_output: members(`${call} output max_output_length`),
    apply_patch_call: members(`${call} operation`),
    apply_patch_call_output: members(`${call} output`),
    tool_search_call: members(`${call} execution arguments`),
    tool_search_output: members(`${call} execution`, { tools: tool }),
    additional_tools: members('type id role', { tools: tool }),
    reasoning: members('type id status summary content encrypted_content'),
    web_search_call: all,
  },
  message,
)

const chosen = 'type name namespace'

export const known = fields({
  input: item,
  tools: tool,
  tool_choice: members(`${chosen} mode`, { tools: members(chosen) }),
  text: members('verbosity', { format: members('type name description schema strict') }),
  reasoning: members('effort summary generate_summary'),
  stream_options: members('include_obfuscation'),
})
