/** A model as a provider lists it. */
export interface Model {
  readonly id: string
  /** Seconds since 1970; 0 where the provider does not say. */
  readonly created: number
  readonly ownedBy?: string
  /** What the provider says that it can do; absent where it says nothing. */
  readonly facts?: ModelFacts
}

/** What a model can do. What is absent is not known, which is neither no nor zero. */
export interface ModelFacts {
  /** Tokens that fit into one call. */
  readonly contextWindow?: number
  /** Tokens of the longest answer. */
  readonly maxOutput?: number
  /** Whether it reads pictures, and so on. */
  readonly images?: boolean
  readonly audio?: boolean
  readonly pdfs?: boolean
  readonly tools?: boolean
  readonly reasoning?: boolean
  /** Answers in the shape of a schema. */
  readonly structuredOutput?: boolean
  /** The day from which on it is not there any more: `2026-12-31`. */
  readonly retiresOn?: string
}
