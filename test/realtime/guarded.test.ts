import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { spawnGateway } from '../process/spawn.ts'
import { openStudio, type Studio, statusOf, talkTo } from './kit.ts'

/** What stands before other calls stands before conversations, too. */

let studio: Studio
beforeAll(async () => {
  studio = await openStudio()
})
beforeEach(() => {
  studio.upstream.reset()
  studio.settled.length = 0
})
afterAll(() => studio[Symbol.asyncDispose]())

const as = (path: string) => ({ key: MASTER, headers: { 'x-modelway-user-path': path } })

test('a limit on concurrency holds for as long as a conversation lasts', async () => {
  await studio.test.admin('PUT', '/admin/limits/one-at-a-time', { user_path: '/alone', concurrent: 1 })
  const first = talkTo(studio.url, '?model=voice', as('/alone'))
  await first.hear('session.created')
  expect(await statusOf(talkTo(studio.url, '?model=voice', as('/alone')))).toBe(429)
  first.socket.close()
  await until(() => studio.settled.length === 2, 'both to be over')
  const next = talkTo(studio.url, '?model=voice', as('/alone'))
  await next.hear('session.created')
  next.socket.close()
  await until(() => studio.settled.length === 3, 'all to be over')
})

test('a limit on tokens is charged what the conversation took, and the next one is told no', async () => {
  await studio.test.admin('PUT', '/admin/limits/few', { user_path: '/few', per: 'hour', tokens: 1200 })
  const talker = talkTo(studio.url, '?model=voice', as('/few'))
  await talker.hear('session.created')
  for (let i = 0; i < 8; i++) {
    talker.say({ type: 'response.create' })
    await talker.hear('response.done')
  }
  talker.socket.close()
  await until(() => studio.settled.length === 1, 'the end')
  const { body } = await studio.test.admin('GET', '/admin/limits/few')
  expect(body.pots[0].tokens).toEqual({ limit: 1200, used: 1200, held: 0, remaining: 0 })
  expect(await statusOf(talkTo(studio.url, '?model=voice', as('/few')))).toBe(429)
})

test('a guardrail lets nothing through that it cannot read, in either direction', async () => {
  const find = { words: ['secret'] }
  for (const on of ['input', 'output']) {
    const rail = { user_path: `/rails/${on}`, on, find, action: 'block' }
    expect((await studio.test.admin('PUT', `/admin/guardrails/rail-${on}`, rail)).status).toBe(200)
    expect(await statusOf(talkTo(studio.url, '?model=voice', as(`/rails/${on}`)))).toBe(400)
  }
  expect(studio.upstream.knocks).toEqual([])
  const report = { user_path: '/rails/told', on: 'both', find, action: 'report' }
  await studio.test.admin('PUT', '/admin/guardrails/rail-report', report)
  const talker = talkTo(studio.url, '?model=voice', as('/rails/told'))
  await talker.hear('session.created')
  talker.socket.close()
})

test('a page from elsewhere does not talk through a gateway that needs no key here', async () => {
  const env = { MODELWAY_MASTER_KEY: '', OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: studio.upstream.url }
  await using open = await spawnGateway({ env: { ...env, OPENAI_MODELS: 'voice' } })
  const foreign = { headers: { origin: 'https://evil.example' } }
  expect(await statusOf(talkTo(open.url, '?model=voice', { key: '', ...foreign }))).toBe(401)
  const own = talkTo(open.url, '?model=voice', { key: '', headers: { origin: open.url } })
  await own.hear('session.created')
  own.socket.close()
})
