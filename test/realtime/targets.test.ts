import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { MASTER, until } from '../kit.ts'
import { openStudio, type Studio, statusOf, talkTo } from './kit.ts'

/** The targets of a redirect are tried in order until one of them opens a conversation. */

let studio: Studio
beforeAll(async () => {
  const groq = { GROQ_API_KEY: 'gsk', GROQ_MODELS: 'text' }
  studio = await openStudio({ env: { ...groq, BREAKER_FAILURES: '1000' } })
})
beforeEach(async () => {
  studio.upstream.reset()
  await studio.book.flush()
  await studio.book.db.delete(usageRecords)
})
afterAll(() => studio[Symbol.asyncDispose]())

const lead = (...targets: readonly string[]) =>
  studio.test.admin('PUT', '/admin/virtual-models', {
    source: 'line',
    strategy: 'failover',
    targets: targets.map(model => ({ model })),
  })
const knocked = () => studio.upstream.knocks.map(({ model }) => model)

describe('another target is tried', () => {
  for (const [model, code] of [
    ['locked', 'upstream_rejected'],
    ['unknown', 'model_not_found'],
    ['busy', 'rate_limit_exceeded'],
    ['broken', 'upstream_error'],
    ['page', 'upstream_error'],
    ['rude', 'model_not_found'],
    ['mute', 'upstream_cut'],
  ] as const)
    test(`where the first is "${model}"`, async () => {
      await lead(`openai/${model}`, 'openai/voice')
      const talker = talkTo(studio.url, '?model=line')
      expect((await talker.hear('session.created')).session.model).toBe('voice')
      expect(knocked()).toEqual([model, 'voice'])
      talker.socket.close()
      await talker.closed
      await until(async () => (await studio.rows()).length > 0, 'the record')
      const [row] = await studio.rows()
      expect(row).toMatchObject({ asked: 'line', virtualModel: 'line', model: 'voice', code: null })
      expect(row!.attempts).toMatchObject([
        { model, code },
        { model: 'voice', code: null },
      ])
    })
})

test('none is opened by a redirect that sets how its model is asked: a conversation cannot be held to that', async () => {
  await studio.test.admin('PUT', '/admin/virtual-models', {
    source: 'careful',
    target_model: 'openai/voice',
    parameters: { max_output_tokens: 100 },
  })
  const response = await fetch(`${studio.url}/v1/realtime?model=careful`, {
    headers: { authorization: `Bearer ${MASTER}`, upgrade: 'websocket', connection: 'upgrade' },
  })
  expect([response.status, await response.json()]).toMatchObject([
    400,
    {
      error: { message: '"careful" sets parameters, to which a conversation cannot be held', param: 'model' },
    },
  ])
  expect(knocked()).toEqual([])
})

test('where no target opens one, the answer says why, in no words of the provider', async () => {
  await lead('openai/locked', 'openai/broken')
  const response = await fetch(`${studio.url}/v1/realtime?model=line`, {
    headers: { authorization: `Bearer ${MASTER}`, upgrade: 'websocket', connection: 'upgrade' },
  })
  const text = await response.text()
  expect([response.status, JSON.parse(text).error.code]).toEqual([503, 'model_unavailable'])
  expect(text).toContain("rejected the gateway's credentials")
  expect(text).not.toContain('secret words')
  expect((await studio.rows()).map(({ status, code }) => [status, code])).toEqual([
    [503, 'model_unavailable'],
  ])
})

test('a provider that speaks no such language is passed over, and refused where it is alone', async () => {
  await lead('groq/text', 'openai/voice')
  const talker = talkTo(studio.url, '?model=line')
  await talker.hear('session.created')
  talker.socket.close()
  expect(await statusOf(talkTo(studio.url, '?model=groq/text'))).toBe(400)
})

test('one that says nothing before it is spoken to is not waited for for ever', async () => {
  const talker = talkTo(studio.url, '?model=shy')
  talker.socket.onopen = () => talker.say({ type: 'hello' })
  expect((await talker.hear('echo')).event).toEqual({ type: 'hello' })
  talker.socket.close()
  await talker.closed
})
