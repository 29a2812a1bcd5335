import type { Example } from '../../../src/contract/example.ts'

const input = { model: 'demo/parrot', input: 'Hello' }
const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }

/** For the API document. */
export const example: Example = {
  body: input,
  fields: {
    input: 'A text, or items: messages, calls of functions and their outputs',
    instructions: 'What the model is told before it begins',
    previous_response_id: 'The answer that this one goes on with',
    conversation: 'The conversation that this is a part of',
    store: '`false`: the answer is not kept',
    max_output_tokens: 'The most that may be written',
    tools: 'Functions that the model may ask for, and tools that run at the provider',
    reasoning: '`{"effort": "low"}`: how long the model thinks',
    text: 'JSON instead of prose: a `format` with a schema',
  },
  answer: {
    id: 'resp_1',
    object: 'response',
    created_at: 1_764_547_200,
    status: 'completed',
    model: 'parrot',
    output: [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
      },
    ],
    usage,
  },
}

/** An input that is made short. */
export const compactExample: Example = {
  body: input,
  fields: {
    input: 'What has become too long: items, or a text',
    instructions: 'What the model is told before it begins',
  },
  answer: {
    id: 'resp_1',
    object: 'response.compaction',
    created_at: 1_764_547_200,
    output: [
      { id: 'msg_1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
    ],
    usage,
  },
}
