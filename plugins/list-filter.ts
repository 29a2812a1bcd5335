import * as v from 'valibot'
import { definePlugin } from '../src/contract/plugin.ts'
import { flag, says } from '../src/contract/settings.ts'

export default definePlugin({
  name: 'list-filter',
  about: 'Shows only redirects at /v1/models when asked to; provider models stay callable.',
  config: v.object({
    onlyAliases: says(
      'true: GET /v1/models shows redirects only; provider models stay callable',
      v.optional(flag(), false),
    ),
  }),
  env: { onlyAliases: ['KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT'] },
  changeable: ['onlyAliases'],
  setup: ({ config }) =>
    config.onlyAliases ? { list: models => models.filter(({ kind }) => kind === 'redirect') } : {},
})
