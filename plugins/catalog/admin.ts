import * as v from 'valibot'
import { says } from '../../src/contract/settings.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'

const from = v.picklist(['operator', 'provider', 'bundled'])
const saidBy = says('Who says so', from)
const tokens = v.nullable(v.object({ value: says('Tokens', v.number()), from: saidBy }))
const answer = v.nullable(v.object({ value: says('Whether it does', v.boolean()), from: saidBy }))

export const adminModel = v.object({
  id: says('`provider/id`', v.string()),
  provider: says('Its name', v.string()),
  model: says('Its id there', v.string()),
  created: says('Seconds since 1970, as the provider says', v.number()),
  stale: says('The list is an old one', v.boolean()),
  facts: v.pipe(
    v.object({
      context_length: says('What it reads at most, with its answer', tokens),
      max_output_tokens: says('What it writes at most', tokens),
      images: says('It sees images', answer),
      audio: says('It hears', answer),
      pdfs: says('It reads PDF files', answer),
      tools: says('It calls tools', answer),
      reasoning: says('It thinks before it answers', answer),
      structured_outputs: says('It keeps to a JSON schema', answer),
      shutdown_date: says(
        'When its provider ends it',
        v.nullable(v.object({ value: says('The day', v.string()), from: saidBy })),
      ),
    }),
    v.description('What it can do, and who says so; null is not known'),
  ),
  price: v.pipe(
    v.object({
      input: says('Of what it reads', v.nullable(v.number())),
      output: says('Of what it writes', v.nullable(v.number())),
    }),
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
