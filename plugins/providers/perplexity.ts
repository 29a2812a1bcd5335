import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Its `/v1/models` is for another API of Perplexity, the one for agents. Every chunk reports usage unasked. Sonar models
 * speak chat alone (https://docs.perplexity.ai/api-reference); embeddings have an encoding of their own there.
 */
export default openaiCompatible({
  name: 'perplexity',
  about: 'Sonar models of Perplexity, which search the web before they answer.',
  baseUrl: 'https://api.perplexity.ai',
  asksUsage: false,
  models: ['sonar', 'sonar-pro', 'sonar-reasoning-pro', 'sonar-deep-research'],
})
