import { PIXEL } from '../../mock/images.ts'
import type { Plan } from '../../mock/plan.ts'

/** What is asked and answered, whatever the language. */

export const ASK = 'Where does it go? [[]]'
export const UNICODE = 'Grüße 👩‍👩‍👧‍👦 — “東京” \u{1f9ea} a\u0301 \u2028 \\ " \u0007 ok'
export const PICTURE = `data:image/png;base64,${PIXEL}`

export const weather = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['c', 'f'] } },
  required: ['city'],
  additionalProperties: false,
}

export const call = { name: 'weather', id: 'call_1', arguments: { city: 'Zürich', unit: 'c' } }
export const calls = [call, { name: 'weather', id: 'call_2', arguments: { city: '東京' } }]

export const answerSchema = {
  type: 'object',
  properties: { answer: { type: 'string' }, sure: { type: 'boolean' } },
  required: ['answer', 'sure'],
  additionalProperties: false,
}

/** Answers that every language can give. */
export const answers: Readonly<Record<string, Plan>> = {
  text: { text: 'A road of its own.' },
  unicode: { text: UNICODE },
  whitespace: { text: ' \n\n  two\n\nparagraphs  ' },
  markup: { text: 'data: {"a":1}\n\ndata: [DONE]\n\nevent: error\n' },
  long: { tokens: 1500 },
  reasoning: { text: 'So be it.', reasoning: 'Let me see what there is.' },
  call: { toolCall: call },
  calls: { toolCall: calls },
  'text-and-calls': { text: 'Let me look.', toolCall: calls },
  'call-without-arguments': { toolCall: { name: 'now', id: 'call_1', arguments: {} } },
  length: { text: 'It was cut', finishReason: 'length' },
  filtered: { text: 'I had better', finishReason: 'content_filter' },
  cached: { text: 'Known already.', cacheRead: 100, cacheWritten: 20 },
}
