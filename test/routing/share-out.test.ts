import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { shareOut } from '../../plugins/virtual-models/choosing/share-out.ts'

/** Who gets which target, by names alone. */

const contender = fc.record({ name: fc.string({ minLength: 1 }), weight: fc.integer({ min: 1, max: 20 }) })
const contenders = (minLength: number) =>
  fc.uniqueArray(contender, { minLength, maxLength: 5, selector: ({ name }) => name })
const callers = Array.from({ length: 400 }, (_, i) => `caller-${i}`)

type Contenders = readonly { readonly name: string; readonly weight: number }[]
const shared = (targets: Contenders, who: readonly string[] = callers) =>
  who.map(caller => shareOut(caller, targets).name)

const runs = { numRuns: 40 }

describe('shareOut()', () => {
  test('says the same whatever order the targets stand in', () => {
    fc.assert(
      fc.property(contenders(2), targets => {
        expect(shared(targets.toReversed())).toEqual(shared(targets))
      }),
      runs,
    )
  })

  test('takes from whoever had a target that goes, and from nobody else; back it comes to the same', () => {
    fc.assert(
      fc.property(contenders(3), ([gone, ...left]) => {
        const before = shared([gone!, ...left])
        const after = shared(left)
        for (const [i, name] of before.entries()) if (name !== gone!.name) expect(after[i]).toBe(name)
      }),
      runs,
    )
  })

  test('moves callers only to a target that got more weight, and only from one that got less', () => {
    fc.assert(
      fc.property(contenders(2), fc.integer({ min: 1, max: 20 }), ([grown, ...others], more) => {
        const before = shared([grown!, ...others])
        const after = shared([{ ...grown!, weight: grown!.weight + more }, ...others])
        for (const [i, name] of after.entries()) if (name !== before[i]) expect(name).toBe(grown!.name)
      }),
      runs,
    )
  })

  test('gives each target its share: as near as chance would, with as many callers', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `caller-${i}`)
    for (const weights of [
      [1, 1],
      [1, 9],
      [1, 1, 98],
      [3, 5, 2, 7],
    ]) {
      const targets = weights.map((weight, i) => ({ name: `target-${i}`, weight }))
      const sum = weights.reduce((total, weight) => total + weight)
      const got = Map.groupBy(shared(targets, many), name => name)
      for (const { name, weight } of targets) {
        const share = weight / sum
        // Five times the standard error: nobody sees that by chance.
        const leeway = 5 * Math.sqrt(share * (1 - share) * many.length)
        expect(Math.abs((got.get(name)?.length ?? 0) - share * many.length)).toBeLessThan(leeway)
      }
    }
  })

  test('stays what it is from version to version: to change it would move everybody', () => {
    const targets = ['openai/gpt-5', 'anthropic/claude', 'groq/llama'].map(name => ({ name, weight: 1 }))
    const who = [...'abcdef'].map(name => JSON.stringify(['smart', '/team', 'caller', name]))
    expect(shared(targets, who)).toMatchInlineSnapshot(`
      [
        "anthropic/claude",
        "openai/gpt-5",
        "openai/gpt-5",
        "anthropic/claude",
        "groq/llama",
        "anthropic/claude",
      ]
    `)
  })
})
