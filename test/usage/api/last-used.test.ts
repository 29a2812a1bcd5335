import { afterAll, beforeAll, expect, test } from 'bun:test'
import { signIn, visible } from '../../history/browser.ts'
import type { Desk } from '../../history/desk.ts'
import { openScene, type Scene } from './scene.ts'

/** When keys were last used: what operators ask before they revoke one. */

const START = Date.UTC(2027, 0, 1)
const DAY = 86_400_000

let scene: Scene

beforeAll(async () => {
  scene = await openScene()
  scene.at(START)
})
afterAll(() => scene[Symbol.asyncDispose]())

const calls = (key: string, model: string, path?: string) =>
  scene.call(
    { model },
    { headers: { authorization: `Bearer ${key}`, ...(path && { 'x-modelway-user-path': path }) } },
  )
/** Signs in anew: no session is as long as the month that passes here. */
async function look(query: string): Promise<string> {
  await scene.book.flush()
  return visible(await (await signIn({ test: scene.house.test } as Desk, '/dashboard/keys')).look(query))
}
const lastUsed = async (id: string) => (await scene.ask(`/admin/keys/${id}`)).body.last_used

test('a key tells the last call that was made with it: when, what for, and where its record is', async () => {
  const { key, id } = await scene.key({ name: 'Service', user_path: '/team', sub_paths: true })
  expect(await lastUsed(id)).toBeNull()
  await calls(key, 'openai/one', '/team/first')
  scene.at(START + 60_000)
  await calls(key, 'two', '/team/second')
  const told = await lastUsed(id)
  expect(told).toEqual({
    // When it arrived, some milliseconds before it was over.
    at: expect.stringMatching(/^2027-01-01T00:0(?:0:59|1:00)/),
    model: 'two',
    user_path: '/team/second',
    request_id: expect.any(String),
  })
  const log = await scene.ask('/admin/usage/log', { key: id, from: '2027-01-01' })
  expect(log.body.data[0]).toMatchObject({ id: told.request_id, asked: 'two' })
  const all: { id: string }[] = (await scene.ask('/admin/keys')).body
  expect(all.find(each => each.id === id)).toMatchObject({ last_used: told })
})

test('who is refused has used it, too', async () => {
  const { key, id } = await scene.key({ name: 'Closed', allowed_models: ['nothing'] })
  await calls(key, 'openai/one')
  expect(await lastUsed(id)).toMatchObject({ model: 'openai/one' })
})

test('the page shows it, says it to who revokes the key, and finds those that nobody uses', async () => {
  const { key, id } = await scene.key({ name: 'Forgotten', user_path: '/team/old' })
  await scene.key({ name: 'Untouched' })
  await calls(key, 'openai/one')
  scene.at(START + 31 * DAY + 60_000)
  const fresh = await scene.key({ name: 'Fresh' })
  expect(await look('?q=Forgotten')).toContain('31 days ago openai/one')
  expect(await look(`?revoke=${id}`)).toContain('last used 31 days ago , to call openai/')
  expect(await look(`?revoke=${fresh.id}`)).toContain('There is no record of a call')
  const unused = await look('?state=unused')
  for (const name of ['Forgotten', 'Untouched']) expect(unused).toContain(name)
  expect(unused).not.toContain('Fresh')
  await calls(key, 'openai/one')
  expect(await look('?state=unused')).not.toContain('Forgotten')
})
