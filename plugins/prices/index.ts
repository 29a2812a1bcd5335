import * as v from 'valibot'
import { definePlugin } from '../../src/plugin.ts'
import type { Target } from '../../src/types.ts'
import type { Prices } from './model.ts'

const price = v.pipe(v.number(), v.minValue(0, 'expected at least 0'))
const overrides = v.record(v.string(), v.strictObject({ input: price, output: price }))

/** Names that the price data has for providers, where they differ from ours. */
const knownAs: Readonly<Record<string, string>> = { xai: 'x-ai', moonshot: 'moonshotai' }
const MILLION = 1_000_000

/** JSON out of a variable, or the object of a config file. */
const overridesSetting = v.union([
  overrides,
  v.pipe(
    v.string(),
    v.parseJson(undefined, 'expected JSON such as {"openai/gpt-5": {"input": 1.25, "output": 10}}'),
    overrides,
  ),
])

export default definePlugin({
  name: 'prices',
  about: 'Knows what models cost, from bundled public data and the operator.',
  config: v.object({ overrides: v.optional(overridesSetting, {}) }),
  env: { overrides: ['MODEL_PRICES'] },
  setup({ config, providers }) {
    type Data = typeof import('@pydantic/genai-prices')
    let data: Data | undefined
    let loading: Promise<void> | undefined
    const cache = new Map<string, number | undefined>()
    const own = new Map(Object.entries(config.overrides))

    function look({ provider, model }: Target, { calcPrice }: Data): number | undefined {
      const type = providers().get(provider)?.type ?? provider
      const usage = { input_tokens: MILLION, output_tokens: MILLION }
      try {
        return calcPrice(usage, model, { providerId: knownAs[type] ?? type })?.total_price
      } catch {
        // The data does not know this provider.
        return undefined
      }
    }

    const exports: Prices = {
      perMillion(target) {
        const name = `${target.provider}/${target.model}`
        const told = own.get(name)
        if (told !== undefined) return told.input + told.output
        if (data === undefined) return undefined
        if (!cache.has(name)) cache.set(name, look(target, data))
        return cache.get(name)
      },
      loading() {
        if (data !== undefined) return undefined
        loading ??= import('@pydantic/genai-prices').then(loaded => {
          data = loaded
        })
        return loading
      },
    }
    return { exports }
  },
})
