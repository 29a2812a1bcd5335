import { PIXEL } from '../mock/images.ts'
import { answerSchema, call, weather } from './cases/shared.ts'
import { entries, hello, PDF } from './feature.ts'

const ask = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
const text = { type: 'text', text: hello }
const cache_control = { type: 'ephemeral' }
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
const documentOf = (media_type: string, data: string, type: string) => ({
  type: 'document',
  source: { type, media_type, data },
})
const tool = { name: 'weather', input_schema: weather }
const tools = { tools: [tool] }
const turn = (...content: unknown[]) => ({
  messages: [
    { role: 'user', content: hello },
    { role: 'assistant', content: [...content, { type: 'text', text: 'There.' }] },
    { role: 'user', content: 'And then?' },
  ],
})
const used = (result: object) => ({
  ...tools,
  messages: [
    { role: 'user', content: hello },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: call.id, name: call.name, input: call.arguments }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '21 °C', ...result }] },
  ],
})
const choice = (tool_choice: object) => [{ ...tools, tool_choice }, tools] as const

export const messages = entries({
  system: { system: [{ type: 'text', text: 'Be brief.' }] },
  '`cache_control`': [ask({ ...text, cache_control }), ask(text)],
  'a picture': ask(text, image),
  'a PDF': ask(text, documentOf('application/pdf', PDF, 'base64')),
  "a document's title": [
    ask(text, { ...documentOf('application/pdf', PDF, 'base64'), title: 'Rent' }),
    ask(text, documentOf('application/pdf', PDF, 'base64')),
  ],
  'citations of a document': [
    ask(text, { ...documentOf('text/plain', 'A story.', 'text'), citations: { enabled: true } }),
    ask(text, documentOf('text/plain', 'A story.', 'text')),
  ],
  'citations of an answer before': [
    turn({
      ...text,
      citations: [
        {
          type: 'web_search_result_location',
          url: 'https://a.example',
          title: 'A',
          cited_text: 'Here',
          encrypted_index: 'c2ln',
        },
      ],
    }),
    turn(text),
  ],
  'a text document': ask(text, documentOf('text/plain', 'A story.', 'text')),
  'thinking of a turn, signed by another model': [
    turn({ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' }),
    turn(),
  ],
  'redacted thinking of a turn': [turn({ type: 'redacted_thinking', data: 'c2ln' }), turn()],
  'a search of the web before': [
    turn(
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'Rome' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's1',
        content: [
          { type: 'web_search_result', url: 'https://a.example', title: 'A', encrypted_content: 'c2ln' },
        ],
      },
    ),
    turn(),
  ],
  'tool calls and results': used({}),
  'tool calls and results, without `tools`': { ...used({}), tools: undefined },
  'results that failed (`is_error`)': [used({ is_error: true }), used({})],
  'pictures in results': [used({ content: [image] }), used({})],
  tools,
  '`cache_control` of a tool': [{ tools: [{ ...tool, cache_control }] }, tools],
  '`strict` tools': [{ tools: [{ ...tool, strict: true }] }, tools],
  '`input_examples` of a tool': [{ tools: [{ ...tool, input_examples: [call.arguments] }] }, tools],
  '`allowed_callers` of a tool': [
    { tools: [{ ...tool, allowed_callers: ['code_execution_20250825'] }] },
    tools,
  ],
  'tools of the server: web search, beside tools': [
    { tools: [tool, { type: 'web_search_20250305', name: 'web_search' }] },
    tools,
  ],
  'tools of the server: web search': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
  '`tool_choice`: any': choice({ type: 'any' }),
  '`tool_choice`: none': choice({ type: 'none' }),
  '`tool_choice`: a tool': choice({ type: 'tool', name: 'weather' }),
  '`disable_parallel_tool_use`': [
    { ...tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    { ...tools, tool_choice: { type: 'auto' } },
  ],
  '`thinking`: enabled': { thinking: { type: 'enabled', budget_tokens: 1024 } },
  '`thinking`: adaptive': { thinking: { type: 'adaptive' } },
  '`thinking`: between tools': { thinking: { type: 'between_tools' } },
  '`thinking`: shown as a summary, or not': [
    { thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' } },
    { thinking: { type: 'enabled', budget_tokens: 1024 } },
  ],
  '`thinking`: disabled': { thinking: { type: 'disabled' } },
  '`output_config`: effort': { output_config: { effort: 'low' } },
  '`output_config`: a schema': { output_config: { format: { type: 'json_schema', schema: answerSchema } } },
  '`max_tokens`': { max_tokens: 1234 },
  '`temperature`': { temperature: 0.4321 },
  '`top_p`': { top_p: 0.8765 },
  '`top_k`': { top_k: 43 },
  '`stop_sequences`': { stop_sequences: ['ZZ'] },
  '`metadata`: user': { metadata: { user_id: 'u-1' } },
  '`service_tier`': { service_tier: 'standard_only' },
  '`speed`': { speed: 'fast' },
  '`inference_geo`': { inference_geo: 'us' },
  '`output_config`: a budget for the task': {
    output_config: { task_budget: { type: 'tokens', total: 20_000 } },
  },
  '`context_management`': { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
  '`mcp_servers`, `container`': { mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] },
  'a field that nobody knows': { zz_unknown: 1 },
  'a member that nobody knows': [{ tools: [{ ...tool, zz_unknown: 1 }] }, tools],
})
