import type { Example } from '../../../src/contract/example.ts'

/** For the API document. */
export const example: Example = {
  body: { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] },
  fields: {
    messages: 'The conversation so far: `system`, `user`, `assistant` and `tool`',
    max_completion_tokens: 'The most that may be written; `max_tokens` is its older name',
    temperature: 'How freely the model chooses its words: 0 to 2',
    tools: 'Functions that the model may ask for; `tool_choice` says whether it must',
    response_format: 'JSON instead of prose: `json_object`, or `json_schema` with a schema',
    reasoning_effort: 'How long the model thinks: `low`, `medium`, `high`',
    stream_options: '`{"include_usage": true}`: the last event of a stream has the tokens',
    metadata: '`tags` become labels of the record',
  },
  answer: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_764_547_200,
    model: 'parrot',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  },
}
