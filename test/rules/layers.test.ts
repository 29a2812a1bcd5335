import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Layers } from '../../plugins/virtual-models/reading/layers.ts'

const key = fc.integer({ min: 0, max: 60 }).map(String)
const change = fc.record({ without: key, added: fc.option(key, { nil: undefined }) })

test('Layers hold what a map would that is copied with each change, in the same order, and never change', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 40 }),
      fc.array(change, { maxLength: 80 }),
      (first, changes) => {
        const begun = new Map(first.map(name => [name, { name }]))
        const seen: [Layers<{ name: string }>, Map<string, { name: string }>][] = [[new Layers(begun), begun]]
        for (const { without, added } of changes) {
          const [layers, map] = seen.at(-1)!
          const value = { name: `${added} ${seen.length}` }
          const copy = new Map(map)
          copy.delete(without)
          // Another one that has the name already is replaced at the end; the store refuses such a write before.
          if (added !== undefined) copy.delete(added)
          if (added !== undefined) copy.set(added, value)
          seen.push([layers.next(without, added === undefined ? undefined : [added, value]), copy])
        }
        for (const [layers, map] of seen) {
          expect([...layers]).toEqual([...map])
          expect([...layers.keys()]).toEqual([...map.keys()])
          expect([...layers.values()]).toEqual([...map.values()])
          expect(layers.size).toBe(map.size)
          for (let i = 0; i <= 60; i++) {
            expect(layers.get(String(i))).toBe(map.get(String(i))!)
            expect(layers.has(String(i))).toBe(map.has(String(i)))
          }
        }
      },
    ),
    { numRuns: 200 },
  )
})
