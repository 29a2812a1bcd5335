import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { startGateway, until } from '../kit.ts'
import { openStudio, type Studio, type Talker, talkTo } from './kit.ts'

/** Who may not call any more does not go on talking, either: a conversation ends when what it needs is taken away. */

let studio: Studio
let review: () => void
let asked = 0
let hasBug = false
const watch = definePlugin({
  name: 'watch',
  about: 'Counts how often conversations are asked whether they may go on.',
  setup(host) {
    review = host.review
    return {
      resume() {
        asked++
        if (hasBug) throw new Error('probe-secret')
      },
    }
  },
})
beforeAll(async () => {
  studio = await openStudio({ extra: [watch] })
})
beforeEach(() => studio.upstream.reset())
afterAll(() => studio[Symbol.asyncDispose]())

const admin = (method: string, path: string, body?: object) => studio.test.admin(method, path, body)
const make = async (more: object = {}) =>
  (await admin('POST', '/admin/keys', { name: 'Talker', user_path: '/talk', ...more })).body as {
    readonly id: string
    readonly key: string
  }

async function begun(key: string, model = 'voice'): Promise<Talker> {
  const talker = talkTo(studio.url, `?model=${model}`, { key })
  await talker.hear('session.created')
  return talker
}

/** It goes on as if nothing were. */
async function expectOpen(talker: Talker): Promise<void> {
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
  talker.socket.close()
  await talker.closed
}

async function expectEnded(talker: Talker, code: number, reason: string, says: string): Promise<void> {
  expect((await talker.hear('error')).error).toMatchObject({
    code: reason,
    message: expect.stringContaining(says),
  })
  expect(await talker.closed).toMatchObject({ code, reason })
  await until(() => studio.upstream.sessions.some(({ closed }) => closed), 'the provider to hear of the end')
}

test('a key that is revoked', async () => {
  const [one, other] = [await make(), await make()]
  const [talker, stays] = [await begun(one.key), await begun(other.key)]
  await admin('DELETE', `/admin/keys/${one.id}`)
  await expectEnded(talker, 3000, 'invalid_api_key', 'revoked')
  await expectOpen(stays)
})

test('a key whose maker may call less than before', async () => {
  const lead = await make({ makes_keys: true })
  const { body: made } = await studio.test.json('/v1/keys', {
    method: 'POST',
    headers: { authorization: `Bearer ${lead.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Made' }),
  })
  const talker = await begun(made.key)
  const said = { name: 'Talker', user_path: '/talk', makes_keys: true, allowed_models: ['other'] }
  await admin('PUT', `/admin/keys/${lead.id}`, said)
  await expectEnded(talker, 3003, 'forbidden', 'was changed')
})

test('a key that is replaced by a new one, once its grace is over', async () => {
  const { id, key } = await make()
  const [talker, warned] = [await begun(key), await begun(key)]
  await admin('POST', `/admin/keys/${id}/roll`, { grace_seconds: 1 })
  await expectOpen(warned)
  await expectEnded(talker, 3000, 'invalid_api_key', 'expired')
})

test('a key that expires', async () => {
  const { key } = await make({ expires_at: new Date(Date.now() + 500).toISOString() })
  await expectEnded(await begun(key), 3000, 'invalid_api_key', 'expired')
})

test('a key that stands elsewhere, or is for other models, from now on; another name changes nothing', async () => {
  for (const more of [
    { user_path: '/elsewhere' },
    { user_path: '/talk', allowed_models: ['openai/other'] },
  ]) {
    const { id, key } = await make()
    const talker = await begun(key)
    expect((await admin('PUT', `/admin/keys/${id}`, { name: 'N', ...more })).status).toBe(200)
    await expectEnded(talker, 3003, 'forbidden', 'changed')
  }
  const { id, key } = await make()
  const talker = await begun(key)
  await admin('PUT', `/admin/keys/${id}`, { name: 'Another name', user_path: '/talk' })
  await expectOpen(talker)
})

test('a model that is closed to who calls', async () => {
  const { key } = await make()
  const [talker, stays] = [await begun(key, 'shut'), await begun(key)]
  await admin('PUT', '/admin/virtual-models', { source: 'openai/shut', user_paths: ['/others'] })
  expect((await talker.hear('error')).error.code).toBe('model_access_denied')
  expect(await talker.closed).toMatchObject({ code: 3003, reason: 'model_access_denied' })
  await expectOpen(stays)
})

test('a guardrail that comes, and cannot read what is said', async () => {
  const { key } = await make({ user_path: '/guarded' })
  const talker = await begun(key)
  const rail = { user_path: '/guarded', on: 'output', find: { words: ['secret'] }, action: 'block' }
  await admin('PUT', '/admin/guardrails/late', rail)
  await expectEnded(talker, 1008, 'guardrail_blocked', '"late"')
})

test('many changes at once are one question, and a bug of whoever is asked says nothing', async () => {
  const { key } = await make()
  const talker = await begun(key)
  asked = 0
  for (let i = 0; i < 100; i++) review()
  await until(() => asked > 0, 'the question')
  expect(asked).toBe(1)
  hasBug = true
  review()
  const { error } = await talker.hear('error')
  expect([error.code, JSON.stringify(error).includes('probe-secret')]).toEqual(['internal_error', false])
  expect((await talker.closed).code).toBe(1011)
  hasBug = false
  const isBlamed = () =>
    studio.test.logs.some(({ plugin, place }) => plugin === 'watch' && place === 'resume')
  await until(isBlamed, 'the log to name the plugin')
})

// The last one: from here on the log is that of another gateway.
test('what another gateway on the same database has revoked', async () => {
  const { id, key } = await make()
  const talker = await begun(key)
  const other = await startGateway({ folder: studio.test.folder })
  await other.admin('DELETE', `/admin/keys/${id}`)
  await expectEnded(talker, 3000, 'invalid_api_key', 'revoked')
  await other.gateway.stop()
})
