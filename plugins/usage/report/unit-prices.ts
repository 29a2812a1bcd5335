import type { Usage } from '../../../src/types.ts'
import type { Priced, PriceQuery, Pricer } from '../../prices/model.ts'

export type PriceQuestion = Pick<PriceQuery, 'provider' | 'providerType' | 'model' | 'at'>

/** What a model costs, for short prompts; nano-dollars, null where it is not known. */
export interface UnitPrices {
  /** A million tokens each. */
  readonly input: number | null
  readonly cacheRead: number | null
  readonly output: number | null
  /** A call, beside its tokens. */
  readonly request: number | null
  readonly source: Priced['source']
}

/** So many tokens are priced to tell what a million costs: for longer prompts some models cost more. */
const SAMPLE = 1000
const NOTHING: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

/** Asks the pricer that prices calls, so that what is shown is what is billed. */
export function unitPrices(price: Pricer['price'], question: PriceQuestion): UnitPrices {
  const of = (usage: Partial<Usage>) => price({ ...question, usage: { ...NOTHING, ...usage } })
  const request = of({}).nano
  const million = ({ nano }: Priced) =>
    nano === null ? null : ((nano - (request ?? 0)) * 1_000_000) / SAMPLE
  const input = of({ input: SAMPLE })
  return {
    input: million(input),
    cacheRead: million(of({ cacheRead: SAMPLE })),
    output: million(of({ output: SAMPLE })),
    request,
    source: input.source,
  }
}
