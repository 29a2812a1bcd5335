import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { until } from '../kit.ts'
import { openStudio, type Studio, type Talker, talkTo } from './kit.ts'

/** However a conversation ends, both sides are told, and its record says so, beside what each of its answers took. */

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

/** The line of the only conversation, which is written once it is over, and those of its answers. */
async function theRows() {
  await until(() => studio.settled.length > 0, 'the conversation to be settled')
  expect(studio.settled.length).toBe(1)
  const rows = await studio.rows()
  const [row, ...others] = rows.filter(({ part }) => part === 0)
  expect(others).toEqual([])
  const answers = rows.filter(({ part }) => part > 0)
  expect(answers.map(({ id }) => id)).toEqual(answers.map((_, i) => `${row!.id}:answer:${i + 1}`))
  return { row: row!, answers }
}

const theRow = async () => (await theRows()).row

const upstreamEnd = async () => {
  await until(() => studio.upstream.sessions[0]?.closed !== undefined, 'the provider to hear of the end')
  return studio.upstream.sessions[0]!.closed!
}

test('a client that leaves: what each answer took, in parts, with its cost', async () => {
  const talker = await begun()
  for (let i = 0; i < 2; i++) {
    talker.say({ type: 'response.create' })
    await talker.hear('response.done')
  }
  talker.socket.close(4321, 'enough')
  expect(await talker.closed).toMatchObject({ code: 4321, reason: 'enough' })
  expect(await upstreamEnd()).toEqual({ code: 4321, reason: 'enough' })
  const { row, answers } = await theRows()
  const shared = {
    keyId: 'master',
    userPath: '/',
    dialect: 'openai-realtime',
    operation: 'realtime',
    asked: 'voice',
    provider: 'openai',
    model: 'voice',
    status: 101,
    code: null,
    streamed: true,
    hungUp: false,
    billing: 'exact',
  }
  expect(row).toMatchObject({
    ...shared,
    attempts: [{ provider: 'openai', model: 'voice', status: 200, code: null }],
    input: 0,
    output: 0,
    costNano: 0,
  })
  expect(row.totalMs).toBeGreaterThan(0)
  expect(answers.length).toBe(2)
  for (const answer of answers)
    expect(answer).toMatchObject({
      ...shared,
      input: 10,
      cacheRead: 40,
      audioInput: 50,
      output: 15,
      audioOutput: 35,
      reasoning: 0,
      // Dollars a million, in thousandths of a nano-dollar.
      costNano: (10 * 4 + 40 * 1 + 50 * 32 + 15 * 16 + 35 * 64) * 1000,
    })
  const { body } = await studio.test.admin('GET', '/admin/usage?group_by=model')
  expect(body.total.calls).toBe(1)
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
  const { row, answers } = await theRows()
  expect(row).toMatchObject({ status: 101, code: 'client_closed', hungUp: true, billing: 'partial' })
  expect(answers).toMatchObject([{ billing: 'exact', output: 15 }])
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
  const { row, answers } = await theRows()
  expect(row).toMatchObject({ code: 'upstream_cut', hungUp: false, billing: 'partial' })
  expect(answers).toMatchObject([{ output: 15 }])
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
  await until(() => draining.settled.length > 0, 'the end')
  expect(await draining.rows()).toMatchObject([
    { part: 1, output: 15, billing: 'exact' },
    { part: 0, code: 'client_closed', hungUp: true, billing: 'exact' },
  ])
})

test('an answer that does not say what it took leaves a line that says so', async () => {
  const talker = await begun()
  talker.say({ type: 'response.create' })
  talker.say({ type: 'untold' })
  await talker.hear('response.done')
  await talker.hear('response.done')
  talker.socket.close()
  expect((await theRows()).answers).toMatchObject([
    { billing: 'exact', output: 15 },
    { billing: null, output: null, costNano: null },
  ])
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
