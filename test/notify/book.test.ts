import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Standing } from '../../plugins/concerns/model.ts'
import { type Book, createBook } from '../../plugins/notify/book.ts'
import { openDatabase } from '../../src/database/open.ts'

/** Gateways that do the same at the same moment: one of them does it. */

const concern = (about: string): Standing => {
  const shown = { tone: 'bad', words: [about], act: 'See it', place: '/overview' } as const
  const watch = { kind: 'test', many: 'tests', act: 'All', place: '/overview', look: () => [] } as const
  return { ...shown, about, key: `test:${about}`, text: about, watch }
}

async function openBooks(): Promise<AsyncDisposable & { readonly books: readonly [Book, Book] }> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-notify-'))
  const open = () => openDatabase(`file:${join(folder, 'x.db')}`)
  const [one, other] = [await open(), await open()]
  await one.migrate(new URL('../../drizzle', import.meta.url).pathname)
  return {
    books: [createBook(one.db), createBook(other.db)],
    async [Symbol.asyncDispose]() {
      one.close()
      other.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test('a concern is taken by one of two gateways, and by the other when the first says no more of it', async () => {
  await using opened = await openBooks()
  const { books } = opened
  for (let round = 0; round < 20; round++) {
    await books[0].see([concern(String(round))], 1_000_000, 0)
    const row = (await books[0].standing()).find(({ key }) => key === `test:${round}`)!
    const claim = (now: number) => Promise.all(books.map(book => book.claim([row.id], now)))
    expect((await claim(1_000_000)).flat()).toHaveLength(1)
    expect((await claim(1_010_000)).flat()).toHaveLength(0)
    expect((await claim(1_030_000)).flat()).toHaveLength(1)
  }
})

test('a notice is taken for one try by one of two gateways', async () => {
  await using opened = await openBooks()
  const { books } = opened
  const content = { type: 'test', tone: 'bad', key: 'k', text: 't', place: '/overview' } as const
  for (let round = 0; round < 20; round++) {
    const notice = { id: String(round), at: round, content }
    await books[0].tell([], [{ hook: 'h', notice }], 5)
    const row = (await books[0].oldest('h'))!
    const taken = await Promise.all(books.map(book => book.take(row, 5)))
    expect(taken.toSorted()).toEqual([false, true])
    await books[0].end(row, { sentAt: 6 })
  }
})
