import type { Dialect } from '../../../src/contract/dialect.ts'
import { usageOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { geminiError } from '../../families/gemini-errors.ts'
import { geminiLens } from '../../families/gemini-lens.ts'
import { PATH, saidBy } from './address.ts'
import { fromResult } from './answer.ts'
import { toCall } from './call.ts'
import { camelled } from './camel.ts'
import { estimate } from './count.ts'
import { countExample, example } from './example.ts'
import { outgoing, outgoingCount } from './outgoing.ts'
import { preset } from './preset.ts'
import { question } from './question.ts'
import { lacks } from './tools.ts'
import { createWriter } from './writer.ts'

/** Google's generateContent: https://ai.google.dev/api/generate-content */
export const generateContent: Dialect = {
  ...geminiLens,
  name: 'google-generate-content',
  path: PATH,
  said: saidBy({ ':generateContent': { stream: false }, ':streamGenerateContent': { stream: true } }),
  about: "An answer, in Google's language; streams with `?alt=sse`",
  example,
  forwardedHeaders: [],
  read: camelled,
  spelling: 'camel',
  preset,
  outgoing,
  isStream: body => body.stream === true,
  // What is kept at Google ends some day.
  isRepeatable: body => body.cachedContent == null,
  question,
  refusal: geminiError,
  refusalEvent: refusal => `data: ${JSON.stringify(geminiError(refusal))}\n\n`,
  translation: { kind: 'language', toCall, lacks, fromResult, writer: createWriter },
}

/** A number does not say why it ended, and other words have another one. */
const { finish: _, question: __, preset: ___, ...countable } = generateContent

/** How many tokens a prompt has: https://ai.google.dev/api/tokens */
export const countTokens: Dialect = {
  ...countable,
  name: 'google-count-tokens',
  said: saidBy({ ':countTokens': {} }),
  about: "The tokens of a prompt, in Google's language; an estimate where the provider cannot count them",
  example: countExample,
  outgoing: outgoingCount,
  isStream: () => false,
  // Nobody is paid for counting.
  usage: () => usageOf({}),
  translation: { kind: 'local', run: estimate },
}

export default definePlugin({
  name: 'google-generate-content',
  about: "Speaks Google's generateContent.",
  setup: () => ({ dialects: [generateContent, countTokens] }),
})
