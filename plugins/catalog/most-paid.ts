/** Dollars for a million tokens; null where that is not known. */
export interface Price {
  readonly input: number | null
  readonly output: number | null
}

/** What holds whichever of the models answers: the highest price, and none where one of them is not known. */
export const mostPaidOf = (prices: readonly Price[]): Price => ({
  input: most(prices.map(({ input }) => input)),
  output: most(prices.map(({ output }) => output)),
})

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 || known.length < values.length ? null : Math.max(...known)
}
