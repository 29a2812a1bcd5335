import { PIXEL } from '../../mock/images.ts'
import { both, type Case } from '../case.ts'
import { ASK, answerSchema, answers, call, UNICODE, weather } from './shared.ts'

const messages = [{ role: 'user', content: ASK }]
const tools = [{ name: 'weather', description: 'Tells it.', input_schema: weather }]
const cache_control = { type: 'ephemeral' }
const source = { type: 'base64', media_type: 'image/png', data: PIXEL }
const document = { type: 'text', media_type: 'text/plain', data: 'A short story.' }

const questions: Readonly<Record<string, Case['params']>> = {
  system: { messages, system: 'Be brief.' },
  'system-blocks': {
    messages,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'And kind.', cache_control },
    ],
  },
  unicode: { messages: [{ role: 'user', content: `${UNICODE} [[]]` }] },
  turns: {
    messages: [
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: [{ type: 'text', text: 'Two.' }] },
      { role: 'user', content: [{ type: 'text', text: ASK, cache_control }] },
    ],
  },
  picture: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: ASK },
          { type: 'image', source },
        ],
      },
    ],
  },
  document: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: ASK },
          { type: 'document', source: document },
        ],
      },
    ],
  },
  tools: { messages, tools },
  'tool-choice': { messages, tools, tool_choice: { type: 'tool', name: 'weather' } },
  'tool-required': { messages, tools, tool_choice: { type: 'any' } },
  'tool-none': { messages, tools, tool_choice: { type: 'none' } },
  'one-tool-at-a-time': { messages, tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  'tool-results': {
    messages: [
      ...messages,
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: call.id, name: call.name, input: call.arguments }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '21 °C' }] },
    ],
    tools,
  },
  'tool-failed': {
    messages: [
      ...messages,
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: call.id, name: call.name, input: call.arguments }],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: call.id,
            content: [{ type: 'text', text: 'No such town.' }],
            is_error: true,
          },
        ],
      },
    ],
    tools,
  },
  thinking: { messages, thinking: { type: 'enabled', budget_tokens: 1024 } },
  'thinking-history': {
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [
      { role: 'user', content: 'One?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmF0dXJl' },
          { type: 'text', text: 'Two.' },
        ],
      },
      { role: 'user', content: ASK },
    ],
  },
  'json-schema': { messages, output_config: { format: { type: 'json_schema', schema: answerSchema } } },
  sampling: { messages, temperature: 0.5, top_k: 40, stop_sequences: ['END', 'STOP'] },
  metadata: { messages, metadata: { user_id: 'u-1' }, service_tier: 'auto' },
}

const one = { language: 'messages', call: 'messages.create' } as const
const base = { max_tokens: 3000 }

export const messagesCases: readonly Case[] = [
  ...Object.entries(answers).flatMap(([name, plan]) =>
    both({ ...one, id: `messages/answers/${name}`, params: { ...base, messages }, plan }),
  ),
  ...Object.entries(questions).flatMap(([name, params]) =>
    both({ ...one, id: `messages/asks/${name}`, params: { ...base, ...params }, plan: { hear: true } }),
  ),
  { ...one, id: 'messages/cut-by-limit', params: { messages, max_tokens: 3 }, plan: { tokens: 20 } },
  ...both({
    ...one,
    id: 'messages/stop-sequence',
    params: { ...base, messages, stop_sequences: ['END'] },
    plan: { text: 'Until the', finishReason: 'stop_sequence' },
  }),
  ...both({
    ...one,
    id: 'messages/beta',
    call: 'beta.messages.create',
    params: { ...base, messages, betas: ['context-management-2025-06-27'] },
    plan: { text: 'Ahead of its time.' },
  }),
  {
    ...one,
    id: 'messages/count-tokens',
    call: 'messages.count_tokens',
    params: { messages, system: 'Be brief.' },
  },
]
