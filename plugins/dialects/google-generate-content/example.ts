import type { Example } from '../../../src/contract/example.ts'

const prompt = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }
const fields = {
  contents: 'The conversation so far, `user` and `model` in turn',
  systemInstruction: 'What the model is told before it begins',
  tools: 'Functions that the model may ask for; `toolConfig` says whether it must',
}

/** For the API document. */
export const example: Example = {
  body: { ...prompt, generationConfig: { maxOutputTokens: 100 } },
  fields: {
    ...fields,
    generationConfig:
      'How it answers: `temperature`, `maxOutputTokens`, `responseJsonSchema`, `thinkingConfig`',
  },
  answer: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: 'parrot',
  },
}

/** A prompt whose tokens are counted. */
export const countExample: Example = { body: prompt, fields, answer: { totalTokens: 6 } }
