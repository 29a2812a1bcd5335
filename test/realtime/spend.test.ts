import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { MASTER, until } from '../kit.ts'
import { openStudio, type Studio, type Talker, talkTo } from './kit.ts'

/** What a conversation takes counts while it lasts: each answer is charged and written down when it is over. */

let studio: Studio
beforeAll(async () => {
  studio = await openStudio({
    env: {
      MODEL_PRICES: '{"openai/voice": {"input": 4, "output": 16}}',
    },
  })
})
beforeEach(async () => {
  studio.upstream.reset()
  await studio.book.flush()
  await studio.book.db.delete(usageRecords)
  studio.settled.length = 0
})
afterAll(() => studio[Symbol.asyncDispose]())

async function begun(path = '/'): Promise<Talker> {
  const talker = talkTo(studio.url, '?model=voice', {
    key: MASTER,
    headers: { 'x-modelway-user-path': path },
  })
  await talker.hear('session.created')
  return talker
}

async function answered(talker: Talker): Promise<void> {
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
}

const limit = async (name: string) => (await studio.test.admin('GET', `/admin/limits/${name}`)).body.pots[0]

test('who operates sees it in the log and in the sums before it is over', async () => {
  const talker = await begun('/open')
  await answered(talker)
  await until(async () => (await studio.rows()).length === 1, 'the line of the answer')
  const log = await studio.test.admin('GET', '/admin/usage/log?path=/open')
  expect(log.body.data).toMatchObject([{ part: 1, status: 101, code: null, total_ms: expect.any(Number) }])
  const sums = await studio.test.admin('GET', '/admin/usage?path=/open')
  expect(sums.body.total).toMatchObject({ calls: 0, tokens: { total: 150 } })
  const page = await studio.test.fetch(`/dashboard/requests?call=${log.body.data[0].id}`, {
    headers: { authorization: `Bearer ${MASTER}` },
  })
  expect(await page.text()).toContain('The conversation is under way')
  talker.socket.close()
  await until(() => studio.settled.length === 1, 'the end')
})

