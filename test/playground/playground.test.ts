import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { gather, type Line, toStream } from '../../plugins/playground/lines.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'

/** What the page is told of a call, line by line, and what the gateway keeps of it. */

let provider: MockProvider
let house: TestGateway

beforeAll(async () => {
  provider = createMockProvider({ models: ['gpt-5', 'secret'], tokens: 3 })
  house = await startGateway({ env: { OPENAI_BASE_URL: provider.url, DEMO: 'true', RETRIES: '0' } })
  await house.admin('POST', '/admin/providers/refresh')
  await house.admin('PUT', '/admin/virtual-models', { source: 'smart', target_model: 'openai/gpt-5' })
  await house.admin('PUT', '/admin/virtual-models', { source: 'openai/secret', user_paths: ['/team/alpha'] })
})
afterAll(async () => {
  await house?.close()
  provider?.stop()
})
beforeEach(() => provider.setPlan(undefined))

const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
const send = (fields: Record<string, string>, init: RequestInit = {}) =>
  house.fetch('/admin/playground', { method: 'POST', headers, body: JSON.stringify(fields), ...init })

async function linesOf(response: Response): Promise<Line[]> {
  expect(response.status).toBe(200)
  const text = await response.text()
  return text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Line]))
}

async function* each(lines: readonly Line[]) {
  yield* lines
}

const ask = async (fields: Record<string, string>) =>
  gather(each(await linesOf(await send({ text: 'Good morning', ...fields }))))

const idOf = ({ links }: Awaited<ReturnType<typeof ask>>) =>
  new URL(links.requests!, 'http://x').searchParams.get('call')!
const recorded = async (id: string) => (await house.admin('GET', `/admin/usage/log/${id}`)).body

