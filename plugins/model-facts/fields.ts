import type { ModelFacts } from '../../src/contract/model.ts'

export type Fact = keyof ModelFacts

/** What facts are called in settings and in the admin API. */
export const fields = {
  contextWindow: 'context_length',
  maxOutput: 'max_output_tokens',
  images: 'images',
  audio: 'audio',
  pdfs: 'pdfs',
  tools: 'tools',
  reasoning: 'reasoning',
  structuredOutput: 'structured_outputs',
  retiresOn: 'shutdown_date',
} as const satisfies Record<Fact, string>

export const factNames = Object.keys(fields) as readonly Fact[]
