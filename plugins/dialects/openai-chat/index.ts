import type { Dialect } from '../../../src/contract/dialect.ts'
import { objectOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { fromResult } from './answer.ts'
import { toCall } from './call.ts'
import { example } from './example.ts'
import { lens } from './lens.ts'
import { outgoing } from './outgoing.ts'
import { preset } from './preset.ts'
import { question } from './question.ts'
import { toError } from './refusal.ts'
import { read } from './shape.ts'
import { lacks } from './tools.ts'
import { createWriter } from './writer.ts'

/** OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat */
export const openaiChat: Dialect = {
  ...lens,
  name: 'openai-chat',
  path: '/v1/chat/completions',
  about: "A chat completion, in OpenAI's language",
  example,
  forwardedHeaders: ['openai-beta', 'idempotency-key'],
  read,
  preset,
  outgoing,
  isStream: body => body.stream === true,
  // Spoken answers can be gone on with, and for an hour only.
  isRepeatable: body => body.store !== true && body.audio == null,
  question,
  askUsage(body) {
    const options = objectOf(body.stream_options)
    return options.include_usage === true
      ? undefined
      : { field: 'stream_options', value: { ...options, include_usage: true } }
  },
  refusal: toError,
  refusalEvent: refusal => `data: ${JSON.stringify(toError(refusal))}\n\n`,
  translation: { kind: 'language', toCall, lacks, fromResult, writer: createWriter },
}

export default definePlugin({
  name: 'openai-chat',
  about: "Speaks OpenAI's chat completions.",
  setup: () => ({ dialects: [openaiChat] }),
})