describe('a call', () => {
  test.each(
    ['chat', 'responses', 'messages'].flatMap(language => [
      [language, ''],
      [language, 'off'],
    ]),
  )(
    'in %s%p tells the text, the bytes, who served, how long it took and what it used',
    async (language, stream) => {
      const { texts, tone } = await ask({ model: 'demo/parrot', language, stream, system: 'Be kind' })
      expect(texts.answer).toBe('Hello! I am the demo parrot, and you said: "Good morning"')
      expect([tone, texts.state]).toEqual(['good', 'Answered'])
      expect(texts.served).toBe('demo/parrot')
      expect(texts.kind).toBe(stream === '' ? '200 text/event-stream' : '200 application/json')
      expect(texts.raw).toContain(stream === '' ? 'data: {' : 'parrot')
      expect(texts.first === undefined).toBe(stream === 'off')
      expect(texts.whole).toMatch(/ m?s$/)
      expect(texts.tokens).toBe('4 in, 11 out')
      expect(texts.attempts).toBe('1 attempt')
      const sent = JSON.parse(texts.sent!)
      expect(sent.model).toBe('demo/parrot')
      expect(sent.stream).toBe(stream === '' ? true : undefined)
      expect(texts.curl).toContain(`-d '${texts.sent}'`)
    },
  )

  test('is recorded like any other, as of the caller, with a label that tells where it was made', async () => {
    const key = await house.admin('POST', '/admin/keys', {
      name: 'Alpha',
      user_path: '/team/alpha',
      labels: { team: 'alpha' },
    })
    const asKey = await ask({ model: 'openai/secret', key: key.body.id })
    expect(asKey.texts.caller).toBe('Key “Alpha”, for /team/alpha')
    expect(await recorded(idOf(asKey))).toMatchObject({
      key: key.body.id,
      path: '/team/alpha',
      labels: { team: 'alpha', via: 'playground' },
      model: 'secret',
      status: 200,
    })
    const asPath = await ask({ model: 'smart', user_path: 'team/beta' })
    expect(asPath.texts.caller).toBe('Master key, for /team/beta')
    expect(asPath.texts.served).toBe('openai/gpt-5')
    expect(await recorded(idOf(asPath))).toMatchObject({
      key: 'master',
      path: '/team/beta',
      virtual_model: 'smart',
    })
    expect(new URL(asPath.links.explain!, 'http://x').search).toBe('?model=smart&user_path=team%2Fbeta&key=')
  })

  test('is refused by the policy that its caller would meet, in the words that the caller would get', async () => {
    for (const [language, code] of [
      ['chat', 'model_not_found'],
      ['messages', 'model_not_found'],
    ]) {
      const { texts, tone } = await ask({ model: 'openai/nothing', language: language! })
      expect([tone, texts.state]).toEqual(['bad', `Refused: 404 ${code}`])
      expect(texts.note).toContain('"openai/nothing" does not exist')
    }
    const asked = provider.requests.length
    const { texts, links } = await ask({ model: 'openai/secret', user_path: '/sales' })
    expect(texts.state).toBe('Refused: 403 model_access_denied')
    expect(texts.note).toContain('openai/secret')
    expect(provider.requests.length).toBe(asked)
    expect((await recorded(idOf({ texts, links, tone: 'bad' }))).code).toBe('model_access_denied')
  })

  test('that breaks off says so in words, after what had come', async () => {
    const more = {
      errorEvent: { after: 2, data: { error: { message: 'Out of <b>paper</b>', code: 'paper' } } },
    }
    const { texts, tone } = await ask({ model: 'smart', more: JSON.stringify({ mock_plan: more }) })
    expect(tone).toBe('bad')
    expect(texts.state).toStartWith('Broke off')
    expect(texts.note).toContain('paper')
    expect(texts.answer).not.toBe('')
  })

  test('that fails at the provider is no refusal', async () => {
    provider.setPlan({ status: 500 })
    const { texts, tone } = await ask({ model: 'smart' })
    expect([tone, texts.state]).toEqual(['bad', 'Failed: 502 upstream_error'])
  })

  test('shows what a model thinks, and which tools it calls, apart from what it says', async () => {
    const plan = (mock_plan: object) => JSON.stringify({ mock_plan })
    for (const stream of ['', 'off']) {
      const thought = await ask({
        model: 'smart',
        stream,
        more: plan({ reasoning: 'Let me see', text: 'Yes' }),
      })
      expect([thought.texts.thought, thought.texts.answer]).toEqual(['Let me see', 'Yes'])
      const called = await ask({
        model: 'smart',
        stream,
        more: plan({ toolCall: { name: 'get_weather', arguments: {} } }),
      })
      expect(called.texts.note).toContain('The model calls get_weather')
    }
  })

  test.each(
    ['chat', 'responses', 'messages'].flatMap(language => [
      [language, ''],
      [language, 'off'],
    ]),
  )('in %s%p names every tool that the model calls', async (language, stream) => {
    provider.setPlan({
      toolCall: [
        { name: 'get_weather', arguments: {} },
        { name: 'get_time', arguments: {} },
      ],
    })
    const { texts } = await ask({ model: 'smart', language, stream })
    expect(texts.note).toStartWith('The model calls get_weather, get_time:')
  })

  test('says what was left out on the way to a provider that has no such thing', async () => {
    const { texts } = await ask({ model: 'smart', language: 'messages', more: '{"top_k": 5}' })
    expect(texts.state).toBe('Answered')
    expect(texts.warning).toContain('top_k')
  })

  test('names what cannot be seen in a name', async () => {
    const { texts } = await ask({ model: 'gpt\u200b-5' })
    expect(texts.name).toBe('gpt[U+200B]-5')
    expect(JSON.parse(texts.sent!).model).toBe('gpt\u200b-5')
  })

  test('of an answer without end shows the beginning', async () => {
    const mock_plan = { text: 'word '.repeat(200_000) }
    const { texts } = await ask({ model: 'smart', stream: 'off', more: JSON.stringify({ mock_plan }) })
    expect(texts.raw!.length).toBeLessThan(410_000)
    expect(texts.answer).toEndWith('cut here: the rest is too long to be shown')
    expect(texts.state).toBe('Answered')
  })

  test('whose reader goes away is cancelled, and recorded as hung up', async () => {
    for (const mock_plan of [{ hang: true }, { tokens: 1000, gapMs: 5 }]) {
      const response = await send({ model: 'smart', text: 'Hi', more: JSON.stringify({ mock_plan }) })
      const reader = response.body!.getReader()
      const first = JSON.parse(new TextDecoder().decode((await reader.read()).value)) as Line
      const id = new URL(first.links!.requests!, 'http://x').searchParams.get('call')!
      await Bun.sleep(50)
      await reader.cancel()
      await until(async () => (await recorded(id)).hung_up === true, 'the record of a call that was given up')
    }
  })
})

describe('what cannot be asked', () => {
  test.each([
    [{ model: '' }, 'model', 'Name a model'],
    [{ text: '' }, 'text', 'Write what to ask'],
    [{ key: 'key_none' }, 'key', 'There is no working key “key_none”'],
    [{ user_path: '/a/../b' }, 'user_path', 'has a segment ".."'],
    [{ user_path: '/a\u0000b' }, 'user_path', 'no control characters'],
    [{ more: '{"a": ' }, 'more', 'This is not JSON'],
    [{ more: '[1]' }, 'more', 'Expected an object'],
    [{ more: '{"model": "x"}' }, 'more', '“model” has a field of its own'],
  ])('%j is said at its field', async (fields, field, message) => {
    const asked = provider.requests.length
    const { mistake } = await ask({ model: 'smart', ...fields })
    expect(mistake?.field).toBe(field)
    expect(mistake?.message).toContain(message)
    expect(provider.requests.length).toBe(asked)
  })

  test.each(['/\u0434\u043e\u043c/\u65e5\u672c', '/caf\u00e9', '/\u00c3\u00a9', '/\ud83e\udd9c'])(
    'a user path of other letters than ASCII is sent as callers send it: %s',
    async path => {
      const told = await ask({ model: 'demo/parrot', user_path: path })
      expect(told.texts.caller).toBe(`Master key, for ${path}`)
      expect(told.texts.curl).toContain(`x-modelway-user-path: ${path}'`)
      expect(await recorded(idOf(told))).toMatchObject({ path })
    },
  )

  test('a key that is bound to a path is not asked for another one', async () => {
    const { body } = await house.admin('POST', '/admin/keys', {
      name: 'Gamma',
      user_path: '/team/gamma',
      sub_paths: true,
    })
    const { mistake } = await ask({ model: 'smart', key: body.id, user_path: '/sales' })
    expect(mistake).toEqual({
      field: 'user_path',
      message: 'User path "/sales" is not below "/team/gamma", to which this key is bound',
    })
    const bound = await house.admin('POST', '/admin/keys', { name: 'Delta', user_path: '/team/delta' })
    const odd = await ask({ model: 'smart', key: bound.body.id, user_path: '/a\nb' })
    expect(odd.mistake).toEqual({ field: 'user_path', message: 'A user path has no control characters' })
  })

  test('fields of the body may stand for the text', async () => {
    const more = JSON.stringify({ messages: [{ role: 'user', content: 'From below' }] })
    const { texts } = await ask({ model: 'demo/parrot', text: '', more })
    expect(texts.answer).toContain('"From below"')
  })
})

