import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { flag, says } from '../../src/contract/settings.ts'
import type { Answered } from '../../src/exchange.ts'
import type { Usage } from '../../src/types.ts'
import type { Pricer, Prices } from '../prices/model.ts'
import { places, toDollars, toJson, withCost } from './write.ts'

export default definePlugin({
  name: 'answer-cost',
  about: 'Tells callers what their answers cost, where the operator wants them to know.',
  config: v.object({
    header: says(
      'true: whole answers tell callers what they cost (x-modelway-cost-usd), where the price is known. Price data are then kept on the thread that serves, too: some 25 MB',
      v.optional(flag(), false),
    ),
    streams: says(
      'true: streams tell what they cost, in the events that report usage (as usage.cost)',
      v.optional(flag(), false),
    ),
  }),
  env: { header: ['COST_HEADER'], streams: ['COST_IN_STREAMS'] },
  changeable: ['header', 'streams'],
  needs: ['prices'],
  setup({ config: { header, streams }, use, providers, now }) {
    // Price data take time and room: nobody else needs them on this thread.
    if (!header && !streams) return {}
    const recipe = use<Prices>('prices').recipe()
    let pricer: Pricer | undefined

    /** In dollars; undefined where the price is not known, which is not the same as nothing. */
    function costOf({ target, startedAt, recalled }: Answered, usage: Usage | undefined): string | undefined {
      // A stored answer took nothing, whatever its events tell of when it was new.
      if (recalled !== undefined) return '0'
      if (pricer === undefined || target === undefined || usage === undefined) return undefined
      const { provider, model } = target
      const providerType = providers().get(provider)?.type ?? provider
      const at = Math.round(now() - (performance.now() - startedAt))
      const { nano, source } = pricer.price({ providerType, provider, model, usage, at })
      return nano === null || source === 'list' ? undefined : toDollars(nano)
    }

    return {
      async start() {
        const { createPricer } = (await import(recipe.module)) as {
          createPricer(options: unknown): Promise<Pricer>
        }
        pricer = await createPricer(recipe.options)
      },
      ...(header && {
        tells: {
          'x-modelway-cost-usd': 'What a whole answer cost, in dollars; absent where the price is not known',
        },
        head(x) {
          const cost = x.stream ? undefined : costOf(x, x.usage)
          return cost === undefined ? undefined : { 'x-modelway-cost-usd': cost }
        },
      }),
      ...(streams && {
        tap(x) {
          if (!x.stream) return undefined
          let usage: Usage | undefined
          return data => {
            // Nearly all of a stream is text that says nothing about itself.
            if (!data.includes('"usage"')) return data
            const part = toJson(data)
            usage = (part && x.lens?.usage(part, usage)) ?? usage
            return places.reduce((text, place) => withCost(text, place, () => costOf(x, usage)), data)
          }
        },
      }),
    }
  },
})
