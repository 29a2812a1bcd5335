import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const put = (name: string, body: unknown, headers: Record<string, string> = {}) =>
  gateway.json(`/admin/limits/${name}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('what an operator may say', () => {
  test.each([
    ['nothing to limit', {}, /it limits nothing/, null],
    ['nothing to limit, in nulls', { requests: null }, /it limits nothing/, null],
    ['a negative rate', { requests: -2 }, /"requests".*at least 1/, 'requests'],
    ['no room at all', { tokens: 0 }, /access policy/, 'tokens'],
    ['half a call', { concurrent: 0.5 }, /whole number/, 'concurrent'],
    ['no money', { cost_usd: 0 }, /"cost_usd".*more than 0/, 'cost_usd'],
    ['too much money', { cost_usd: 1e12 }, /"cost_usd".*at most/, 'cost_usd'],
    ['an unknown window', { requests: 1, per: 'year' }, /"per".*minute, hour, day, week, month/, 'per'],
    ['an unknown member', { requests: 1, each: 'team' }, /"each".*"key", "user_path"/, 'each'],
    ['a misspelt field', { request: 1 }, /"request" is not known here/, 'request'],
    ['a path with a dot segment', { requests: 1, user_path: '/a/../b' }, /"\.\."/, 'user_path'],
    ['no model', { requests: 1, models: [] }, /"models".*at least one/, 'models'],
  ])('%s is refused with its field', async (_what, body, message, param) => {
    const { status, body: said } = await put('wrong', body)
    expect([400, 422]).toContain(status)
    expect(said.error.message).toMatch(message)
    if (param !== null) expect(said.error.param).toBe(param)
  })

  test.each(['', ' ', 'a b', '-a', 'a'.repeat(65), '__proto__!', 'ä'])(
    'the name %j is refused',
    async name => {
      const { status } = await put(encodeURIComponent(name), { requests: 1 })
      expect([404, 405, 422]).toContain(status)
    },
  )

  test('names of built-in things are names like others', async () => {
    for (const name of ['constructor', 'toString']) {
      expect((await put(name, { requests: 1 })).status).toBe(200)
      expect((await gateway.admin('DELETE', `/admin/limits/${name}`)).status).toBe(204)
    }
  })
})

describe('changes', () => {
  test('what is said is what is read, and each change is a version that others can insist on', async () => {
    const body = { user_path: 'team/alpha/', per: 'month', cost_usd: 12.5, models: ['openai/'], each: 'key' }
    const { body: made, headers } = await put('alpha', body, { 'if-none-match': '*' })
    expect(made).toMatchObject({ ...body, user_path: '/team/alpha', requests: null, unpriced: 'allow' })
    expect(headers.get('etag')).toBe(`"${made.version}"`)
    expect((await put('alpha', body, { 'if-none-match': '*' })).status).toBe(412)
    const changed = await put('alpha', { ...body, cost_usd: 20 }, { 'if-match': headers.get('etag')! })
    expect(changed.body.cost_usd).toBe(20)
    expect((await put('alpha', body, { 'if-match': headers.get('etag')! })).status).toBe(412)
  })

  test('models that name nothing now are stored, and warned of; they may come later', async () => {
    const { admin } = gateway
    await admin('PUT', '/admin/virtual-models', {
      source: 'theirs',
      target_model: 'demo/parrot',
      user_paths: ['/x'],
    })
    const models = ['demo/', 'parrot', 'theirs', 'dmo/', 'demo/prrot']
    const { status, body } = await put('doubtful', { requests: 1, models })
    expect([status, body.models]).toEqual([200, models])
    expect(body.warning).toBe(
      'Field "models" names what is not there now: "dmo/" (did you mean "demo/"?), "demo/prrot"',
    )
    expect((await put('doubtful', { requests: 1, models: ['demo/'] })).body.warning).toBeUndefined()
    await admin('DELETE', '/admin/limits/doubtful')
  })

  test('history tells what was before and after, and puts back what was deleted', async () => {
    await put('beta', { user_path: '/beta', requests: 7 })
    expect((await gateway.admin('DELETE', '/admin/limits/beta')).status).toBe(204)
    expect((await gateway.admin('GET', '/admin/limits/beta')).status).toBe(404)
    const { body: history } = await gateway.admin('GET', '/admin/history?kind=limit&subject=beta')
    expect(history.data.map(({ action }: { action: string }) => action)).toEqual(['delete', 'create'])
    expect((await gateway.admin('POST', `/admin/history/${history.data[1].id}/restore`)).status).toBe(200)
    expect((await gateway.admin('GET', '/admin/limits/beta')).body.requests).toBe(7)
  })

  test('a higher limit holds for the next call, and what was used stays counted', async () => {
    const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
    const as = { 'x-modelway-user-path': '/higher' }
    await put('higher', { user_path: '/higher', per: 'day', requests: 1 })
    expect((await gateway.chat(hello, as)).status).toBe(200)
    expect((await gateway.chat(hello, as)).status).toBe(429)
    await put('higher', { user_path: '/higher', per: 'day', requests: 2 })
    expect((await gateway.chat(hello, as)).status).toBe(200)
    expect((await gateway.chat(hello, as)).status).toBe(429)
    await put('higher', { user_path: '/higher', per: 'day', requests: 2, enabled: false })
    expect((await gateway.chat(hello, as)).status).toBe(200)
  })

  test('callers without a right to operate cannot read or write limits', async () => {
    const { body } = await gateway.admin('POST', '/admin/keys', { name: 'Somebody' })
    const { status } = await gateway.json('/admin/limits', {
      headers: { authorization: `Bearer ${body.key}` },
    })
    expect(status).toBe(401)
  })
})

describe('explain', () => {
  const explain = async (body: object) => (await gateway.admin('POST', '/admin/explain', body)).body
  const sentences = (told: { steps: { plugin: string; text: string }[] }) =>
    told.steps.filter(({ plugin }) => plugin === 'limits').map(({ text }) => text)

  test('says what is left, and what would be refused, without counting', async () => {
    const as = { 'x-modelway-user-path': '/told' }
    const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
    const question = { model: 'demo/parrot', user_path: '/told' }
    await put('told', { user_path: '/told', per: 'day', requests: 2, cost_usd: 5 })
    for (let i = 0; i < 3; i++) await explain(question)
    const before = await explain(question)
    expect(sentences(before)).toEqual([
      'Limit "told" has 2 requests left of 2 requests a day, $5.00 left of $5.00 a day',
    ])
    expect(before.outcome).toEqual({ status: 200 })
    for (let i = 0; i < 2; i++) expect((await gateway.chat(hello, as)).status).toBe(200)
    const after = await explain(question)
    expect(sentences(after)).toEqual([
      'Limit "told" has 0 requests left of 2 requests a day, $5.00 left of $5.00 a day',
    ])
    const refused = await gateway.chat(hello, as)
    expect(after.outcome).toMatchObject({ status: refused.status, message: refused.body.error.message })
  })

  test('says which target would be left out', async () => {
    await put('parrots', { user_path: '/left', models: ['demo/parrot'], per: 'day', requests: 1 })
    await gateway.admin('PUT', '/admin/virtual-models', {
      source: 'either',
      targets: [{ model: 'demo/parrot' }, { model: 'demo/thinker' }],
      strategy: 'failover',
      force: true,
    })
    const as = { 'x-modelway-user-path': '/left' }
    const hello = { model: 'either', messages: [{ role: 'user', content: 'Hello' }] }
    expect((await gateway.chat(hello, as)).headers.get('x-modelway-model')).toBe('parrot')
    const told = await explain({ model: 'either', user_path: '/left' })
    expect(told.targets[0].skipped).toMatch(/^Limit "parrots" is reached: 1 request a day/)
    expect(told.targets[1]?.skipped).toBeUndefined()
  })
})
