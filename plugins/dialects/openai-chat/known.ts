import { fields, kinds, members } from '../../../src/translate/known.ts'

/**
 * What is read of a body's objects, by the provider or by us; and what says nothing: `prompt_cache_breakpoint` changes what
 * the next call costs, and clients send whole answers back, with what only their client knows of them.
 */
const said =
  'refusal audio annotations images cache_control extra_content reasoning reasoning_content reasoning_details provider_specific_fields'
const part = 'type cache_control prompt_cache_breakpoint'
const named = members('name')

const content = kinds('type', {
  text: members(`${part} text annotations`),
  image_url: members(part, { image_url: members('url detail') }),
  video_url: members(part, { video_url: members('url') }),
  input_audio: members(part, { input_audio: members('data format') }),
  file: members(part, { file: members('file_data file_id filename') }),
  refusal: members(`${part} refusal`),
})

const call = members('id type index cache_control extra_content provider_specific_fields', {
  function: members('name arguments'),
  custom: members('name input'),
})

const spoken = members(`role ${said}`, { content })
const message = kinds('role', {
  system: spoken,
  developer: spoken,
  user: spoken,
  assistant: members(`role ${said}`, {
    content,
    tool_calls: call,
    function_call: members('name arguments'),
  }),
  tool: members(`role name tool_call_id ${said}`, { content }),
  function: members(`role name ${said}`, { content }),
})

const ownFunction = members('name description parameters strict')
const tool = kinds('type', {
  function: members('type cache_control', { function: ownFunction }),
  custom: members('type cache_control', {
    custom: members('name description', {
      format: members('type', { grammar: members('syntax definition') }),
    }),
  }),
})

const chosen = { function: named, custom: named }

export const known = fields({
  messages: message,
  tools: tool,
  functions: ownFunction,
  tool_choice: members('type', {
    ...chosen,
    allowed_tools: members('mode', { tools: members('type', chosen) }),
  }),
  function_call: named,
  response_format: members('type', { json_schema: members('name description schema strict') }),
  reasoning: members('effort max_tokens enabled exclude'),
  thinking: members('type budget_tokens'),
  stream_options: members('include_usage include_obfuscation'),
  web_search_options: members('search_context_size', {
    user_location: members('type', { approximate: members('city country region timezone') }),
  }),
})