describe('who may', () => {
  test('nobody but operators', async () => {
    const { body: key } = await house.admin('POST', '/admin/keys', { name: 'Caller' })
    for (const bearer of ['wrong', key.key]) {
      const response = await send(
        { model: 'smart', text: 'Hi' },
        { headers: { ...headers, authorization: `Bearer ${bearer}` } },
      )
      expect(response.status).toBe(401)
    }
  })

  test('a session only with its own token, in the page and behind it', async () => {
    const signIn = await house.fetch('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key: MASTER }),
      headers: { host: 'localhost:8080' },
      redirect: 'manual',
    })
    const cookie = signIn.headers.get('set-cookie')!.split(';')[0]!
    const page = await (await house.fetch('/dashboard/playground', { headers: { cookie } })).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)![1]!
    const json = { cookie, 'content-type': 'application/json' }
    const fields = { model: 'smart', text: 'Hi' }
    const asked = provider.requests.length
    expect((await send(fields, { headers: json })).status).toBe(403)
    const form = (token: string) =>
      house.fetch('/dashboard/playground/ask', {
        method: 'POST',
        body: new URLSearchParams({ ...fields, csrf: token }),
        headers: { cookie },
      })
    expect((await form('')).status).toBe(403)
    expect(provider.requests.length).toBe(asked)
    const sent = await send(fields, { headers: { ...json, 'x-csrf-token': csrf } })
    expect(await gather(each(await linesOf(sent)))).toMatchObject({ tone: 'good' })
    const whole = await form(csrf)
    expect(whole.status).toBe(200)
    expect(await whole.text()).toContain('Answered')
  })

  test('an answer is never markup, and stays nowhere', async () => {
    const response = await send({ model: 'smart', text: 'Hi' })
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toContain('no-store')
    await response.text()
  })
})

test('toStream() breaks a long silence with empty lines, and tells when nobody reads', async () => {
  let isStopped = false
  const stop = () => {
    isStopped = true
  }
  async function* slow(): AsyncGenerator<Line> {
    await Bun.sleep(35)
    yield { put: { state: 'Answered' } }
    await new Promise(() => {})
  }
  const reader = toStream(slow(), stop, 10).getReader()
  let text = ''
  while (!text.includes('{')) text += new TextDecoder().decode((await reader.read()).value)
  expect(text).toMatch(/^\n+\{"put":\{"state":"Answered"\}\}\n$/)
  await reader.cancel()
  expect(isStopped).toBe(true)
})

test('where no key is set it works as well, below a base path, and the command needs none', async () => {
  const open = await startGateway({ env: { MODELWAY_MASTER_KEY: '', DEMO: 'true', BASE_PATH: '/llm' } })
  const response = await open.fetch('/llm/admin/playground', {
    method: 'POST',
    headers: { 'content-type': 'application/json', host: 'localhost:8080' },
    body: JSON.stringify({ model: 'demo/parrot', text: 'Hi' }),
  })
  const { texts, links } = await gather(each(await linesOf(response)))
  expect(texts.caller).toBe('Anybody: no key is set')
  expect(texts.curl).toStartWith('curl -N http://localhost:8080/llm/v1/chat/completions')
  expect(texts.curl).not.toContain('authorization')
  expect(links.requests).toStartWith('/llm/dashboard/requests?call=')
  const id = new URL(links.requests!, 'http://x').searchParams.get('call')
  const record = await open.json(`/llm/admin/usage/log/${id}`, { headers: { host: 'localhost:8080' } })
  expect(record.body).toMatchObject({ key: 'open', labels: { via: 'playground' } })
  const page = await (
    await open.fetch('/llm/dashboard/playground', { headers: { host: 'localhost:8080' } })
  ).text()
  expect(page).toContain('data-stream="/llm/admin/playground"')
  await open.close()
})
