import { PIXEL } from '../mock/images.ts'
import type { Language } from './case.ts'
import { answerSchema, call, PICTURE, weather } from './cases/shared.ts'
import { entries, type Feature, hello, PDF } from './feature.ts'
import { responses } from './features-responses.ts'

export type { Feature } from './feature.ts'

const ask = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
const text = { type: 'text', text: hello }

const chatTool = { type: 'function', function: { name: 'weather', parameters: weather } }
const chatCall = {
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
}
const chatTools = { tools: [chatTool] }
const chatTurn = (message: object) => ({
  messages: [
    { role: 'user', content: hello },
    { role: 'assistant', content: 'There.', ...message },
    { role: 'user', content: 'And then?' },
  ],
})

const chat = entries({
  'system, developer': {
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: hello },
    ],
  },
  'a picture': ask(text, { type: 'image_url', image_url: { url: PICTURE } }),
  'a sound': ask(text, { type: 'input_audio', input_audio: { data: btoa('RIFF'), format: 'wav' } }),
  'a PDF': ask(text, {
    type: 'file',
    file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
  }),
  'a file by id': ask(text, { type: 'file', file: { file_id: 'file-1' } }),
  "an author's `name`": { messages: [{ role: 'user', name: 'Ann', content: hello }] },
  '`reasoning_content` of a turn': [chatTurn({ reasoning_content: 'Hm.' }), chatTurn({})],
  'tool calls and results': {
    ...chatTools,
    messages: [
      { role: 'user', content: hello },
      { role: 'assistant', content: null, tool_calls: [chatCall] },
      { role: 'tool', tool_call_id: call.id, content: '21 °C' },
    ],
  },
  'tool calls and results, without `tools`': {
    messages: [
      { role: 'user', content: hello },
      { role: 'assistant', content: null, tool_calls: [chatCall] },
      { role: 'tool', tool_call_id: call.id, content: '21 °C' },
    ],
  },
  tools: chatTools,
  '`strict` tools': [
    { tools: [{ ...chatTool, function: { ...chatTool.function, strict: true } }] },
    chatTools,
  ],
  'custom tools': { tools: [{ type: 'custom', custom: { name: 'sql' } }] },
  '`tool_choice`: required': [{ ...chatTools, tool_choice: 'required' }, chatTools],
  '`tool_choice`: none': [{ ...chatTools, tool_choice: 'none' }, chatTools],
  '`tool_choice`: a tool': [
    { ...chatTools, tool_choice: { type: 'function', function: { name: 'weather' } } },
    chatTools,
  ],
  '`parallel_tool_calls`: false': [{ ...chatTools, parallel_tool_calls: false }, chatTools],
  '`max_completion_tokens`, `max_tokens`': { max_completion_tokens: 1234 },
  '`temperature`': { temperature: 0.4321 },
  '`top_p`': { top_p: 0.8765 },
  '`stop`': { stop: ['ZZ'] },
  '`seed`': { seed: 987 },
  '`frequency_penalty`, `presence_penalty`': { frequency_penalty: 0.25, presence_penalty: 0.5 },
  '`logit_bias`': { logit_bias: { 50256: -100 } },
  '`logprobs`': { logprobs: true, top_logprobs: 2 },
  '`n`': { n: 2 },
  '`response_format`: JSON': { response_format: { type: 'json_object' } },
  '`response_format`: a schema': {
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: answerSchema, strict: true },
    },
  },
  '`reasoning_effort`': { reasoning_effort: 'low' },
  '`verbosity`': { verbosity: 'low' },
  '`modalities`: audio': { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
  '`prediction`': { prediction: { type: 'content', content: 'There.' } },
  '`web_search_options`': { web_search_options: {} },
  '`service_tier`': { service_tier: 'flex' },
  '`store`, `metadata`': { store: true, metadata: { a: 'b' } },
  '`user`, `safety_identifier`': { user: 'u-1', safety_identifier: 's-1' },
  '`prompt_cache_key`': { prompt_cache_key: 'k-1' },
  'a field that nobody knows': { zz_unknown: 1 },
  'a member that nobody knows': [
    { tools: [{ ...chatTool, function: { ...chatTool.function, zz_unknown: 1 } }] },
    chatTools,
  ],
})

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

const messages = entries({
  system: { system: [{ type: 'text', text: 'Be brief.' }] },
  '`cache_control`': [ask({ ...text, cache_control }), ask(text)],
  'a picture': ask(text, image),
  'a PDF': ask(text, documentOf('application/pdf', PDF, 'base64')),
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
  '`context_management`': { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
  '`mcp_servers`, `container`': { mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] },
  'a field that nobody knows': { zz_unknown: 1 },
  'a member that nobody knows': [{ tools: [{ ...tool, zz_unknown: 1 }] }, tools],
})

export const features: Readonly<Record<Language, readonly Feature[]>> = { chat, messages, responses }

/** What every body of a language has. */
export const bases: Readonly<Record<Language, Feature['fields']>> = {
  chat: { messages: [{ role: 'user', content: hello }] },
  messages: { messages: [{ role: 'user', content: hello }], max_tokens: 3000 },
  responses: { input: hello, store: false },
}
