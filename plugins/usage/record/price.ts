import type { Priced, PriceQuery, PriceRecipe, Pricer } from '../../prices/model.ts'

type Complain = (message: string, facts: Readonly<Record<string, unknown>>) => void

const NANO = 1_000_000_000
const unpriced: Priced = { nano: null, source: null, version: null }

/** Without price data only what the provider itself says is known. */
const reported = ({ usage: { reportedCost } }: PriceQuery): Priced =>
  reportedCost === undefined
    ? unpriced
    : { nano: Math.round(reportedCost * NANO), source: 'reported', version: null }

/** Makes a pricer from its recipe. It never throws: a record without a price is better than none. */
export async function loadPrice(
  recipe: PriceRecipe | undefined,
  complain: Complain,
): Promise<Pricer['price']> {
  const pricer = await makePricer(recipe, complain)
  let isTold = false
  return query => {
    try {
      return pricer?.price(query) ?? reported(query)
    } catch (error) {
      if (!isTold) complain('A price cannot be told', { model: query.model, error: String(error) })
      isTold = true
      return reported(query)
    }
  }
}

async function makePricer(recipe: PriceRecipe | undefined, complain: Complain): Promise<Pricer | undefined> {
  if (recipe === undefined) return undefined
  try {
    const { createPricer } = (await import(recipe.module)) as {
      createPricer(options: unknown): Pricer | Promise<Pricer>
    }
    return await createPricer(recipe.options)
  } catch (error) {
    complain('Prices cannot be loaded: records are kept without a cost', { error: String(error) })
    return undefined
  }
}
