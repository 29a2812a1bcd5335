import { answerSchema, call, PICTURE, weather } from './cases/shared.ts'
import { entries, hello, PDF } from './feature.ts'

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

export const chat = entries({
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
  "a file's name": [
    ask(text, {
      type: 'file',
      file: { filename: 'rent.pdf', file_data: `data:application/pdf;base64,${PDF}` },
    }),
    ask(text, { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}` } }),
  ],
  'a file by id': ask(text, { type: 'file', file: { file_id: 'file-1' } }),
  '`detail` of a picture': [
    ask(text, { type: 'image_url', image_url: { url: PICTURE, detail: 'low' } }),
    ask(text, { type: 'image_url', image_url: { url: PICTURE } }),
  ],
  "an author's `name`": { messages: [{ role: 'user', name: 'Ann', content: hello }] },
  '`images` of a turn': [
    chatTurn({ images: [{ type: 'image_url', image_url: { url: PICTURE } }] }),
    chatTurn({}),
  ],
  '`annotations` of a turn': [
    chatTurn({
      annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } }],
    }),
    chatTurn({}),
  ],
  '`refusal` of a turn': [chatTurn({ refusal: 'No.' }), chatTurn({})],
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
  '`response_format`: a description': [
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', description: 'A.', schema: answerSchema },
      },
    },
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: answerSchema } } },
  ],
  '`moderation`': { moderation: { model: 'omni-moderation-latest' } },
  '`reasoning_effort`': { reasoning_effort: 'low' },
  '`verbosity`': { verbosity: 'low' },
  '`modalities`: audio': { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
  '`prediction`': { prediction: { type: 'content', content: 'There.' } },
  '`web_search_options`, beside tools': [{ ...chatTools, web_search_options: {} }, chatTools],
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
