import * as v from 'valibot'
import { definePlugin } from '../../src/plugin.ts'
import { says } from '../../src/settings.ts'
import type { Bundled } from './bundled.ts'
import type { PricerOptions, Prices } from './model.ts'
import { toNumber } from './money.ts'
import { createOverrides, type FindOverride } from './overrides.ts'
import { overridesSetting } from './settings.ts'

export default definePlugin({
  name: 'prices',
  about: 'Knows what models cost, from bundled public data and the operator.',
  config: v.object({
    overrides: says(
      'Dollars for a million tokens, instead of public prices: {"openai/gpt-5": {"input": 1.25, "output": 10}}. Selectors, more fields and dates: plugins/prices/README.md',
      v.optional(overridesSetting, {}),
    ),
  }),
  env: { overrides: ['MODEL_PRICES'] },
  setup({ config: { overrides }, providers, now }) {
    let bundled: Bundled | undefined
    let loading: Promise<void> | undefined
    let findOverride: FindOverride | undefined
    // Asked for by requests and by workers that start, never during setup: only then are all providers known.
    const options = (): PricerOptions => ({ overrides, providers: [...providers().keys()] })

    const exports: Prices = {
      perMillion({ provider, model }) {
        const at = now()
        findOverride ??= createOverrides(options())
        const type = providers().get(provider)?.type ?? provider
        const rates = findOverride(provider, model, at)?.rates ?? bundled?.rates({ type, id: model }, at, 0)
        return rates?.input === undefined ? undefined : toNumber(rates.input + (rates.output ?? 0n))
      },
      loading() {
        if (bundled !== undefined) return undefined
        loading ??= import('./bundled.ts').then(async ({ loadBundled }) => {
          bundled = await loadBundled()
        })
        return loading
      },
      recipe: () => ({
        module: new URL('./cost.ts', import.meta.url).href,
        get options() {
          return options()
        },
      }),
    }
    return { exports }
  },
})
