import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { openStudio, type Studio, statusOf, talkTo } from './kit.ts'
import type { Session } from './upstream.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
type Json = any

/** A conversation takes the way of every call: who calls, what for, to whom, and what it took. */

let studio: Studio
beforeAll(async () => {
  studio = await openStudio()
})
beforeEach(() => studio.upstream.reset())
afterAll(() => studio[Symbol.asyncDispose]())

test('messages pass both ways, text as text and bytes as bytes', async () => {
  const talker = talkTo(studio.url, '?model=voice')
  expect((await talker.hear('session.created')).session.model).toBe('voice')
  talker.say('{"type" : "odd",  "n": 1.0, "big": 12345678901234567890}')
  await talker.hear('echo')
  talker.say(new Uint8Array([0, 255, 1, 254]))
  await until(() => talker.bytes.length === 1, 'the bytes to come back')
  expect(talker.bytes[0]).toEqual(new Uint8Array([0, 255, 1, 254]))
  const [session] = studio.upstream.sessions
  expect(session!.heard[0]).toBe('{"type" : "odd",  "n": 1.0, "big": 12345678901234567890}')
  talker.socket.close()
  await talker.closed
})

test('the provider gets its own key and the model, and nothing that says who called', async () => {
  const talker = talkTo(studio.url, '?model=openai/voice', {
    headers: { 'openai-beta': 'realtime=v1', cookie: 'a=b', 'x-modelway-user-path': '/team' },
  })
  await talker.hear('session.created')
  const [{ url, headers }] = studio.upstream.sessions as [Session]
  expect(new URL(url).search).toBe('?model=voice')
  expect(headers.authorization).toBe('Bearer sk-of-the-operator')
  expect(headers['openai-beta']).toBe('realtime=v1')
  expect(JSON.stringify(headers)).not.toContain(MASTER)
  expect(Object.keys(headers)).not.toContain('cookie')
  expect(Object.keys(headers)).not.toContain('x-modelway-user-path')
  talker.socket.close()
})

test('a browser sends its key as a subprotocol, which goes no further', async () => {
  const offered = [`openai-insecure-api-key.${MASTER}`, 'realtime', 'openai-beta.realtime-v1']
  const talker = talkTo(studio.url, '?model=voice', { protocols: offered })
  await talker.hear('session.created')
  expect(talker.socket.protocol).toBe('realtime')
  const [{ headers }] = studio.upstream.sessions as [Session]
  expect(JSON.stringify(headers)).not.toContain(MASTER)
  expect(headers['sec-websocket-protocol']).toBeUndefined()
  expect(headers['openai-beta']).toBe('realtime=v1')
  talker.socket.close()
})

test('a redirect leads to a model, and the conversation may call that by the name that was asked for', async () => {
  await studio.test.admin('PUT', '/admin/virtual-models', { source: 'speaker', target_model: 'openai/voice' })
  const talker = talkTo(studio.url, '?model=speaker')
  await talker.hear('session.created')
  talker.say({ type: 'session.update', session: { type: 'realtime', model: 'speaker', instructions: 'Hi' } })
  const { event } = await talker.hear('echo')
  expect(event.session).toEqual({ type: 'realtime', model: 'voice', instructions: 'Hi' })
  talker.socket.close()
})