test('its limits are charged behind each answer, and hold as much for the next one', async () => {
  await studio.test.admin('PUT', '/admin/limits/seen', { user_path: '/seen', per: 'day', tokens: 10_000 })
  const talker = await begun('/seen')
  await answered(talker)
  expect((await limit('seen')).tokens).toMatchObject({ used: 150, held: expect.any(Number) })
  await answered(talker)
  expect((await limit('seen')).tokens).toEqual({ limit: 10_000, used: 300, held: 150, remaining: 9550 })
  const own = await studio.test.json('/v1/limits', {
    headers: { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': '/seen' },
  })
  expect(own.body[0].tokens).toMatchObject({ used: 300 })
  talker.socket.close()
  await until(async () => (await limit('seen')).tokens.held === 0, 'the end')
  expect((await limit('seen')).tokens.used).toBe(300)
})

/** The next answer is asked for in words, or begins when a voice is heard. */
const ask = { type: 'response.create' }
const sound = { type: 'input_audio_buffer.append', audio: 'AAAA' }

for (const [per, next, code, closing] of [
  ['hour', ask, 'insufficient_quota', 1008],
  ['minute', sound, 'rate_limit_exceeded', 1013],
] as const)
  test(`a limit of a ${per} without room ends it at the next ${next.type}`, async () => {
    const path = `/few/${per}`
    await studio.test.admin('PUT', `/admin/limits/few-${per}`, { user_path: path, per, tokens: 1200 })
    const talker = await begun(path)
    for (let i = 0; i < 8; i++) await answered(talker)
    talker.say(next)
    const { error } = await talker.hear('error')
    expect(error).toMatchObject({ type: 'requests', code, message: expect.stringContaining('1,200 tokens') })
    expect(await talker.closed).toMatchObject({ code: closing, reason: code })
    const [session] = studio.upstream.sessions
    expect(session!.heard.length).toBe(8)
    await until(() => session!.closed !== undefined, 'the provider to hear of the end')
    expect((await limit(`few-${per}`)).tokens.used).toBe(1200)
    const own = (await studio.rows()).find(({ part, userPath }) => part === 0 && userPath === path)
    expect(own).toMatchObject({ code: code === 'insufficient_quota' ? 'quota_exceeded' : code, status: 101 })
  })

test('answers side by side in one conversation overrun nothing, and whoever leaves them pays for each', async () => {
  await studio.test.admin('PUT', '/admin/limits/beside', { user_path: '/beside', per: 'day', tokens: 10_000 })
  const beside = { type: 'response.create', response: { conversation: 'none' } }
  const talker = await begun('/beside')
  for (let i = 0; i < 9; i++) talker.say(beside)
  for (let i = 0; i < 9; i++) await talker.hear('response.created')
  expect((await limit('beside')).tokens.held).toBeGreaterThan(9000)
  for (let i = 0; i < 9; i++) await talker.hear('response.done')
  expect((await limit('beside')).tokens.used).toBe(9 * 150)
  for (let i = 0; i < 100; i++) talker.say(beside)
  expect(await talker.closed).toMatchObject({ reason: 'insufficient_quota' })
  const { tokens } = await limit('beside')
  expect([tokens.used > 8000, tokens.used <= 10_000]).toEqual([true, true])
})

test('what is paid by the second counts as unpriced, and ends it where a limit wants to know all prices', async () => {
  const cost = { per: 'day', cost_usd: 1 }
  await studio.test.admin('PUT', '/admin/limits/lax', { user_path: '/lax', ...cost })
  await studio.test.admin('PUT', '/admin/limits/strict', {
    user_path: '/strict',
    ...cost,
    unpriced: 'refuse',
  })
  const transcribed = { type: 'transcribed', usage: { type: 'duration', seconds: 3 } }
  const event = 'conversation.item.input_audio_transcription.completed'
  const [lax, strict] = [await begun('/lax'), await begun('/strict')]
  for (const talker of [lax, strict]) {
    talker.say(transcribed)
    await talker.hear(event)
    talker.say(transcribed)
  }
  expect(await strict.closed).toMatchObject({ code: 1008 })
  await lax.hear(event)
  expect((await limit('lax')).unpriced_requests).toBe(2)
  lax.socket.close()
})

test('a limit on dollars holds, too', async () => {
  await studio.test.admin('PUT', '/admin/limits/cheap', { user_path: '/cheap', per: 'day', cost_usd: 0.02 })
  const talker = await begun('/cheap')
  const talk = async (): Promise<void> => answered(talker).then(talk)
  await talk().catch(() => {})
  expect((await talker.closed).code).toBe(1008)
  const { used } = (await limit('cheap')).cost_usd
  expect([used > 0.018, used <= 0.02]).toEqual([true, true])
})

test('thirty conversations at once overrun nothing: each holds the room for its next answer', async () => {
  await studio.test.admin('PUT', '/admin/limits/many', { user_path: '/many', per: 'hour', tokens: 40_000 })
  const talkers = await Promise.all(Array.from({ length: 30 }, () => begun('/many')))
  const talkOn = async (talker: Talker) => {
    for (let i = 0; i < 20; i++) {
      talker.say({ type: 'response.create' })
      const end = await Promise.race([talker.hear('response.done').catch(() => 'over'), talker.closed])
      if (end === 'over' || talker.socket.readyState !== WebSocket.OPEN) return
    }
  }
  await Promise.all(talkers.map(talkOn))
  const { tokens } = await limit('many')
  expect(tokens.used).toBeLessThanOrEqual(40_000)
  for (const { socket } of talkers) socket.close()
  await until(() => studio.settled.length === 30, 'their end')
  expect((await limit('many')).tokens.held).toBe(0)
})

test('what transcribes beside it counts for its limits', async () => {
  await studio.test.admin('PUT', '/admin/limits/ear', { user_path: '/ear', per: 'day', tokens: 10_000 })
  const talker = await begun('/ear')
  const transcription = { model: 'other' }
  talker.say({ type: 'session.update', session: { audio: { input: { transcription } } } })
  talker.say({ type: 'transcribed', usage: { type: 'tokens', input_tokens: 30, output_tokens: 7 } })
  await talker.hear('conversation.item.input_audio_transcription.completed')
  expect((await limit('ear')).tokens.used).toBe(37)
  talker.socket.close()
})
