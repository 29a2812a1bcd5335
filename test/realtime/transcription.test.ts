import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { until } from '../kit.ts'
import { openStudio, type Studio, talkTo } from './kit.ts'

/** Models that transcribe, in a session of their own or beside a conversation, are known by name, and cost what they cost. */

let studio: Studio
beforeAll(async () => {
  studio = await openStudio({
    env: { MODEL_PRICES: '{"openai/whisper": {"input": 2, "audio_input": 6, "output": 10}}' },
  })
  await studio.test.admin('PUT', '/admin/virtual-models', { source: 'ear', target_model: 'openai/whisper' })
})
beforeEach(async () => {
  studio.upstream.reset()
  await studio.book.flush()
  await studio.book.db.delete(usageRecords)
  studio.settled.length = 0
})
afterAll(() => studio[Symbol.asyncDispose]())

const usage = {
  type: 'tokens',
  total_tokens: 37,
  input_tokens: 30,
  output_tokens: 7,
  input_token_details: { text_tokens: 10, audio_tokens: 20 },
}
const line = {
  model: 'whisper',
  input: 10,
  audioInput: 20,
  output: 7,
  costNano: (10 * 2 + 20 * 6 + 7 * 10) * 1000,
}

async function answersOf(query: string, events: readonly object[]) {
  const talker = talkTo(studio.url, query)
  await talker.hear('session.created')
  for (const event of events) talker.say(event)
  talker.say({ type: 'mark' })
  await until(() => talker.events.some(({ event }) => event?.type === 'mark'), 'all to be heard')
  talker.socket.close()
  await until(() => studio.settled.length === 1, 'the end')
  return (await studio.rows()).filter(({ part }) => part > 0)
}

test('a session that only transcribes asks for no model in the address of the provider', async () => {
  const update = {
    type: 'session.update',
    session: { type: 'transcription', audio: { input: { transcription: { model: 'ear' } } } },
  }
  const rows = await answersOf('?intent=transcription&model=ear', [update, { type: 'transcribed', usage }])
  const [session] = studio.upstream.sessions
  expect(new URL(session!.url).search).toBe('?intent=transcription')
  expect(JSON.parse(String(session!.heard[0])).session.audio.input.transcription.model).toBe('whisper')
  expect(rows).toMatchObject([{ ...line, virtualModel: 'ear', asked: 'ear' }])
})

test('the first version of the protocol says it in other words', async () => {
  const update = {
    type: 'transcription_session.update',
    session: { input_audio_transcription: { model: 'ear' } },
  }
  const rows = await answersOf('?intent=transcription&model=ear', [update, { type: 'transcribed', usage }])
  expect(rows).toMatchObject([line])
})

test('beside a conversation it has a line of its own; what is paid by the second has no tokens', async () => {
  const audio = { input: { transcription: { model: 'whisper' } } }
  const rows = await answersOf('?model=voice', [
    { type: 'session.update', session: { audio } },
    { type: 'transcribed', usage },
    { type: 'transcribed', usage: { type: 'duration', seconds: 3 } },
  ])
  const untold = { model: 'whisper', input: null, output: null, costNano: null, billing: null }
  expect(rows).toMatchObject([line, untold])
})

test('where nobody has said which model it is, nobody knows what it costs', async () => {
  const rows = await answersOf('?model=voice', [{ type: 'transcribed', usage }])
  expect(rows).toMatchObject([{ input: null, costNano: null }])
})