describe('who is told no', () => {
  const opening = { headers: { upgrade: 'websocket', connection: 'upgrade' } }
  const refused = async (path: string, key: string) => {
    const response = await fetch(studio.url + path, {
      headers: { ...opening.headers, authorization: `Bearer ${key}` },
    })
    return { status: response.status, body: (await response.json()) as Json }
  }

  test('gets an ordinary answer in the shape of OpenAI before there is a WebSocket', async () => {
    const { body } = await studio.test.admin('POST', '/admin/keys', { name: 'Beta', user_path: '/beta' })
    await studio.test.admin('PUT', '/admin/virtual-models', {
      source: 'openai/other',
      user_paths: ['/alpha'],
    })
    const cases = [
      ['/v1/realtime?model=voice', 'unknown-key', 401, 'invalid_api_key'],
      ['/v1/realtime?model=other', body.key, 403, 'model_access_denied'],
      ['/v1/realtime?model=nobody', MASTER, 404, 'model_not_found'],
      ['/v1/realtime', MASTER, 400, 'invalid_request'],
      ['/v1/realtime?model=voice&call_id=rtc_1', MASTER, 400, 'invalid_request'],
      ['/v1/realtime?intent=transcription', MASTER, 400, 'invalid_request'],
      ['/v1/realtime?intent=dictation&model=voice', MASTER, 400, 'invalid_request'],
      ['/v1/realtime?model=voice&model=other', MASTER, 400, 'invalid_request'],
    ] as const
    for (const [path, key, status, code] of cases) {
      const answer = await refused(path, key)
      expect([path, answer.status, answer.body.error.code]).toEqual([path, status, code])
      expect(Object.keys(answer.body.error).sort()).toEqual(['code', 'message', 'param', 'type'])
    }
    expect(studio.upstream.knocks).toEqual([])
    expect(await statusOf(talkTo(studio.url, '?model=other', { key: body.key }))).toBe(403)
  })

  test('without a WebSocket hears that one is needed, and other methods are named', async () => {
    const headers = { authorization: `Bearer ${MASTER}` }
    const plain = await studio.test.json('/v1/realtime?model=voice', { headers })
    expect([plain.status, plain.body.error.code]).toEqual([426, 'unsupported_operation'])
    const posted = await studio.test.json('/v1/realtime?model=voice', { method: 'POST', headers })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
    const secrets = await studio.test.json('/v1/realtime/client_secrets', { method: 'POST', headers })
    expect([secrets.status, secrets.body.error.message]).toEqual([
      404,
      expect.stringContaining('past the gateway'),
    ])
  })
})

describe('another model', () => {
  const named = async (event: object | string | Uint8Array<ArrayBuffer>) => {
    studio.upstream.reset()
    const talker = talkTo(studio.url, '?model=voice')
    await talker.hear('session.created')
    talker.say(event)
    // What is said behind it arrives behind it.
    talker.say({ type: 'mark' })
    await talker.hear('echo')
    talker.socket.close()
    await talker.closed
    const { heard } = studio.upstream.sessions[0]!
    return { heard: heard.slice(0, -1), error: talker.events.find(({ type }) => type === 'error')?.error }
  }

  test('is not reached, wherever and however it is named, and the conversation goes on', async () => {
    const update = '{"type":"session.update","session":{"model":"other"}}'
    const sly = [
      update,
      '{"type":"session.update","session":{"mod\\u0065l":"other"}}',
      '{"type":"response.create","response":{"model":"other"}}',
      '{"type":"response.create","model":"other"}',
      '{"type":"session.update","session":{"Model":"other"}}',
      '{"type":"session.update","session":{"model":{"id":"other"}}}',
      `[${update}]`,
      new TextEncoder().encode(update),
      new TextEncoder().encode(`\ufeff \n${update}`),
      // Some readers of bytes find out by themselves how their letters are written.
      new Uint8Array(Buffer.from(update, 'utf16le')),
      new Uint8Array(Buffer.from(`\ufeff${update}`, 'utf16le')),
      new Uint8Array(Buffer.from(update, 'utf16le').swap16()),
    ]
    for (const event of sly) {
      const { heard, error } = await named(event)
      expect([event, heard, error?.type]).toEqual([event, [], 'invalid_request_error'])
    }
  })

  test('is not reached by a field that stands twice: what goes on has it once', async () => {
    const { heard } = await named('{"type":"x","session":{"model":"other"},"session":{"a":1}}')
    expect(heard).toEqual(['{"type":"x","session":{"a":1}}'])
  })

  test('that transcribes beside it has to be open to who calls', async () => {
    const event = (model: string) => ({
      type: 'session.update',
      session: { audio: { input: { transcription: { model } } } },
    })
    expect((await named(event('whisper'))).heard).toEqual([JSON.stringify(event('whisper'))])
    await studio.test.admin('PUT', '/admin/virtual-models', {
      source: 'openai/whisper',
      user_paths: ['/none'],
    })
    const { heard, error } = await named(event('whisper'))
    expect([heard, error.code]).toEqual([[], 'model_access_denied'])
  })

  test('is nothing that a tool has for a parameter, or a user says', async () => {
    const parameters = {
      type: 'object',
      properties: { model: { type: 'string' } },
      examples: [{ model: 'T' }],
    }
    const event = JSON.stringify({
      type: 'session.update',
      session: { tools: [{ type: 'function', name: 'buy', parameters }], metadata: { model: 'mine' } },
    })
    expect((await named(event)).heard).toEqual([event])
    const said = '{"type":"conversation.item.create","item":{"content":[{"text":"Which model are you?"}]}}'
    expect((await named(said)).heard).toEqual([said])
  })
})
