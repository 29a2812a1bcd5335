import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { definePlugin } from '../../src/contract/plugin.ts'
import { topLevel } from '../../src/request/json.ts'
import { MASTER, until } from '../kit.ts'
import { type Call, type House, last, openHouse } from './kit.ts'

let house: House
let key: string
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      ANTHROPIC_BASE_URL: '$/v1',
      GEMINI_BASE_URL: '$/v1beta',
      BEDROCK_BASE_URL: '$',
      AZURE_BASE_URL: '$/openai',
      GROQ_BASE_URL: '$/groq',
    },
    env: { BEDROCK_REGION: 'eu-central-1' },
  })
  key = await house.key({ user_path: '/team' })
  // Everything is open by default; these are not, but for one of them.
  for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock', 'azure']) {
    await house.policy({ source: `${provider}/`, user_paths: ['/other'], force: true })
    await house.policy({ source: `${provider}/open`, user_paths: ['/team'], force: true })
  }
})
afterAll(() => house[Symbol.asyncDispose]())

/** Status and error code of a call of the team. */
async function ask(method: string, path: string, init: Call = {}) {
  const response = await house.call(method, path, { key, ...init })
  const body = await response.json()
  return response.status === 200 ? 'open' : `${response.status} ${body.error?.code ?? body.error?.type}`
}

