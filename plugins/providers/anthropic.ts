import { objectOf } from '../../src/contract/loose-json.ts'
import { withoutBlankTexts } from '../../src/translate/blank-texts.ts'
import { PLAIN_IDS } from '../../src/translate/call-ids.ts'
import { withFreeName } from '../../src/translate/free-name.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import type { JsonObject } from '../../src/types.ts'
import { supported } from '../../src/vendors/model-facts.ts'
import { readPages, withParameter } from '../../src/vendors/model-list.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import {
  claude,
  claudeEndings,
  claudeNames,
  claudeSampling,
  refusesLateSystem,
  withoutSampling,
  withSilentLimit,
} from '../families/claude.ts'
import { withFirstWords, withNewEvents } from '../families/claude-events.ts'
import { claudeEarlyUsage, claudeUsage } from '../families/claude-usage.ts'

/** What https://platform.claude.com/docs/en/api/models/list says of a model. */
function factsOf({ max_input_tokens, max_tokens, capabilities, retires_at }: JsonObject) {
  const can = objectOf(capabilities)
  return {
    contextWindow: max_input_tokens,
    maxOutput: max_tokens,
    images: supported(can.image_input),
    pdfs: supported(can.pdf_input),
    reasoning: supported(can.thinking),
    structuredOutput: supported(can.structured_outputs),
    retiresOn: retires_at,
  }
}

/**
 * Messages and token counts pass as bytes; chat and the others are translated.
 *
 * What the package loses: which share of the cache was written for an hour, which `usage` reads from the vendor's report;
 * streams with events, blocks and deltas that are new, which are passed over; what is said in the event that begins a
 * block, which is put back.
 */
export default modelProvider({
  name: 'anthropic',
  about: 'Claude models of Anthropic.',
  baseUrl: 'https://api.anthropic.com/v1',
  path: '/v1',
  speaks: ['anthropic-messages', 'anthropic-count-tokens'],
  credentials: key => ({ 'x-api-key': key }),
  defaults: { 'anthropic-version': '2023-06-01' },
  offers: ['language'],
  adapt: withoutSampling,
  thinking: claude(budgetTokens => ({ thinking: { type: 'enabled', budgetTokens } })),
  refusesLateSystem,
  callIds: PLAIN_IDS,
  toolNames: claudeNames,
  sampling: claudeSampling,
  usage: claudeUsage,
  earlyUsage: claudeEarlyUsage,
  endings: claudeEndings,
  async load({ baseUrl, fetch }) {
    const { createAnthropic } = await import('@ai-sdk/anthropic')
    const anthropic = createAnthropic({
      baseURL: baseUrl,
      apiKey: KEY_IN_FETCH,
      fetch: withFirstWords(fetch),
    })
    return {
      languageModel: id =>
        withFreeName(withoutBlankTexts(withSilentLimit(withNewEvents(anthropic.languageModel(id)))), 'json'),
    }
  },
  models: ({ provider, baseUrl, get }) =>
    readPages({
      provider,
      url: `${baseUrl}/models?limit=1000`,
      get,
      shape: {
        list: 'data',
        read: entry => ({
          id: entry.id,
          created: Date.parse(String(entry.created_at)) / 1000,
          ownedBy: 'anthropic',
          facts: factsOf(entry),
        }),
        next: ({ has_more, last_id }, url) =>
          has_more === true ? withParameter(url, 'after_id', last_id) : undefined,
      },
    }),
})
