import * as v from 'valibot'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'

const from = v.picklist(['operator', 'provider', 'bundled'])
const tokens = v.nullable(v.object({ value: v.number(), from }))
const answer = v.nullable(v.object({ value: v.boolean(), from }))

export const adminModel = v.object({
  id: v.string(),
  provider: v.string(),
  model: v.string(),
  created: v.number(),
  stale: v.boolean(),
  facts: v.pipe(
    v.object({
      context_length: tokens,
      max_output_tokens: tokens,
      images: answer,
      audio: answer,
      pdfs: answer,
      tools: answer,
      reasoning: answer,
      structured_outputs: answer,
      shutdown_date: v.nullable(v.object({ value: v.string(), from })),
    }),
    v.description('What it can do, and who says so; null is not known'),
  ),
  price: v.pipe(
    v.object({ input: v.nullable(v.number()), output: v.nullable(v.number()) }),
    v.description('Dollars for a million tokens'),
  ),
})

type AdminModel = v.InferOutput<typeof adminModel>

interface Deps {
  readonly lists: ModelLists
  readonly facts: FactsSource
  readonly prices: Prices
}

/** Every model of every provider, with all that is known of it. */
export const createAdminModels = ({ lists, facts, prices }: Deps) => {
  function view(name: { readonly provider: string; readonly model: string }) {
    const { facts: known, origins } = facts.of(name)
    const told = <F extends keyof typeof known>(fact: F) =>
      known[fact] === undefined ? null : { value: known[fact], from: origins[fact]! }
    return {
      facts: {
        context_length: told('contextWindow'),
        max_output_tokens: told('maxOutput'),
        images: told('images'),
        audio: told('audio'),
        pdfs: told('pdfs'),
        tools: told('tools'),
        reasoning: told('reasoning'),
        structured_outputs: told('structuredOutput'),
        shutdown_date: told('retiresOn'),
      },
      price: prices.perMillionOf(name),
    }
  }

  return async (): Promise<AdminModel[]> => {
    await facts.loading()
    return lists.status().flatMap(({ name: provider, state }) =>
      [...(lists.of(provider)?.values() ?? [])].map(({ id: model, created }) => ({
        id: `${provider}/${model}`,
        provider,
        model,
        created,
        stale: state === 'stale',
        ...view({ provider, model }),
      })),
    )
  }
}
