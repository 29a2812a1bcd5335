import { expect, test } from 'bun:test'
import { soak } from './soak.ts'

/** R4 in short; the whole of it is `bun run soak:usage`. */
test('thousands of calls, one in twenty broken: the records equal the ledger of the provider', async () => {
  const { equal, estimated } = await soak(4000)
  for (const [what, [recorded, truth]] of Object.entries(equal))
    expect(`${what}: ${recorded}`).toBe(`${what}: ${truth}`)
  expect(Object.keys(equal).length).toBeGreaterThan(15)
  expect(Math.abs(estimated - 1)).toBeLessThan(0.1)
}, 120_000)
