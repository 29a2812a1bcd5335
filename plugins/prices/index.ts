import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { says } from '../../src/contract/settings.ts'
import type { Target } from '../../src/types.ts'
import type { Bundled } from './bundled.ts'
import type { PricerOptions, Prices } from './model.ts'
import { toNumber } from './money.ts'
import { createOverrides, type FindOverride } from './overrides.ts'
import type { Rates } from './rates.ts'
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

    const typeOf = (provider: string) => providers().get(provider)?.type ?? provider

    function ratesOf({ provider, model }: Pick<Target, 'provider' | 'model'>): Rates | undefined {
      const at = now()
      findOverride ??= createOverrides(options())
      const own = findOverride(provider, model, at)
      return own?.rates ?? bundled?.rates({ type: typeOf(provider), id: model }, at, 0)
    }

    const exports: Prices = {
      perMillion(target) {
        const rates = ratesOf(target)
        return rates?.input === undefined ? undefined : toNumber(rates.input + (rates.output ?? 0n))
      },
      perMillionOf(target) {
        const { input, output } = ratesOf(target) ?? {}
        return {
          input: input === undefined ? null : toNumber(input),
          output: output === undefined ? null : toNumber(output),
        }
      },
      windowOf: ({ provider, model }) => bundled?.window({ type: typeOf(provider), id: model }),
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
