import { claude } from '../../plugins/families/claude.ts'
import type { Thinking } from '../../src/contract/thinking.ts'

/** What providers say about how their models think, by the key of their options. */
export const thinkingOf: Readonly<Record<string, (model: string) => Thinking | undefined>> = {
  __proto__: null!,
  anthropic: claude(budgetTokens => ({ thinking: { type: 'enabled', budgetTokens } })),
  bedrock: model =>
    model.includes('claude')
      ? claude(budgetTokens => ({ reasoningConfig: { type: 'enabled', budgetTokens } }))(model)
      : undefined,
  google: model =>
    model.startsWith('gemini-2.5')
      ? {
          budget: {
            least: 128,
            most: 32_768,
            toOptions: thinkingBudget => ({ thinkingConfig: { thinkingBudget } }),
          },
        }
      : undefined,
}
