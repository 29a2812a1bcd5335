import type { Example } from '../../../src/contract/example.ts'

const prompt = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
const fields = {
  messages: 'The conversation so far, `user` and `assistant` in turn',
  system: 'What the model is told before it begins',
  tools: 'Tools that the model may ask for; `tool_choice` says whether it must',
  thinking: 'Whether and how long the model thinks',
}

/** For the API document. */
export const example: Example = {
  body: { ...prompt, max_tokens: 100 },
  fields: {
    ...fields,
    max_tokens: 'The most that may be written',
    temperature: 'How freely the model chooses its words: 0 to 1',
    metadata: '`user_id` says for whom the call is made, and keeps a session together',
  },
  answer: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'parrot',
    content: [{ type: 'text', text: 'Hello' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
}

/** A prompt whose tokens are counted. */
export const countExample: Example = { body: prompt, fields, answer: { input_tokens: 6 } }