describe('the model', () => {
  test.each([
    ['POST', '/p/openai/chat/completions', { json: { model: 'open', messages: [] } }],
    ['POST', '/p/openai/v1/unknown/thing', { json: { model: 'open' } }],
    ['POST', '/p/openai/x?model=open', {}],
    ['POST', '/p/gemini/v1beta/models/open:generateContent', { json: { contents: [] } }],
    ['POST', '/p/gemini/models/open:embedContent', { json: { model: 'models/open' } }],
    ['POST', '/p/gemini/models/open%3AstreamGenerateContent', { json: {} }],
    ['POST', '/p/bedrock/model/open/converse', { json: {} }],
    ['POST', '/p/bedrock/model/open/invoke', { json: {} }],
    ['POST', '/p/azure/deployments/open/chat/completions?api-version=1', { json: { messages: [] } }],
    ['POST', '/p/azure/deployments/open/chat/completions', { json: { model: 'open', messages: [] } }],
  ] as const)('that is open is found: %s %s', async (method, path, init) => {
    expect(await ask(method, path, init)).toBe('open')
    const { asked } = house.settled.at(-1)!
    expect(asked).toEndWith('/open')
  })

  test.each([
    ['/p/openai/chat/completions', { json: { model: 'closed', messages: [] } }],
    ['/p/openai/chat/completions', { json: { messages: [] } }],
    ['/p/openai/chat/completions', { json: { model: null } }],
    ['/p/openai/x?model=closed', {}],
    ['/p/openai/x?mod%65l=closed', { json: {} }],
    ['/p/openai/files/1/content', {}],
    ['/p/openai/images', { body: 'raw', headers: { 'content-type': 'image/png' } }],
    ['/p/openai/chat/completions', { json: '{"MODEL": "closed"}' }],
    ['/p/openai/chat/completions', { json: '{"model": "open", "model": "closed"}' }],
    ['/p/gemini/models/closed:generateContent', { json: {} }],
    ['/p/gemini/models/closed%3AgenerateContent', { json: {} }],
    ['/p/gemini/Models/closed:generateContent', { json: {} }],
    ['/p/gemini//models//closed:generateContent/', { json: {} }],
    ['/p/gemini/models;open/closed:generateContent', { json: {} }],
    ['/p/gemini/models/open:x/models/closed:generateContent', { json: {} }],
    ['/p/bedrock/model/closed/converse', { json: {} }],
    ['/p/bedrock/model/open%2Fclosed/converse', { json: {} }],
    ['/p/azure/DEPLOYMENTS/closed/chat/completions', { json: {} }],
    ['/p/azure/%64eployments/closed/chat/completions', { json: {} }],
  ] as const)('that is closed, or cannot be told, is denied: %s %j', async (path, init) => {
    const before = house.received.length
    expect(await ask('POST', path, init)).toMatch(/^403 (?:model_access_denied|forbidden)$/)
    expect(house.received.length).toBe(before)
  })

  test.each([
    ['/p/openai/x?model=closed', { json: { model: 'open' } }],
    ['/p/openai/x?model=open&model=closed', { json: {} }],
    ['/p/gemini/models/open:generateContent', { json: { model: 'models/closed' } }],
    ['/p/azure/deployments/open/chat/completions', { json: { model: 'closed' } }],
    ['/p/azure/deployments/open/chat/completions', { json: { MODEL: 'closed' } }],
    ['/p/bedrock/model/open/deployments/closed/converse', { json: {} }],
  ] as const)('that is named twice and not the same is refused: %s %j', async (path, init) => {
    const before = house.received.length
    expect(await ask('POST', path, init)).toMatch(/^400 invalid_request|^403 model_access_denied$/)
    expect(house.received.length).toBe(before)
  })

  test('of a form is checked too', async () => {
    const form = (...models: [string, string][]) => {
      const data = new FormData()
      for (const [field, value] of models) data.append(field, value)
      data.append('file', new File(['x'], 'x'))
      return { body: data }
    }
    const path = '/p/openai/audio/transcriptions'
    expect(await ask('POST', path, form(['model', 'open']))).toBe('open')
    expect(await ask('POST', path, form(['model', 'closed']))).toBe('403 model_access_denied')
    expect(await ask('POST', path, form(['model', 'open'], ['model', 'closed']))).toBe('400 invalid_request')
    expect(await ask('POST', path, form(['model', 'open'], ['Model', 'closed']))).toBe('400 invalid_request')
    expect(await ask('POST', path, form())).toBe('403 model_access_denied')
  })

  test('that is checked is the one that every reader of the body finds', async () => {
    const spelling = fc.constantFrom('model', 'MODEL', 'Model', 'mod\\u0065l', 'mOdEl', '\\u006dodel')
    const name = fc.constantFrom('open', 'closed', 'op\\u0065n')
    const member = fc.tuple(spelling, name).map(([field, value]) => `"${field}": "${value}"`)
    const other = fc.constantFrom(
      '"a": {"model": "closed"}',
      '"b": ["model", "closed"]',
      '"c": "\\"model\\": \\"closed\\""',
    )
    const body = fc
      .tuple(
        fc.array(fc.oneof(member, other), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('', ' ', '\n\t'),
      )
      .map(([members, space]) => `{${space}${members.join(`${space},${space}`)}${space}}`)
    await fc.assert(
      fc.asyncProperty(body, async json => {
        const before = house.received.length
        const verdict = await ask('POST', '/p/openai/chat/completions', { json })
        if (house.received.length === before) return verdict !== 'open'
        // No spelling of it says anything else, first or last.
        const { text } = last(house)
        const said = topLevel(text).filter(({ key }) => key.toLowerCase() === 'model')
        return (
          verdict === 'open' &&
          house.settled.at(-1)!.asked === 'openai/open' &&
          said.length > 0 &&
          said.every(({ start, end }) => JSON.parse(text.slice(start, end)) === 'open')
        )
      }),
      { numRuns: 1000 },
    )
  }, 60_000)
})

describe('a provider as a whole', () => {
  test('must be open where no model can be told', async () => {
    expect(await ask('GET', '/p/groq/anything')).toBe('open')
    expect(await ask('GET', '/p/openai/anything')).toBe('403 model_access_denied')
    expect(
      await ask('GET', '/p/openai/anything', {
        key: MASTER,
        headers: { 'x-modelway-user-path': '/other/x' },
      }),
    ).toBe('open')
  })

  test('is not open to a key that is limited to some of its models', async () => {
    const limited = await house.key({ allowed_models: ['groq/one'] })
    expect(await ask('GET', '/p/groq/anything', { key: limited })).toBe('403 model_access_denied')
    expect(await ask('POST', '/p/groq/chat/completions', { key: limited, json: { model: 'two' } })).toBe(
      '403 model_access_denied',
    )
    expect(await ask('POST', '/p/groq/chat/completions', { key: limited, json: { model: 'one' } })).toBe(
      'open',
    )
  })

  test('shows files and batches of everybody to operators only', async () => {
    const paths = [
      'files',
      'v1/files',
      '%66iles/x',
      'files/x/content',
      '/batches',
      'messages/batches',
      'FILES',
      'uploads',
    ]
    const found = await Promise.all(paths.map(path => ask('GET', `/p/groq/${path}`)))
    expect(found).toEqual(paths.map(() => '403 forbidden'))
    expect(await ask('GET', '/p/groq/files', { key: MASTER })).toBe('open')
    expect(
      await ask('GET', '/p/groq/files', { key: MASTER, headers: { 'x-modelway-user-path': '/t' } }),
    ).toBe('403 forbidden')
  })
})

test('names that the operator ruled out, or that are spelled like one that is there, are not tried', async () => {
  await using strict = await openHouse({
    env: { OPENAI_MODELS: 'Gpt-5,other', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist' },
  })
  await until(
    async () => (await strict.test.admin('GET', '/admin/providers')).body[0].models === 2,
    'the list',
  )
  const status = async (model: string) =>
    (await strict.call('POST', '/p/openai/chat/completions', { json: { model, messages: [] } })).status
  expect([
    await status('other'),
    await status('third'),
    await status('GPT-5'),
    await status('Gpt-5'),
  ]).toEqual([200, 404, 404, 200])
})

test('guards see the body and may change or refuse it; what they change is sent', async () => {
  const guard = definePlugin({
    name: 'guard',
    about: 'Test.',
    setup: () => ({ guard: body => ('secret' in body ? { ...body, secret: '***' } : body) }),
  })
  await using guarded = await openHouse({ extra: [guard] })
  await guarded.call('POST', '/p/openai/chat/completions', { json: '{"model":"a","MODEL":"b","secret":1}' })
  expect(JSON.parse(last(guarded).text)).toEqual({ model: 'a', MODEL: 'a', secret: '***' })
})

test('an upload of any size goes through piece by piece, and its length with it', async () => {
  await using busy = await openHouse({ at: { OPENAI_BASE_URL: '$/v1' } })
  const door = Bun.serve({
    port: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: request => busy.test.gateway.fetch(request),
  })
  let size = 0
  let begun = false
  busy.answer(async request => {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      begun = true
      size += chunk.length
    }
    return Response.json({ size, length: request.headers.get('content-length') })
  })
  const piece = new Uint8Array(1024 * 1024)
  const total = 64
  let sent = 0
  const response = await fetch(`http://127.0.0.1:${door.port}/p/openai/uploads/stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      'content-type': 'application/octet-stream',
      'content-length': String(total * piece.length),
      'x-test-unread': '1',
    },
    body: new ReadableStream({
      async pull(controller) {
        // The last piece waits until the provider has seen the first.
        if (sent === total - 1)
          await until(() => begun, 'the provider to see the beginning before the end was sent')
        if (sent++ < total) controller.enqueue(piece.slice())
        else controller.close()
      },
    }),
  })
  expect(await response.json()).toEqual({ size: total * piece.length, length: String(total * piece.length) })
  await door.stop(true)
}, 60_000)

describe('a list of models', () => {
  const show = async (json: unknown, as: Call = { key }) => {
    house.answer(() => Response.json(json))
    return (await house.call('GET', '/p/groq/models?seen=1', as)).json()
  }

  test('is shown without what is closed to the caller, in the shapes of the vendors', async () => {
    await house.policy({ source: 'groq/secret', user_paths: ['/other'], force: true })
    const ids = [{ id: 'one' }, { id: 'secret' }]
    expect(await show({ object: 'list', data: ids })).toEqual({ object: 'list', data: [{ id: 'one' }] })
    expect(await show({ data: ids, first_id: 'one', last_id: 'secret' })).toEqual({
      ...{ data: [{ id: 'one' }], first_id: 'one', last_id: 'one' },
    })
    const named = { id: 'one', name: 'secret' }
    expect(await show({ data: [named, { id: 'secret', name: 'one' }] })).toEqual({ data: [named] })
    expect(await show({ models: [{ name: 'models/secret' }, { name: 'models/one' }] })).toEqual({
      models: [{ name: 'models/one' }],
    })
    expect(await show({ modelSummaries: [{ modelId: 'secret' }] })).toEqual({ modelSummaries: [] })
    expect(await show(ids)).toEqual([{ id: 'one' }])
    expect(await show({ data: ids }, {})).toEqual({ data: ids })
    house.answer(() => Response.json({ ok: true }))
  })

  test('of which a whole page is closed still leads to the page behind it', async () => {
    await house.policy({ source: 'groq/secret', user_paths: ['/other'], force: true })
    const page = { data: [{ id: 'secret' }], first_id: 'secret', last_id: 'secret', has_more: true }
    expect(await show(page)).toEqual({ ...page, data: [] })
  })

  test('has no page of its own for what is closed', async () => {
    await house.policy({ source: 'groq/secret', user_paths: ['/other'], force: true })
    expect(await ask('GET', '/p/groq/models/secret')).toBe('403 model_access_denied')
    expect(await ask('GET', '/p/groq/v1/%6dodels/secret/')).toBe('403 model_access_denied')
    expect(await ask('GET', '/p/groq/models/one')).toBe('open')
  })
})
