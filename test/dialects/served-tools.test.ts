import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { openWorlds, type TwoWorlds } from '../conformance/world.ts'
import { MASTER } from '../kit.ts'

/** Tools that run at a provider, and redirects of which not every target has them. */

let worlds: TwoWorlds
beforeAll(async () => {
  worlds = await openWorlds()
  const redirects = {
    'to-anthropic': ['plain/one', 'anthropic/one'],
    'to-openai': ['plain/one', 'openai/one'],
    'to-gemini': ['gemini/one', 'anthropic/one'],
    nowhere: ['plain/one', 'cohere/command-a-03-2025'],
  }
  for (const [source, models] of Object.entries(redirects))
    await put(
      source,
      'failover',
      models.map(model => ({ model })),
    )
  await put('in-turns', 'round_robin', [{ model: 'plain/one' }, { model: 'anthropic/one' }])
  await put('alone', 'failover', [{ model: 'plain/one' }, { model: 'anthropic/one' }], { failover: false })
})
beforeEach(() => {
  worlds.mock.reset()
  worlds.mock.setPlan(() => ({ text: 'There.' }))
})
afterAll(() => worlds[Symbol.asyncDispose]())

const put = (source: string, strategy: string, targets: object[], more: object = {}) =>
  worlds.gateway.admin('PUT', '/admin/virtual-models', {
    source,
    strategy,
    session_affinity: false,
    targets,
    ...more,
  })

async function ask(path: string, body: object) {
  const { status, headers } = await worlds.gateway.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify(body),
  })
  return {
    status,
    provider: headers.get('x-modelway-provider'),
    attempts: headers.get('x-modelway-attempts'),
    warning: headers.get('x-modelway-warning'),
  }
}

const search = { type: 'web_search_20250305', name: 'web_search' }
const walk = { name: 'walk', input_schema: { type: 'object' } }
const messages = (model: string, ...tools: object[]) =>
  ask('/v1/messages', { model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], tools })
const walkFunction = { type: 'function', name: 'walk', parameters: { type: 'object' } }
const responses = (model: string, ...tools: object[]) =>
  ask('/v1/responses', { model, input: 'Hi', tools, store: false })

test('the target that has them is asked before one that would do without', async () => {
  const kept = { status: 200, attempts: '1', warning: null }
  expect(await messages('to-anthropic', search, walk)).toEqual({ ...kept, provider: 'anthropic' })
  expect(await responses('to-openai', { type: 'web_search' }, walkFunction)).toEqual({
    ...kept,
    provider: 'openai',
  })
  expect(await responses('to-anthropic', { type: 'web_search' }, walkFunction)).toEqual({
    ...kept,
    provider: 'anthropic',
  })
  const code = { type: 'code_interpreter', container: { type: 'auto' } }
  expect(await responses('to-openai', code, walkFunction)).toEqual({ ...kept, provider: 'openai' })
  const chat = { model: 'to-openai', messages: [{ role: 'user', content: 'Hi' }] }
  const own = { type: 'function', function: { name: 'walk' } }
  const drawing = { ...chat, tools: [{ type: 'image_generation' }, own] }
  expect(await ask('/v1/chat/completions', drawing)).toEqual({ ...kept, provider: 'openai' })
  const searching = { ...chat, model: 'to-gemini', tools: [own], web_search_options: {} }
  expect(await ask('/v1/chat/completions', searching)).toEqual({ ...kept, provider: 'anthropic' })
})

test('also before one whose own search cannot stand beside functions', async () => {
  expect((await messages('to-gemini', search, walk)).provider).toBe('anthropic')
  expect((await responses('to-gemini', { type: 'web_search' }, walkFunction)).provider).toBe('anthropic')
  expect((await responses('to-gemini', { type: 'web_search' })).provider).toBe('gemini')
})

test('where none has them the first does without, and says so', async () => {
  const answer = await messages('nowhere', search, walk)
  expect(answer).toMatchObject({ status: 200, provider: 'plain' })
  expect(answer.warning).toContain('no web_search of its own')
})

test('functions stay where a search of the web cannot stand beside them', async () => {
  const tools = [{ type: 'function', function: { name: 'walk' } }]
  const chat = { messages: [{ role: 'user', content: 'Hi' }], web_search_options: {} }
  for (const [model, why] of [
    ['gemini/gemini-2.5-flash', ' beside functions'],
    ['plain/one', ''],
  ] as const) {
    const { status, warning } = await ask('/v1/chat/completions', { model, ...chat, tools })
    const told = `web_search_options: this provider cannot search the web${why}, so it does not search`
    expect([model, status, warning]).toEqual([model, 200, told])
    expect(worlds.mock.requests.at(-1)!.body).toContain('"walk"')
  }
  expect((await ask('/v1/chat/completions', { model: 'plain/one', ...chat })).status).toBe(400)
})

test('where the one that has them fails, the others do without, and say so', async () => {
  worlds.mock.setPlan(({ path }) => (path.endsWith('/messages') ? { status: 503 } : { text: 'There.' }))
  const answer = await messages('to-anthropic', search, walk)
  expect(answer).toMatchObject({ status: 200, provider: 'plain', attempts: '2' })
  expect(answer.warning).toContain('no web_search of its own')
})

test('a strategy goes before where a call has none of them, or a redirect does not fail over', async () => {
  expect((await messages('to-anthropic', walk)).provider).toBe('plain')
  expect((await messages('alone', search, walk)).provider).toBe('plain')
  const turns = [await messages('in-turns', walk), await messages('in-turns', walk)]
  expect(turns.map(({ provider }) => provider)).toEqual(['plain', 'anthropic'])
  for (let i = 0; i < 3; i++) expect((await messages('in-turns', search, walk)).provider).toBe('anthropic')
})

test('a session moves to the target that has them, and stays there', async () => {
  const targets = [{ model: 'plain/one' }, { model: 'anthropic/one' }]
  await put('kept', 'round_robin', targets, { session_affinity: true })
  const served = [
    await messages('kept', walk),
    await messages('kept', search, walk),
    await messages('kept', walk),
  ]
  expect(served.map(({ provider }) => provider)).toEqual(['plain', 'anthropic', 'anthropic'])
})

test('what nobody here has heard of moves on to a target of the same language, which may have', async () => {
  await put('new-things', 'failover', [{ model: 'plain/one' }, { model: 'openai/one' }])
  await put('new-blocks', 'failover', [{ model: 'plain/one' }, { model: 'anthropic/one' }])
  const item = { model: 'new-things', input: [{ type: 'hologram' }], store: false }
  expect(await ask('/v1/responses', item)).toMatchObject({ status: 200, provider: 'openai' })
  expect(await responses('new-things', { type: 'teleport' })).toMatchObject({ provider: 'openai' })
  const part = { role: 'user', content: [{ type: 'smell' }] }
  const chat = { model: 'new-things', messages: [part] }
  expect(await ask('/v1/chat/completions', chat)).toMatchObject({ provider: 'openai' })
  const block = { model: 'new-blocks', max_tokens: 9, messages: [part] }
  expect(await ask('/v1/messages', block)).toMatchObject({ provider: 'anthropic' })
  expect((await ask('/v1/messages', { ...block, model: 'plain/one' })).status).toBe(400)
})

test('what is wrong with a tool is said all the same', async () => {
  expect((await messages('to-anthropic', search, { ...walk, name: 7 })).status).toBe(400)
  expect((await responses('nowhere', { type: 'web_search' }, { ...walkFunction, name: 7 })).status).toBe(400)
})
