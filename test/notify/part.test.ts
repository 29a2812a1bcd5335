import { expect, test } from 'bun:test'
import { createNoticesApi } from '../../plugins/notify/api.ts'
import type { Book } from '../../plugins/notify/book.ts'
import { createNoticesPage } from '../../plugins/notify/page.tsx'
import { createState } from '../../plugins/notify/state.ts'
import { DatabaseAway } from '../../src/database/faults.ts'

const stands = { key: 'redis:connection', tone: 'amber', text: 'Redis is away.', place: '/settings' } as const
const away = async () => {
  throw new DatabaseAway('no answer within 5 s')
}
const book = new Proxy({}, { get: () => away }) as Book
const hooks = [{ id: 'a', host: 'hooks.example.com', format: 'json', least: 'amber' }] as never
const read = createState({ hooks, book, concerns: { look: async () => [stands as never] } })

test('what needs attention is told while the database is away, with a word that it is not all', async () => {
  const [get] = createNoticesApi({ read, tryAll: async () => [] })
  expect(await get!.run({} as never)).toEqual({
    hooks: [],
    standing: [
      { key: stands.key, tone: 'amber', text: stands.text, page: '/settings', since: null, told_at: null },
    ],
    sent: [],
    is_part: true,
  })
})

test('the page Notices says so, and not that nobody is told', async () => {
  const page = createNoticesPage({ read, tryAll: async () => [], now: () => 0, after: 60_000 })
  const request = { base: '', admin: { via: 'master' } } as never
  const markup = String(page.view(await page.load(request), request))
  expect(markup).toContain('The database does not answer')
  expect(markup).not.toContain('Nobody is told yet')
})

test('a bug is not taken for that', async () => {
  const broken = new Proxy({}, { get: () => async () => Promise.reject(new TypeError('a bug')) }) as Book
  const read = createState({ hooks, book: broken, concerns: { look: async () => [] } })
  await expect(read(1)).rejects.toThrow('a bug')
})
