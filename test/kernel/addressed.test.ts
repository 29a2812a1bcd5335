import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { openaiChat } from '../../plugins/dialects/openai-chat/index.ts'
import type { Dialect } from '../../src/contract/dialect.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { CallFacts } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import { MASTER } from '../kit.ts'
import { openStage, type Stage, speaker } from './puppets.ts'

/** Languages in which the address says which model is asked, and whether it streams. */

const { read: _, ...chat } = openaiChat

const said: Dialect = {
  ...chat,
  name: 'said',
  path: '/said/models/*',
  about: 'Says the model in the address',
  isRepeatable: () => true,
  refusal: ({ code, message }) => ({ said: code, message }),
  said: {
    also: ['/elsewhere/*'],
    endings: { ':say': { stream: false }, ':sing': { stream: true } },
    read(name, fields, query) {
      if (query.has('key')) refuse('invalid_request', 'No keys here', { param: 'key' })
      return { model: name, ...fields }
    },
  },
}
const counted: Dialect = {
  ...chat,
  name: 'counted',
  path: '/said/models/*',
  about: 'Another one at the same place',
  isStream: () => false,
  read: ({ words, ...body }) => (words === undefined ? body : { ...body, messages: words }),
  said: { endings: { ':count': {} }, read: (model, fields) => ({ model, ...fields }) },
}

const heard: CallFacts[] = []
const seen: unknown[] = []
const choice = { message: { content: 'la' }, finish_reason: 'stop' }
const events = (n: number) =>
  `data: {"choices":[{"delta":{"content":"la ${n}"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`
const hearing = (facts: CallFacts): Response => {
  heard.push(facts)
  if (!facts.stream) return Response.json({ choices: [choice] })
  return new Response(events(heard.length), { headers: { 'content-type': 'text/event-stream' } })
}
const languages = definePlugin({
  name: 'languages',
  about: 'Made by a test.',
  setup: () => ({
    dialects: [said, counted],
    guard(body, { asked }) {
      seen.push({ body, asked })
      return body
    },
  }),
})

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    providers: [speaker('puppet', ['said', 'counted'], hearing)],
    extra: [languages],
    env: {
      CACHE_MODELS: 'puppet/kept',
      GUARDRAILS: JSON.stringify([{ name: 'secret', find: { words: ['swordfish'] }, action: 'block' }]),
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'set', target_model: 'puppet/one', parameters: { temperature: 0.5 } },
      ]),
    },
  })
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => {
  heard.length = seen.length = 0
})

