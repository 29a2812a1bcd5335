import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { createCounts } from '../../src/contract/counts.ts'
import { createChannel, createGathering, type Peers } from '../../src/contract/peers.ts'

/** What workers say that run another version of the same plugin. */
const others = (said: Partial<Peers>): Peers => ({
  tell: async () => [],
  gather: async () => [],
  left: undefined,
  ...said,
})

describe('what comes from another worker', () => {
  const options = { note: v.object({ model: v.string() }), answer: v.number() }

  test('is heard in the shape that was declared', async () => {
    const heard: string[] = []
    const { hear } = createChannel(undefined, { ...options, heard: ({ model }) => heard.push(model) })
    expect(await hear({ model: 'smarter' })).toBe(1)
    expect(heard).toEqual(['smarter'])
  })

  test('is not heard in another one', () => {
    const { hear } = createChannel(undefined, { ...options, heard: () => 0 })
    expect(() => hear({ name: 'smarter' })).toThrow('model')
  })

  test('counts as no answer where nobody can read it', async () => {
    const peers = others({ tell: async () => [2, 'two', undefined] })
    expect(await createChannel(peers, { ...options, heard: () => 0 }).tell({ model: 'smarter' })).toEqual([2])
    expect(await createChannel(undefined, { ...options, heard: () => 0 }).tell({ model: 'smarter' })).toEqual(
      [],
    )
  })

  test('is left out of the figures where nobody can read it', async () => {
    const peers = others({ gather: async () => [{ hits: 1 }, { found: 1 }], left: 'many' })
    const { gather, left } = createGathering(peers, v.object({ hits: v.number() }))!
    expect(await gather()).toEqual([{ hits: 1 }])
    expect(left).toBeUndefined()
  })

  test('does not spoil what is added up', async () => {
    const row = v.object({ tool: v.string(), count: v.number() })
    const own = () => [{ tool: 'search', count: 1 }]
    const peers = others({ gather: async () => [own(), [{ tool: 'search' }]] })
    expect(await createCounts(peers, { row, own }).everywhere()).toEqual([{ tool: 'search', count: 1 }])
  })
})
