import { answerSchema, call, PICTURE, weather } from './cases/shared.ts'
import { entries, hello, PDF } from './feature.ts'

const items = (...input: unknown[]) => ({ input })
const asked = { role: 'user', content: hello }
const parts = (...content: unknown[]) => items({ role: 'user', content })
const said = { type: 'input_text', text: hello }
const flatTool = { type: 'function', name: 'weather', parameters: weather, strict: false }
const flatTools = { tools: [flatTool] }
const history = (...between: unknown[]) =>
  items(asked, ...between, { role: 'assistant', content: 'There.' }, { role: 'user', content: 'And then?' })
const hosted = (type: string, more = {}) => ({ tools: [{ type, ...more }] })
const custom = { type: 'custom', name: 'sql' }

export const responses = entries({
  '`instructions`, system, developer': { instructions: 'Be brief.' },
  'a picture': parts(said, { type: 'input_image', image_url: PICTURE }),
  'a PDF': parts(said, {
    type: 'input_file',
    filename: 'a.pdf',
    file_data: `data:application/pdf;base64,${PDF}`,
  }),
  "a file's name": [
    parts(said, {
      type: 'input_file',
      filename: 'rent.pdf',
      file_data: `data:application/pdf;base64,${PDF}`,
    }),
    parts(said, { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` }),
  ],
  '`detail` of a picture': [
    parts(said, { type: 'input_image', image_url: PICTURE, detail: 'low' }),
    parts(said, { type: 'input_image', image_url: PICTURE }),
  ],
  '`annotations` of an answer before': [
    history({
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'Here.',
          annotations: [
            { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 5 },
          ],
        },
      ],
    }),
    history({ role: 'assistant', content: [{ type: 'output_text', text: 'Here.', annotations: [] }] }),
  ],
  '`phase` of an answer before': [
    history({ role: 'assistant', phase: 'commentary', content: 'Here.' }),
    history({ role: 'assistant', content: 'Here.' }),
  ],
  'a file by id': parts(said, { type: 'input_file', file_id: 'file-1' }),
  'reasoning of another model': [
    history({
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'gAAAA',
    }),
    history(),
  ],
  'function calls and outputs': {
    ...flatTools,
    ...items(
      asked,
      { type: 'function_call', call_id: call.id, name: call.name, arguments: JSON.stringify(call.arguments) },
      { type: 'function_call_output', call_id: call.id, output: '21 °C' },
    ),
  },
  'function calls and outputs, without `tools`': items(
    asked,
    { type: 'function_call', call_id: call.id, name: call.name, arguments: JSON.stringify(call.arguments) },
    { type: 'function_call_output', call_id: call.id, output: '21 °C' },
  ),
  'custom tool calls and outputs': {
    tools: [custom],
    ...items(
      asked,
      { type: 'custom_tool_call', call_id: 'c', name: 'sql', input: 'SELECT 1' },
      { type: 'custom_tool_call_output', call_id: 'c', output: '1' },
    ),
  },
  'a search of the web before': [
    history({
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'Rome' },
    }),
    history(),
  ],
  'code that ran before': [
    history({ type: 'code_interpreter_call', id: 'ci_1', code: 'print(1)', container_id: 'c', outputs: [] }),
    history(),
  ],
  'functions as tools': flatTools,
  '`strict` functions': [{ tools: [{ ...flatTool, strict: true }] }, flatTools],
  '`output_schema` of a function': [{ tools: [{ ...flatTool, output_schema: answerSchema }] }, flatTools],
  "a namespace's description": [
    { tools: [{ type: 'namespace', name: 'sky', description: 'Of the sky.', tools: [flatTool] }] },
    { tools: [{ type: 'namespace', name: 'sky', tools: [flatTool] }] },
  ],
  'custom tools': { tools: [custom] },
  'the shell of the client (`local_shell`)': hosted('local_shell'),
  'hosted tools: web search': hosted('web_search'),
  'web search: domains, a place': [
    hosted('web_search', {
      filters: { allowed_domains: ['a.example'] },
      user_location: { type: 'approximate', city: 'Rome' },
    }),
    hosted('web_search'),
  ],
  'web search: how much is read': [
    hosted('web_search', { search_context_size: 'high' }),
    hosted('web_search'),
  ],
  'hosted tools: file search': hosted('file_search', { vector_store_ids: ['vs_1'] }),
  'hosted tools: code interpreter': hosted('code_interpreter', { container: { type: 'auto' } }),
  'hosted tools: MCP': hosted('mcp', { server_label: 'a', server_url: 'https://a.example' }),
  'hosted tools: pictures, beside functions': [
    { tools: [flatTool, { type: 'image_generation' }] },
    flatTools,
  ],
  '`tool_choice`: required': [{ ...flatTools, tool_choice: 'required' }, flatTools],
  '`tool_choice`: none': [{ ...flatTools, tool_choice: 'none' }, flatTools],
  '`tool_choice`: a function': [
    { ...flatTools, tool_choice: { type: 'function', name: 'weather' } },
    flatTools,
  ],
  '`parallel_tool_calls`: false': [{ ...flatTools, parallel_tool_calls: false }, flatTools],
  '`max_output_tokens`': { max_output_tokens: 1234 },
  '`temperature`': { temperature: 0.4321 },
  '`top_p`': { top_p: 0.8765 },
  '`top_logprobs`': { top_logprobs: 2 },
  '`text.format`: JSON': { text: { format: { type: 'json_object' } } },
  '`text.format`: a schema': {
    text: { format: { type: 'json_schema', name: 'answer', schema: answerSchema } },
  },
  '`text.format`: a description': [
    { text: { format: { type: 'json_schema', name: 'answer', description: 'A.', schema: answerSchema } } },
    { text: { format: { type: 'json_schema', name: 'answer', schema: answerSchema } } },
  ],
  '`text.verbosity`': { text: { verbosity: 'low' } },
  '`reasoning.effort`': { reasoning: { effort: 'low' } },
  '`reasoning.context`': { reasoning: { context: 'all_turns' } },
  '`context_management`': { context_management: [{ type: 'compaction', compact_threshold: 1000 }] },
  '`moderation`': { moderation: { model: 'omni-moderation-latest' } },
  '`max_tool_calls`': { max_tool_calls: 3 },
  '`background`': { background: true },
  '`prompt` (a template)': { prompt: { id: 'pmpt_1' } },
  '`truncation`: auto': { truncation: 'auto' },
  '`service_tier`': { service_tier: 'flex' },
  '`user`, `safety_identifier`': { user: 'u-1', safety_identifier: 's-1' },
  '`prompt_cache_key`': { prompt_cache_key: 'k-1' },
  '`metadata`': { metadata: { a: 'b' } },
  '`client_metadata`': { client_metadata: { thread_id: 't-1' } },
  'a field that nobody knows': { zz_unknown: 1 },
  'a member that nobody knows': [{ tools: [{ ...flatTool, zz_unknown: 1 }] }, flatTools],
})
