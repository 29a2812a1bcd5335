import { beforeAll, expect, test } from 'bun:test'
import { type Column, isHarmless, measure, page, README, type Row, render, unpadded } from './table.ts'

/** The page says what is true, and nothing is left out behind anybody's back. */

let rows: readonly Row[]
beforeAll(async () => {
  rows = await measure()
}, 60_000)

test('plugins/dialects/README.md is what is measured; bun test/conformance/table.ts writes it', async () => {
  const isCurrent = unpadded(await Bun.file(README).text()) === unpadded(page(render(rows)))
  expect(isCurrent).toBe(true)
})

test('a refusal names the field', () => {
  const words = rows.flatMap(({ cells }) =>
    Object.values(cells)
      .filter(({ fate }) => fate === 'refused')
      .map(({ words }) => words),
  )
  expect(words.length).toBeGreaterThan(50)
  expect(words.filter(each => !/[a-z_]+(?:[.[]|")|^[a-z_]+ /.test(each))).toEqual([])
})

test('nothing is left out silently that changes the answer', () => {
  const silent = rows.flatMap(({ language, feature, cells }) =>
    (Object.keys(cells) as Column[])
      .filter(column => cells[column].fate === 'silent')
      .filter(() => !isHarmless({ language, feature }))
      .map(column => `${language}: ${feature}, ${column}`),
  )
  expect(silent).toEqual([])
})
