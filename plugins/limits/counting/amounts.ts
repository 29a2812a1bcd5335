/** Calls, their tokens, and what they cost (nano-dollars). */
export interface Amounts {
  readonly requests: number
  readonly tokens: number
  readonly cost: number
}

export const nothing: Amounts = { requests: 0, tokens: 0, cost: 0 }

export const add = (a: Amounts, b: Amounts, times = 1): Amounts => ({
  requests: a.requests + b.requests * times,
  tokens: a.tokens + b.tokens * times,
  cost: a.cost + b.cost * times,
})

/** Of each of them the larger one. */
export const larger = (a: Amounts, b: Amounts): Amounts => ({
  requests: Math.max(a.requests, b.requests),
  tokens: Math.max(a.tokens, b.tokens),
  cost: Math.max(a.cost, b.cost),
})
