import { describe, expect, test } from 'bun:test'
import {
  failover,
  model,
  openStage,
  type Stage,
  speaker,
  sse,
  stranger,
  streamed,
  type Told,
} from './puppets.ts'
import { asJson } from './samples.ts'
import { anthropicErrorOf, errorOf } from './shapes.ts'

/** What one target cannot do, another one may: parameters and operations. */

const messages = [{ role: 'user', content: 'Hello' }]
const whole = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
}
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const ROLE = chunk({ role: 'assistant', content: '' })
const good = sse(
  ROLE,
  chunk({ content: 'Hi' }),
  chunk({}, 'stop'),
  { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
  '[DONE]',
)
const chat = (more: object = {}) => asJson({ model: 'auto', messages, ...more })
const native = speaker('native', ['openai-chat'], ({ stream }) =>
  stream ? streamed(good) : Response.json(whole),
)
const unsupported: Told = { warnings: [{ type: 'unsupported', feature: 'seed' }] }

async function ask(stage: Stage, more: object = {}, path = '/v1/chat/completions') {
  const response = await stage.send(path, chat(more))
  return { status: response.status, headers: response.headers, body: await response.text() }
}
const servedBy = ({ headers }: { headers: Headers }) => [
  headers.get('x-modelway-provider'),
  headers.get('x-modelway-attempts'),
  headers.get('x-modelway-warning'),
]

describe('a parameter that a target lacks', () => {
  const first = stranger('foreign', () => model(unsupported))
  const two = failover('auto', 'foreign/m', 'native/m')

  test('is left out, and a header names it, streamed or not', async () => {
    await using stage = await openStage({ providers: [first, native], env: two })
    for (const stream of [false, true]) {
      const answer = await ask(stage, { stream, seed: 7 })
      expect(answer.status).toBe(200)
      const [provider, attempts, warning] = servedBy(answer)
      expect([provider, attempts]).toEqual(['foreign', '1'])
      expect(warning).toContain('seed is not supported by this model and was left out')
    }
  })

  test('is named in what is fit for a header, whatever it says', async () => {
    const odd = 'líne\r\nset-cookie: a=b\u2028'
    const told: Told = { warnings: [{ type: 'other', message: odd + 'x'.repeat(5000) }] }
    await using stage = await openStage({ providers: [stranger('foreign', () => model(told))] })
    const answer = await ask(stage, { model: 'foreign/m' })
    expect(answer.headers.get('x-modelway-warning')).toMatch(/^l\?ne\?set-cookie: a=b\?x+$/)
    expect(answer.headers.get('x-modelway-warning')!.length).toBe(300)
    expect(answer.headers.has('set-cookie')).toBe(false)
  })

  test('with STRICT_PARAMETERS is asked of the next target first', async () => {
    await using stage = await openStage({
      providers: [first, native],
      env: { ...two, STRICT_PARAMETERS: 'true' },
    })
    for (const stream of [false, true]) {
      const answer = await ask(stage, { stream, seed: 7 })
      expect([answer.status, ...servedBy(answer)]).toEqual([200, 'native', '2', null])
      expect(stage.over.at(-1)?.attempts).toEqual([
        ['foreign', false, 'unsupported_parameter'],
        ['native', true, undefined],
      ])
    }
  })

  test('with STRICT_PARAMETERS is refused with its name where no target is left, in every language', async () => {
    const alone = stranger('foreign', () => model(unsupported))
    await using stage = await openStage({
      providers: [alone],
      env: { STRICT_PARAMETERS: 'true', RETRIES: '2' },
    })
    for (const stream of [false, true]) {
      for (const [path, more, shape] of [
        ['/v1/chat/completions', { seed: 7 }, errorOf],
        ['/v1/messages', { max_tokens: 9 }, anthropicErrorOf],
      ] as const) {
        const answer = await ask(stage, { model: 'foreign/m', stream, ...more }, path)
        const { code, message } = shape(answer)
        expect([path, stream, answer.status, code]).toEqual([path, stream, 400, 'unsupported_parameter'])
        expect(message).toContain('seed')
        expect(message).toContain('STRICT_PARAMETERS')
        if (shape === errorOf) expect(errorOf(answer).param).toBe('seed')
        expect(answer.headers.get('x-should-retry')).toBe('false')
      }
    }
    expect(stage.over.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1, 1])
  })

  test('with STRICT_PARAMETERS leaves no stream open that nobody will read', async () => {
    let cancelled = 0
    const alone = stranger('foreign', () => model({ ...unsupported, onCancel: () => void cancelled++ }))
    await using stage = await openStage({ providers: [alone], env: { STRICT_PARAMETERS: 'true' } })
    await ask(stage, { model: 'foreign/m', stream: true })
    expect(cancelled).toBe(1)
  })

  test('names what no field of the language is, too', async () => {
    await using stage = await openStage({ providers: [stranger('foreign', () => model())] })
    const answer = await ask(stage, { model: 'foreign/m', made_up: 1 })
    expect([answer.status, answer.headers.get('x-modelway-warning')]).toEqual([
      200,
      expect.stringContaining('made_up'),
    ])
  })

  test('is not told of by a target that did not serve', async () => {
    const broken = stranger('foreign', () => model({ ...unsupported, error: { type: 'overloaded_error' } }))
    await using stage = await openStage({ providers: [broken, native], env: two })
    for (const stream of [false, true]) {
      const answer = await ask(stage, { stream, made_up: 1 })
      expect([answer.status, ...servedBy(answer)]).toEqual([200, 'native', '2', null])
    }
    expect(stage.over.map(({ warnings }) => warnings)).toEqual([[], []])
  })
})

describe('an operation', () => {
  const ranks = speaker('ranks', ['rerank'], () => Response.json({ results: [] }))
  const query = { query: 'a', documents: ['a'] }

  test('that a target does not offer is asked of one that does', async () => {
    await using stage = await openStage({
      providers: [native, ranks],
      env: failover('auto', 'native/m', 'ranks/m'),
    })
    const answer = await ask(stage, query, '/v1/rerank')
    expect([answer.status, ...servedBy(answer)]).toEqual([200, 'ranks', '2', null])
    expect(stage.over).toMatchObject([
      {
        attempts: [
          ['native', false, 'unsupported_operation'],
          ['ranks', true, undefined],
        ],
      },
    ])
  })

  test('that nobody offers is refused with its name, and not tried again', async () => {
    const deaf = stranger('deaf', () => model())
    await using stage = await openStage({
      providers: [native, deaf],
      env: { ...failover('auto', 'native/m', 'deaf/m'), RETRIES: '3' },
    })
    for (const name of ['auto', 'native/m']) {
      const answer = await ask(stage, { ...query, model: name }, '/v1/rerank')
      const { code, message } = errorOf(answer)
      expect([name, answer.status, code]).toEqual([name, 400, 'unsupported_operation'])
      expect(message).toContain('rerank')
      expect(answer.headers.get('x-should-retry')).toBe('false')
    }
    expect(stage.over.map(({ attempts }) => attempts.length)).toEqual([2, 1])
  })
})
