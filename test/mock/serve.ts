import { createMockProvider } from './provider.ts'

/** The mock provider as a process: `PORT=4010 bun test/mock/serve.ts`. */
const { PORT, MODELS, TOKENS, BURST, KEEP } = process.env
const mock = createMockProvider({
  port: Number(PORT ?? 0),
  keep: Number(KEEP ?? 0),
  ...(MODELS !== undefined && { models: MODELS.split(',') }),
  ...(TOKENS !== undefined && { tokens: Number(TOKENS) }),
  ...(BURST !== undefined && { burst: Number(BURST) }),
})
console.log(mock.url)
