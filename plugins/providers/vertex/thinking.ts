import type { Thinking } from '../../../src/contract/thinking.ts'
import { claude } from '../../families/claude.ts'
import { gemini } from '../../families/gemini.ts'

const thinkingOfClaude = claude(budgetTokens => ({ thinking: { type: 'enabled', budgetTokens } }))

/** Models of two makers are served here. */
export const thinkingOf = (model: string): Thinking | undefined =>
  model.startsWith('claude-') ? thinkingOfClaude(model) : gemini(model)
