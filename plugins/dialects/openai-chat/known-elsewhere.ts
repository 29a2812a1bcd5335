import { all, fields, kinds, members, within } from '../../../src/translate/known.ts'

/**
 * What is read of bodies in the shape of another language. Top-level fields go on as they are, and so do parts that chat
 * has itself. Without a word go ids and states of what was said before, what it cites, and how soon a model hears of a tool.
 */

const text = members('type text cache_control citations')
const source = members('type media_type data url file_id')
const image = members('type cache_control', { source })
const document = members('type title context cache_control', {
  source: members('type media_type data url file_id', { content: kinds('type', { text, image }) }),
})
const result = kinds('type', { text, image, document })
const block = kinds('type', {
  text,
  image,
  document,
  search_result: members('type source title cache_control', { content: text }),
  thinking: members('type thinking signature'),
  redacted_thinking: members('type data'),
  tool_use: members('type id name input cache_control caller'),
  tool_result: members('type tool_use_id is_error cache_control', { content: result }),
})
const ownTool = members(
  'type name description input_schema strict cache_control eager_input_streaming defer_loading',
)

/** Of Anthropic's Messages. */
export const ofMessages = fields({
  system: text,
  messages: kinds('role', {
    user: members('role', { content: block }),
    assistant: within({ content: block }),
  }),
  tools: kinds('type', { custom: ownTool }, ownTool),
  tool_choice: members('type name disable_parallel_tool_use function'),
  thinking: members('type budget_tokens display'),
  output_config: members('effort', { format: members('type schema') }),
  output_format: members('type schema'),
})

const words = members('type text annotations logprobs cache_control')
const content = kinds('type', {
  input_text: words,
  output_text: words,
  input_image: members('type image_url file_id detail cache_control'),
  input_file: members('type file_id file_data file_url filename cache_control'),
})
const message = members('type role id status phase', { content })
const call = 'type id call_id status caller name'

/** Of OpenAI's Responses. */
export const ofResponses = fields({
  input: kinds(
    'type',
    {
      message,
      reasoning: members('type id status summary content encrypted_content'),
      function_call: members(`${call} arguments`),
      custom_tool_call: members(`${call} input`),
      function_call_output: members(call, { output: content }),
      custom_tool_call_output: members(call, { output: content }),
    },
    message,
  ),
  text: members('verbosity', { format: all }),
  reasoning: members('effort summary generate_summary'),
})
