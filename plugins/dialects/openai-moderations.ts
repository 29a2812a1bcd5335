import type { Dialect } from '../../src/contract/dialect.ts'
import { isObject } from '../../src/contract/loose-json.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { smallApi } from '../../src/contract/small-api.ts'
import { fromPromptUsage } from '../../src/vendors/openai-usage.ts'

/** What OpenAI takes where none is named. */
const USUAL = 'omni-moderation-latest'

/**
 * OpenAI's moderations: https://platform.openai.com/docs/api-reference/moderations
 * No other provider has the same categories, so only those that speak it can serve.
 */
const openaiModerations: Dialect = {
  ...smallApi,
  name: 'openai-moderations',
  path: '/v1/moderations',
  operation: 'moderation',
  about: 'Whether a text or an image is harmful',
  example: {
    body: { model: 'openai/omni-moderation-latest', input: 'Hello' },
    fields: { input: 'A text, or several, or parts with texts and images' },
    answer: {
      id: 'modr-1',
      model: 'omni-moderation-latest',
      results: [{ flagged: false, categories: { violence: false }, category_scores: { violence: 0.01 } }],
    },
  },
  read: body => (body.model === undefined ? { ...body, model: USUAL } : body),
  isStream: () => false,
  isRepeatable: () => true,
  usage: ({ usage }) => (isObject(usage) ? fromPromptUsage(usage) : undefined),
}

export default definePlugin({
  name: 'openai-moderations',
  about: "Speaks OpenAI's moderations.",
  setup: () => ({ dialects: [openaiModerations] }),
})
