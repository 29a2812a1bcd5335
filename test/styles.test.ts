import { expect, test } from 'bun:test'

/** Sheets are put together into one: a class that two of them style on their own is styled by the later one everywhere. */

const folder = new URL('../views/styles/', import.meta.url).pathname
const sheets = [...new Bun.Glob('*.css').scanSync(folder)].sort()

/** Classes that a sheet styles wherever they stand: a rule of its own, outside of conditions. */
async function classesOf(sheet: string): Promise<readonly string[]> {
  const text = (await Bun.file(folder + sheet).text()).replace(/\/\*[\s\S]*?\*\//g, '')
  const rules = [...text.matchAll(/^([^\s@}][^{}]*)\{/gm)].flatMap(([, selectors]) => selectors!.split(','))
  return [...new Set(rules.map(selector => selector.trim()).filter(selector => /^\.[\w-]+$/.test(selector)))]
}

test('no two sheets style the same class on their own', async () => {
  const owners = new Map<string, string[]>()
  for (const sheet of sheets)
    for (const name of await classesOf(sheet)) owners.set(name, [...(owners.get(name) ?? []), sheet])
  expect(owners.size).toBeGreaterThan(100)
  expect([...owners].filter(([, found]) => found.length > 1)).toEqual([])
})
