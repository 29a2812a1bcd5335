import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { until } from '../kit.ts'
import { openStudio, type Studio, type Talker, talkTo } from './kit.ts'

/** However a conversation ends, both sides are told, and it leaves one record with what it took. */

let studio: Studio
beforeAll(async () => {
  studio = await openStudio({
    env: {
      MODEL_PRICES:
        '{"openai/voice": {"input": 4, "cache_read": 1, "output": 16, "audio_input": 32, "audio_output": 64}}',
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

async function begun(model = 'voice'): Promise<Talker> {
  const talker = talkTo(studio.url, `?model=${model}`)
  await talker.hear('session.created')
  return talker
}

/** The only record; it is written once the conversation is over. */
async function theRow() {
  await until(() => studio.settled.length > 0, 'the conversation to be settled')
  expect(studio.settled.length).toBe(1)
  const rows = await studio.rows()
  expect(rows.length).toBe(1)
  return rows[0]!
}

const upstreamEnd = async () => {
  await until(() => studio.upstream.sessions[0]?.closed !== undefined, 'the provider to hear of the end')
  return studio.upstream.sessions[0]!.closed!
}

test('a client that leaves: the sum of all answers, in parts, with their cost', async () => {
  const talker = await begun()
  for (let i = 0; i < 2; i++) {
    talker.say({ type: 'response.create' })
    await talker.hear('response.done')
  }
  talker.socket.close(4321, 'enough')
  expect(await talker.closed).toMatchObject({ code: 4321, reason: 'enough' })
  expect(await upstreamEnd()).toEqual({ code: 4321, reason: 'enough' })
  const row = await theRow()
  expect(row).toMatchObject({
    keyId: 'master',
    userPath: '/',
    dialect: 'openai-realtime',
    operation: 'realtime',
    asked: 'voice',
    provider: 'openai',
    model: 'voice',
    attempts: [{ provider: 'openai', model: 'voice', status: 200, code: null }],
    status: 101,
    code: null,
    streamed: true,
    hungUp: false,
    billing: 'exact',
    input: 20,
    cacheRead: 80,
    audioInput: 100,
    output: 30,
    audioOutput: 70,
    reasoning: 0,
  })
  // Dollars a million: 20 × 4 + 80 × 1 + 100 × 32 + 30 × 16 + 70 × 64, in thousandths of a nano-dollar.
  expect(row.costNano).toBe((20 * 4 + 80 * 1 + 100 * 32 + 30 * 16 + 70 * 64) * 1000)
  expect(row.totalMs).toBeGreaterThan(0)
})

test('one in which nobody asked for an answer has cost nothing', async () => {
  const talker = await begun()
  talker.socket.close()
  await talker.closed
  expect(await theRow()).toMatchObject({ status: 101, input: 0, output: 0, billing: 'exact', costNano: 0 })
})

test('a client that leaves in the middle of an answer: what was told counts, and is not all', async () => {
  const talker = await begun()
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
  talker.say({ type: 'begin' })
  await talker.hear('response.created')
  talker.hangUp()
  await upstreamEnd()
  expect(await theRow()).toMatchObject({
    status: 101,
    code: 'client_closed',
    hungUp: true,
    billing: 'partial',
    output: 15,
  })
})

test('a provider that dies: an error, a close, a record', async () => {
  const talker = await begun()
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
  talker.say({ type: 'begin' })
  talker.say({ type: 'die' })
  const { error } = await talker.hear('error')
  expect(error).toMatchObject({ code: 'upstream_cut', type: 'server_error' })
  expect(error.message).toContain('"openai"')
  expect(await talker.closed).toMatchObject({ code: 1011 })
  expect(await theRow()).toMatchObject({
    code: 'upstream_cut',
    hungUp: false,
    billing: 'partial',
    output: 15,
  })
})

test('a provider that leaves: its code and its reason, and no error where it was meant', async () => {
  const talker = await begun()
  talker.say({ type: 'leave', code: 1000, reason: 'an hour is over' })
  expect(await talker.closed).toMatchObject({ code: 1000, reason: 'an hour is over' })
  expect(talker.events.some(({ type }) => type === 'error')).toBe(false)
  expect(await theRow()).toMatchObject({ code: null, status: 101 })
})

test('a provider that has said itself why it closes is not talked over', async () => {
  const talker = await begun()
  talker.say({ type: 'complain' })
  talker.say({ type: 'leave', code: 4000, reason: 'invalid' })
  expect(await talker.closed).toMatchObject({ code: 4000, reason: 'invalid' })
  const errors = talker.events.filter(({ type }) => type === 'error')
  expect(errors.map(({ error }) => error.message)).toEqual(['No'])
  expect(await theRow()).toMatchObject({ code: 'upstream_cut' })
})

test('a client that leaves in the middle of an answer, which may come to its end: all that it took', async () => {
  await using draining = await openStudio({ env: { ON_HANGUP: 'drain' } })
  const talker = talkTo(draining.url, '?model=voice')
  await talker.hear('session.created')
  talker.say({ type: 'slow' })
  await talker.hear('response.created')
  talker.hangUp()
  await until(async () => (await draining.rows()).length > 0, 'the record')
  expect((await draining.rows())[0]).toMatchObject({
    code: 'client_closed',
    hungUp: true,
    billing: 'exact',
    output: 15,
  })
})

test('an answer that does not say what it took leaves a record that says so', async () => {
  const talker = await begun()
  talker.say({ type: 'response.create' })
  talker.say({ type: 'untold' })
  await talker.hear('response.done')
  await talker.hear('response.done')
  talker.socket.close()
  expect(await theRow()).toMatchObject({ code: null, billing: 'partial', output: 15 })
})

describe('how much', () => {
  test('messages of two megabytes pass, both ways', async () => {
    const talker = await begun()
    const audio = 'A'.repeat(2 * 1024 * 1024)
    talker.say({ type: 'input_audio_buffer.append', audio })
    expect((await talker.hear('echo')).event.audio).toBe(audio)
    const bytes = new Uint8Array(2 * 1024 * 1024).fill(7)
    talker.say(bytes)
    await until(() => talker.bytes.length === 1, 'the bytes to come back')
    expect(talker.bytes[0]).toEqual(bytes)
    talker.socket.close()
    await theRow()
  })

  test('a message that is too long closes the conversation, and says so', async () => {
    const talker = await begun()
    talker.say('x'.repeat(5 * 1024 * 1024))
    expect((await talker.closed).code).toBe(1009)
    await upstreamEnd()
    expect(await theRow()).toMatchObject({ status: 101 })
  })

  test('a client that does not read is closed, once much waits for it', async () => {
    const talker = await begun()
    talker.pause()
    talker.say({ type: 'flood', megabytes: 50 })
    expect(await upstreamEnd()).toMatchObject({ code: 1001 })
    expect(await theRow()).toMatchObject({ code: 'client_closed', hungUp: true })
    talker.hangUp()
  })
})
