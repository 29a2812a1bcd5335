import type { Example } from '../../../src/contract/example.ts'

const steering = {
  think: '`true`, `false`, or how much: `low`, `medium`, `high`',
  format: '`json`, or a JSON Schema that the answer follows',
  options: 'What steers the answer: `temperature`, `top_p`, `top_k`, `seed`, `stop`, `num_predict`',
  keep_alive: 'How long the model stays loaded; only for Ollama itself',
}
const ending = { done: true, done_reason: 'stop', prompt_eval_count: 8, eval_count: 4 }

const chat: Example = {
  body: { model: 'demo/parrot', messages: [{ role: 'user', content: 'Where does it go?' }], stream: false },
  fields: {
    messages: 'The conversation; `images` of a message are base64',
    tools: 'Functions that the model may call',
    ...steering,
  },
  answer: { model: 'parrot', message: { role: 'assistant', content: 'To the sea.' }, ...ending },
}

const generate: Example = {
  body: { model: 'demo/parrot', prompt: 'Where does it go?', stream: false },
  fields: {
    prompt: 'What is said to the model',
    system: 'What it is told before',
    images: 'Pictures in base64',
    ...steering,
  },
  answer: { model: 'parrot', response: 'To the sea.', ...ending },
}

const embed: Example = {
  body: { model: 'openai/text-embedding-3-small', input: ['The sky', 'A tomato'] },
  fields: { input: 'A text, or several', dimensions: 'How long a vector shall be' },
  answer: { model: 'text-embedding-3-small', embeddings: [[0.1], [0.2]], prompt_eval_count: 4 },
}

const embeddings: Example = {
  body: { model: 'openai/text-embedding-3-small', prompt: 'The sky' },
  fields: { prompt: 'A text' },
  answer: { embedding: [0.1] },
}

/** What the API document shows of each call. */
export const examples = { chat, generate, embed, embeddings } as const
