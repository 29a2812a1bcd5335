import { PIXEL } from '../mock/images.ts'
import { answerSchema, call, weather } from './cases/shared.ts'
import { entries, hello } from './feature.ts'

const user = { role: 'user', content: hello }
const tool = { type: 'function', function: { name: 'weather', parameters: weather } }
const tools = { tools: [tool] }
const called = { function: { name: call.name, arguments: call.arguments } }
const used = (...results: object[]) => ({
  messages: [user, { role: 'assistant', content: '', tool_calls: [called] }, ...results],
})
const result = { role: 'tool', tool_name: call.name, content: '21 °C' }
const turn = (more: object) => ({
  messages: [user, { role: 'assistant', content: 'There.', ...more }, { role: 'user', content: 'And then?' }],
})

export const ollama = entries({
  system: { messages: [{ role: 'system', content: 'Be brief.' }, user] },
  'a picture': { messages: [{ ...user, images: [PIXEL] }] },
  'a picture in a result': [used({ ...result, images: [PIXEL] }), used(result)],
  '`thinking` of a turn': [turn({ thinking: 'Hm.' }), turn({})],
  'tool calls and results': [{ ...used(result), ...tools }, tools],
  'tool calls and results, without `tools`': used(result),
  tools,
  '`think`: true': { think: true },
  '`think`: a level': { think: 'low' },
  '`think`: false': { think: false },
  '`format`: JSON': { format: 'json' },
  '`format`: a schema': { format: answerSchema },
  '`logprobs`': { logprobs: true },
  '`num_predict`': { options: { num_predict: 1234 } },
  '`temperature`': { options: { temperature: 0.4321 } },
  '`top_p`': { options: { top_p: 0.8765 } },
  '`top_k`': { options: { top_k: 43 } },
  '`stop`': { options: { stop: ['ZZ'] } },
  '`seed`': { options: { seed: 4321 } },
  '`frequency_penalty`, `presence_penalty`': { options: { frequency_penalty: 0.3, presence_penalty: 0.2 } },
  '`num_ctx`, and others for the machine': { options: { num_ctx: 8192 } },
  '`keep_alive`': { keep_alive: '5m' },
  'a field that nobody knows': { zz_unknown: 1 },
  'a member that nobody knows': [{ tools: [{ ...tool, zz_unknown: 1 }] }, tools],
})
