import { createMockProvider } from './provider.ts'

/** The mock provider as a process: `PORT=4010 bun test/mock/serve.ts`. */
const { PORT, MODELS, MODEL_COUNT, TOKENS, BURST, KEEP } = process.env
// A list of thousands does not fit into a variable.
const counted = Array.from({ length: Number(MODEL_COUNT ?? 0) }, (_, i) => `model-${i}`)
const models = [...(MODELS ?? 'mock-model').split(','), ...counted]
const mock = createMockProvider({
  port: Number(PORT ?? 0),
  keep: Number(KEEP ?? 0),
  models,
  ...(TOKENS !== undefined && { tokens: Number(TOKENS) }),
  ...(BURST !== undefined && { burst: Number(BURST) }),
})
console.log(mock.url)
