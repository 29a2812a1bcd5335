import { both, type Case } from '../case.ts'
import { ASK, answerSchema, answers, call, PICTURE, UNICODE, weather } from './shared.ts'

const input = ASK
const asked = { role: 'user', content: ASK }
const tools = [
  { type: 'function', name: 'weather', description: 'Tells it.', parameters: weather, strict: false },
]
const called = {
  type: 'function_call',
  call_id: call.id,
  name: call.name,
  arguments: JSON.stringify(call.arguments),
}

const questions: Readonly<Record<string, Case['params']>> = {
  instructions: { input, instructions: 'Be brief.' },
  developer: { input: [{ role: 'developer', content: 'Be brief.' }, asked] },
  unicode: { input: `${UNICODE} [[]]` },
  turns: {
    input: [
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: [{ type: 'input_text', text: ASK }] },
    ],
  },
  picture: {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: ASK },
          { type: 'input_image', image_url: PICTURE, detail: 'low' },
        ],
      },
    ],
  },
  tools: { input, tools },
  'tool-choice': { input, tools, tool_choice: { type: 'function', name: 'weather' } },
  'tool-required': { input, tools, tool_choice: 'required' },
  'tool-none': { input, tools, tool_choice: 'none' },
  'one-tool-at-a-time': { input, tools, parallel_tool_calls: false },
  'tool-results': {
    input: [asked, called, { type: 'function_call_output', call_id: call.id, output: '21 °C' }],
    tools,
  },
  'json-schema': {
    input,
    text: { format: { type: 'json_schema', name: 'answer', schema: answerSchema, strict: true } },
  },
  'json-object': { input, text: { format: { type: 'json_object' } } },
  sampling: { input, temperature: 0.5, top_p: 0.75 },
  limit: { input, max_output_tokens: 2000 },
  effort: { input, reasoning: { effort: 'low', summary: 'auto' } },
  metadata: { input, metadata: { trip: '7' }, store: false },
}

const one = { language: 'responses', call: 'responses.create' } as const

export const responsesCases: readonly Case[] = [
  ...Object.entries(answers).flatMap(([name, plan]) =>
    both({ ...one, id: `responses/answers/${name}`, params: { input, store: false }, plan }),
  ),
  ...Object.entries(questions).flatMap(([name, params]) =>
    both({ ...one, id: `responses/asks/${name}`, params: { store: false, ...params }, plan: { hear: true } }),
  ),
  { ...one, id: 'responses/cut-by-limit', params: { input, max_output_tokens: 3 }, plan: { tokens: 20 } },
  ...both({
    ...one,
    id: 'responses/encrypted-reasoning',
    params: { input, store: false, include: ['reasoning.encrypted_content'] },
    plan: { text: 'So.', reasoning: 'Hm.', proof: 'gAAAA-proof' },
  }),
  ...both({
    ...one,
    id: 'responses/custom-tool',
    params: { input, tools: [{ type: 'custom', name: 'sql', description: 'Runs it.' }] },
    plan: { toolCall: { name: 'sql', id: 'call_1', arguments: 'SELECT 1;\n-- "x"' } },
  }),
]