const post = (path: string, body: string | object = { messages: [] }) =>
  stage.send(path, {
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('an address that names the model', () => {
  test('is what everybody sees as one body, and the provider gets the bytes of the client', async () => {
    const body = '{ "messages":[] ,"x": 1.0 }'
    expect((await post('/said/models/puppet/one:say', body)).status).toBe(200)
    expect(seen).toEqual([
      { body: { model: 'puppet/one', stream: false, messages: [], x: 1 }, asked: 'puppet/one' },
    ])
    expect(heard).toMatchObject([{ dialect: 'said', model: 'one', stream: false, body }])
  })

  test('says whether it streams', async () => {
    const response = await post('/said/models/puppet/one:sing')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toContain('la 1')
    expect(heard).toMatchObject([{ stream: true }])
  })

  test.each([
    ['with slashes', 'puppet/maker/one', 'maker/one'],
    ['with colons', 'puppet/one:8b', 'one:8b'],
    ['encoded', 'puppet%2Fone%3A8b', 'one:8b'],
  ])('may hold a name %s', async (_, name, model) => {
    expect((await post(`/said/models/${name}:say`)).status).toBe(200)
    expect(heard).toMatchObject([{ model }])
  })

  test('may be encoded to the end', async () => {
    expect((await post('/said/models/puppet%2Fone%3Asay')).status).toBe(200)
  })

  test('is shared by several languages, told apart by its end', async () => {
    expect((await post('/said/models/puppet/one:count')).status).toBe(200)
    expect(heard).toMatchObject([{ dialect: 'counted', model: 'one' }])
  })

  test.each([':nothing', '', ':say/more', '%zz:say'])(
    'that ends with "%s" is none, and says so in the language',
    async end => {
      const response = await post(`/said/models/puppet/one${end}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ said: 'not_found' })
    },
  )

  test('may begin otherwise, too', async () => {
    expect((await post('/elsewhere/puppet/one:say')).status).toBe(200)
    expect(heard).toMatchObject([{ dialect: 'said', model: 'one' }])
  })

  test('needs a name', async () => {
    expect((await post('/said/models/:say')).status).toBe(404)
  })

  test('may be refused for what its query says', async () => {
    const response = await post('/said/models/puppet/one:say?key=x')
    expect([response.status, await response.json()]).toMatchObject([400, { said: 'invalid_request' }])
  })

  test('takes no other method', async () => {
    const response = await stage.test.fetch('/said/models/puppet/one:say', {
      method: 'PUT',
      headers: { authorization: `Bearer ${MASTER}` },
    })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('stands in the API document with its ends', async () => {
    const { body } = await stage.test.json('/swagger/json')
    const place = body.paths['/said/models/{model}:say'].post
    expect(place.parameters[0]).toMatchObject({ name: 'model', in: 'path' })
    expect(Object.keys(place.responses[200].content)).toEqual(['application/json'])
    expect(body.paths['/said/models/{model}:sing'].post.responses[200].content).toHaveProperty([
      'text/event-stream',
    ])
    expect(body.paths).toHaveProperty(['/said/models/{model}:count'])
    expect(Object.keys(body.paths).some(path => path.startsWith('/said') && path.includes('*'))).toBe(false)
  })
})

describe('what the address says', () => {
  test.each(['model', 'MODEL', '\\u006dodel'])('the body cannot say otherwise: %s', async field => {
    const response = await post('/said/models/puppet/one:say', `{"messages":[],"${field}":"puppet/two"}`)
    expect(response.status).toBe(200)
    expect(heard).toMatchObject([{ model: 'one', body: '{"messages":[]}' }])
    expect(seen).toMatchObject([{ body: { model: 'puppet/one' } }])
    expect(response.headers.get('x-modelway-warning')).toContain('the address says it')
  })

  test('is told also where the body is in another spelling', async () => {
    const response = await post('/said/models/puppet/one:count', { words: [], model: 'puppet/two' })
    expect(heard).toMatchObject([{ model: 'one', body: '{"messages":[]}' }])
    expect(response.headers.get('x-modelway-warning')).toContain('the address says it')
  })

  test('a body cannot make a stream of what is none', async () => {
    const response = await post('/said/models/puppet/one:say', { messages: [], stream: true })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(heard).toMatchObject([{ stream: false, body: '{"messages":[]}' }])
  })

  test('stays out of a body in which an operator has set something', async () => {
    expect((await post('/said/models/set:say', '{ "messages": [] }')).status).toBe(200)
    expect(heard).toMatchObject([{ body: '{"temperature":0.5, "messages": [] }' }])
  })

  test('hides no field that stands twice from guardrails', async () => {
    const twice = '{"messages":[],"x":"swordfish","x":"","y":"swordfish","y":""}'
    expect((await post('/said/models/puppet/one:say', twice)).status).toBe(200)
    expect(heard.map(({ body }) => body)).toEqual(['{"messages":[],"x":"","y":""}'])
  })

  test('tells a stored stream from a stored whole', async () => {
    const kept: (string | null)[] = []
    // A number that is written otherwise than we would: the text stands for itself.
    const body = '{"messages":[],"x":1.0}'
    for (const end of [':say', ':sing', ':say', ':sing']) {
      const response = await post(`/said/models/puppet/kept${end}`, body)
      await response.text()
      kept.push(`${response.headers.get('content-type')} ${response.headers.get('x-modelway-cache')}`)
    }
    expect(kept).toEqual([
      'application/json miss',
      'text/event-stream miss',
      'application/json hit',
      'text/event-stream hit',
    ])
  })
})
