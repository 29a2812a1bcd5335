import type { ModelFacts } from '../../src/contract/model.ts'
import type { Target, UserPath } from '../../src/types.ts'

/** Who says it: the operator, the provider with its list of models, or the data that come with the gateway. */
export type Origin = 'operator' | 'provider' | 'bundled'

/** What is known of a model, and who says each of it. */
export interface Known {
  readonly facts: ModelFacts
  readonly origins: { readonly [F in keyof ModelFacts]: Origin }
}

/** A model that its provider takes away. */
export interface Leaving {
  readonly provider: string
  readonly model: string
  /** `2026-12-31`. */
  readonly day: string
}

export type ModelName = Pick<Target, 'provider' | 'model'>

/** What models can do, as far as is known. */
export interface FactsSource {
  of(model: ModelName): Known
  /** What holds whichever of them is asked: the smallest number, and what all of them can. */
  ofAll(models: readonly ModelName[]): ModelFacts
  /** The same for what a name leads to, for an operator's call in the name of a user path. */
  ofName(name: string, userPath: UserPath): Promise<ModelFacts>
  /** The bundled data are loaded when somebody first needs them; undefined once they are there. */
  loading(): Promise<void> | undefined
  /** All listed models of which somebody knows the day on which they go. */
  leaving(): readonly Leaving[]
}
