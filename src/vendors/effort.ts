import type { LanguageModelV4 } from '@ai-sdk/provider'
import { withLayer } from '../translate/layer.ts'

const NOT_HOW_MUCH = {
  type: 'other',
  message: 'reasoning: this model thinks as much as it wants to, and is not told how much',
} as const

/** The same model for clients that say how much it shall think, where it would refuse that. It may be told not to. */
export const withoutEffort = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, given => {
    const { reasoning, ...options } = given
    const isEffort = reasoning !== undefined && reasoning !== 'none' && reasoning !== 'provider-default'
    return isEffort ? { options, warnings: [NOT_HOW_MUCH] } : { options: given }
  })
