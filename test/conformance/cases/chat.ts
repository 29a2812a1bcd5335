import { both, type Case } from '../case.ts'
import { ASK, answerSchema, answers, call, PICTURE, UNICODE, weather } from './shared.ts'

const messages = [{ role: 'user', content: ASK }]
const tools = [
  { type: 'function', function: { name: 'weather', description: 'Tells it.', parameters: weather } },
]
const toolCall = {
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
}

/** What is asked, beside the answers that everybody gives. */
const questions: Readonly<Record<string, Case['params']>> = {
  system: { messages: [{ role: 'system', content: 'Be brief.' }, ...messages] },
  developer: { messages: [{ role: 'developer', content: 'Be brief.' }, ...messages] },
  unicode: { messages: [{ role: 'user', content: `${UNICODE} [[]]` }] },
  turns: {
    messages: [
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: ASK },
    ],
  },
  picture: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: ASK },
          { type: 'image_url', image_url: { url: PICTURE, detail: 'low' } },
        ],
      },
    ],
  },
  tools: { messages, tools },
  'tool-choice': { messages, tools, tool_choice: { type: 'function', function: { name: 'weather' } } },
  'tool-required': { messages, tools, tool_choice: 'required' },
  'tool-none': { messages, tools, tool_choice: 'none' },
  'one-tool-at-a-time': { messages, tools, parallel_tool_calls: false },
  'tool-results': {
    messages: [
      ...messages,
      { role: 'assistant', content: null, tool_calls: [toolCall] },
      { role: 'tool', tool_call_id: call.id, content: '21 °C' },
    ],
    tools,
  },
  'json-schema': {
    messages,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: answerSchema, strict: true },
    },
  },
  'json-object': { messages, response_format: { type: 'json_object' } },
  sampling: {
    messages,
    temperature: 0.5,
    top_p: 0.75,
    seed: 7,
    frequency_penalty: 0.25,
    presence_penalty: 0.5,
    stop: ['END', 'STOP'],
  },
  limit: { messages, max_completion_tokens: 2000 },
  'old-limit': { messages, max_tokens: 2000 },
  effort: { messages, reasoning_effort: 'low' },
}

const one = { language: 'chat', call: 'chat.completions.create' } as const

export const chatCases: readonly Case[] = [
  ...Object.entries(answers).flatMap(([name, plan]) =>
    both({ ...one, id: `chat/answers/${name}`, params: { messages }, plan }),
  ),
  ...Object.entries(questions).flatMap(([name, params]) =>
    both({ ...one, id: `chat/asks/${name}`, params, plan: { hear: true } }),
  ),
  ...both({ ...one, id: 'chat/n', params: { messages, n: 3 }, plan: { text: 'One of three.' } }),
  ...both({
    ...one,
    id: 'chat/usage',
    params: { messages },
    streamed: { stream_options: { include_usage: true } },
    plan: { text: 'Counted.', cacheRead: 5 },
  }),
  { ...one, id: 'chat/cut-by-limit', params: { messages, max_tokens: 3 }, plan: { tokens: 20 } },
  {
    ...one,
    id: 'chat/usage/every',
    params: { messages, stream: true },
    stream: true,
    plan: { text: 'Counted all along.', usageAt: 'every' },
  },
]
