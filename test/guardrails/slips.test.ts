import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { pack, summaryOf } from '../../src/translate/carrier.ts'
import { MASTER } from '../kit.ts'
import { startBehind } from '../providers/behind.ts'
import { type Guarded, openGuarded } from './kit.ts'

/** Ways on which something might slip by, or be stopped that nobody wrote. */

const SECRET = 'phoenix'
let guarded: Guarded
beforeAll(async () => {
  guarded = await openGuarded()
})
beforeEach(() => guarded.clear())
afterAll(() => guarded[Symbol.asyncDispose]())

test.each(['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/p/openai/v1/chat/completions'])(
  'of a field that stands twice only what was looked at goes on: %s',
  async path => {
    await guarded.put('no-secrets', { find: { words: [SECRET] }, action: 'block' })
    const twice = (message: string) =>
      `{"model":"one","messages":[{"role":"user",${message}}],"input":"${SECRET}","input":"hello"}`
    const body = twice(`"content":"${SECRET}","content":"hello"`)
    expect((await guarded.post(path, body)).status).toBe(200)
    expect(guarded.house.received().at(-1)!.body).not.toContain(SECRET)
    expect(guarded.sent().messages[0].content).toBe('hello')
  },
)

test('fields of the language are no texts in the items of a response', async () => {
  await guarded.put('masks', { find: { words: ['user', 'message', 'input_text', SECRET] }, action: 'mask' })
  const item = (text: string) => ({
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }],
  })
  await guarded.post('/v1/responses', { model: 'one', input: [item(`So the ${SECRET}`)] })
  expect(guarded.sent().input).toEqual([item('So the [REDACTED]')])
})

test('a choice that ends lets no other one get by', async () => {
  await guarded.put('quiet', { on: 'output', find: { words: ['secret plan'] }, action: 'block' })
  const chunk = (index: number, content: string, reason?: string) => ({
    choices: [{ index, delta: { content }, ...(reason && { finish_reason: reason }) }],
  })
  const events = [
    chunk(1, 'the secret '),
    chunk(0, 'Hello', 'stop'),
    chunk(1, 'plan is'),
    chunk(1, '', 'stop'),
    '[DONE]',
  ]
  const response = await guarded.chat('Hello', { events }, { stream: true, n: 2 })
  const text = await response.text()
  expect(text).toContain('guardrail_blocked')
  expect(text).not.toContain('plan is')
})

test.each(['application/JSON', 'Application/vnd.thing+Json'])(
  'an answer that is %s is looked at',
  async contentType => {
    await guarded.put('quiet', { on: 'output', find: { words: [SECRET] }, action: 'mask' })
    const response = await guarded.post('/p/openai/something/new', {
      mock_plan: { body: `{"said":"${SECRET}"}`, contentType },
    })
    expect(await response.json()).toEqual({ said: '[REDACTED]' })
  },
)

test('a response that is kept is looked at as the events that it came in, too', async () => {
  await using guarded = await openGuarded({ env: { RESPONSES_KEPT_BY: 'nobody' } })
  const plan = { text: `Two lines:\n${SECRET}` }
  const asked = { model: 'one', input: 'a', mock_plan: plan }
  const { id } = (await (await guarded.post('/v1/responses', asked)).json()) as { id: string }
  const read = async () => {
    const headers = { authorization: `Bearer ${MASTER}` }
    const response = await fetch(`${guarded.house.url}/v1/responses/${id}?stream=true`, { headers })
    return { status: response.status, text: await response.text() }
  }
  const find = { words: [SECRET, 'output_text'] }
  await guarded.put('quiet', { on: 'output', find, action: 'mask' })
  const { status, text } = await read()
  expect(status).toBe(200)
  expect(text).not.toContain(SECRET)
  expect(text).toMatch(/event: response\.output_text\.delta\ndata: .*Two lines:\\n\[REDACTED\]/)
  await guarded.put('quiet', { on: 'output', find, action: 'report' })
  expect(await read()).toMatchObject({ status: 200, text: expect.stringContaining(SECRET) })
  const { body } = await guarded.house.test.admin('GET', '/admin/guardrails/quiet')
  expect(body.matches).toContainEqual({ action: 'report', on: 'output', calls: 1 })
  await guarded.put('quiet', { on: 'output', find, action: 'block' })
  expect((await read()).status).toBe(400)
})

test('a summary in the place of what was said is looked at', async () => {
  const summary = pack({ model: 'one', summary: `It was about the ${SECRET}` })
  const ask = () =>
    guarded.post('/v1/responses', {
      model: 'one',
      input: [
        { type: 'compaction', encrypted_content: summary },
        { role: 'user', content: 'Go on' },
      ],
    })
  await guarded.put('no-secrets', { find: { words: [SECRET] }, action: 'block' })
  expect((await ask()).status).toBe(400)
  await guarded.put('no-secrets', { find: { words: [SECRET] }, action: 'mask' })
  expect((await ask()).status).toBe(200)
  expect(guarded.house.received().at(-1)!.body).toContain('It was about the [REDACTED]')

  await guarded.put('no-secrets', { on: 'output', find: { words: [SECRET] }, action: 'mask' })
  const answer = await guarded.post('/p/openai/something/new', {
    mock_plan: { body: JSON.stringify({ encrypted_content: summary }), contentType: 'application/json' },
  })
  const { encrypted_content: told } = (await answer.json()) as { encrypted_content: string }
  expect(summaryOf(told)).toBe('It was about the [REDACTED]')
})

test('a document that is a text is looked at, though it looks like bytes', async () => {
  await guarded.put('no-secrets', { find: { presets: ['secrets'] }, action: 'block' })
  const data = `sk-${'proj1234'.repeat(9)}`
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data } }
  const messages = [{ role: 'user', content: [document] }]
  const response = await guarded.post('/v1/messages', { model: 'one', max_tokens: 9, messages })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('no-secrets')
})

test('what only looks like a summary is a text', async () => {
  await guarded.put('no-secrets', { find: { words: [SECRET] }, action: 'block' })
  expect((await guarded.chat(`modelway1. ${SECRET}`)).status).toBe(400)
})

test.each(['text', 'srt', 'vtt'])('what was heard is looked at as %s', async format => {
  const rule = { name: 'quiet', on: 'output', find: { words: [SECRET] }, action: 'mask' }
  const xai = await startBehind(url => ({
    XAI_API_KEY: 'k',
    XAI_BASE_URL: `${url}/v1`,
    GUARDRAILS: JSON.stringify([rule]),
  }))
  xai.answer({ text: `The ${SECRET}.`, duration: 1, words: [{ text: `${SECRET}.`, start: 0, end: 1 }] })
  const form = new FormData()
  form.append('model', 'xai/grok-stt')
  form.append('response_format', format)
  form.append('file', new Blob(['RIFF'], { type: 'audio/wav' }), 'a.wav')
  const response = await xai.raw('/v1/audio/transcriptions', form)
  const text = await response.text()
  await xai.close()
  expect(response.status).toBe(200)
  expect(text).toContain('[REDACTED]')
  expect(text).not.toContain(SECRET)
})
