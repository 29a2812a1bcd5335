import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { ask, KEY, startUpstream, type Upstream } from './kit.ts'

let gateway: TestGateway
let upstream: Upstream
beforeAll(async () => {
  upstream = startUpstream('tiny', 'large')
  gateway = await startGateway({ env: { GROQ_BASE_URL: upstream.url, GROQ_API_KEY: KEY, RETRIES: '0' } })
})
afterAll(async () => {
  await gateway.close()
  upstream.stop()
})
beforeEach(async () => {
  await gateway.admin('DELETE', '/admin/providers/mine')
})

const good = () => ({ type: 'openai', api_key: KEY, base_url: upstream.url })
const put = (name: string, body: unknown) => gateway.admin('PUT', `/admin/providers/${name}`, body)
const get = (name: string) => gateway.admin('GET', `/admin/providers/${name}`)

describe('a provider that an operator adds', () => {
  test('serves the next call, and is gone for the one behind its deletion', async () => {
    expect((await ask(gateway, 'mine/tiny')).status).toBe(404)
    expect((await put('mine', good())).body).toMatchObject({ type: 'openai', state: 'serving' })
    const { status, headers } = await ask(gateway, 'mine/tiny')
    expect([status, headers.get('x-modelway-provider')]).toEqual([200, 'mine'])
    expect(
      (await gateway.json('/v1/models', asMaster)).body.data.map(({ id }: { id: string }) => id),
    ).toContain('mine/large')
    expect((await gateway.admin('DELETE', '/admin/providers/mine')).status).toBe(204)
    expect((await ask(gateway, 'mine/tiny')).status).toBe(404)
  })

  test('is found by a bare id, behind the makers and before the resellers', async () => {
    await put('mine', good())
    await gateway.admin('POST', '/admin/providers/refresh?provider=mine')
    expect((await ask(gateway, 'large')).headers.get('x-modelway-provider')).toBe('mine')
  })

  test('ends what it has begun when it is deleted or changed', async () => {
    await put('mine', good())
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    upstream.answer = async () => {
      upstream.answer = undefined
      begun.resolve()
      await gate.promise
      return Response.json({ id: 'x', choices: [{ index: 0, message: { content: 'late' } }] })
    }
    const answer = ask(gateway, 'mine/tiny')
    await begun.promise
    await gateway.admin('DELETE', '/admin/providers/mine')
    gate.resolve()
    expect((await answer).body.choices[0].message.content).toBe('late')
  })

  test('is not held to what the one before it did wrong', async () => {
    await put('mine', { ...good(), api_key: 'sk-wrong' })
    for (let i = 0; i < 6; i++) await ask(gateway, 'mine/tiny')
    expect((await ask(gateway, 'mine/tiny')).body.error.message).toMatch(/not called for another/)
    await put('mine', good())
    expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
  })

  test('is off when it is switched off, and keeps its key', async () => {
    await put('mine', good())
    const { api_key: _, ...rest } = good()
    expect((await put('mine', { ...rest, enabled: false })).body.state).toBe('off')
    expect((await ask(gateway, 'mine/tiny')).status).toBe(404)
    await put('mine', rest)
    expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
  })

  test('tells others what changed meanwhile', async () => {
    const made = await put('mine', good())
    const etag = made.headers.get('etag')!
    const write = (headers: Record<string, string>) =>
      gateway.json('/admin/providers/mine', {
        method: 'PUT',
        headers: { ...asMaster.headers, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(good()),
      })
    expect((await write({ 'if-none-match': '*' })).status).toBe(412)
    expect((await write({ 'if-match': '"999"' })).status).toBe(412)
    expect((await write({ 'if-match': etag })).status).toBe(200)
    expect((await write({ 'if-match': etag })).status).toBe(412)
  })
})

describe('what an operator may say', () => {
  test.each([
    ['an unknown type', { type: 'opnai' }, /Did you mean "openai"/, 'type'],
    ['a misspelt field', { type: 'openai', apikey: KEY }, /Did you mean "api_key"/, 'apikey'],
    ['nothing but the type', { type: 'openai' }, /set api_key or base_url/, null],
    [
      'half of a pair',
      { type: 'bedrock', region: 'eu-west-1', access_key_id: 'AKIA' },
      /secret_access_key/,
      null,
    ],
    ['a key with a line break', { type: 'openai', api_key: 'sk-a\r\nx: y' }, /visible ASCII/, 'api_key'],
    ['a number for a key', { type: 'openai', api_key: 4_815_162_342 }, /expected text/, 'api_key'],
    ['an address with a user', { type: 'vllm', base_url: 'http://a:b@gpu/v1' }, /without user/, 'base_url'],
    ['another protocol', { type: 'vllm', base_url: 'file:///etc/passwd' }, /http/, 'base_url'],
    [
      'metadata',
      { type: 'vllm', base_url: 'http://169.254.169.254/latest' },
      /secrets of the machine/,
      'base_url',
    ],
    [
      'metadata in hex',
      { type: 'vllm', base_url: 'http://0xa9fea9fe/' },
      /secrets of the machine/,
      'base_url',
    ],
    ['metadata in IPv6', { type: 'vllm', base_url: 'http://[fd00:ec2::254]/' }, /secrets of the/, 'base_url'],
    [
      'metadata in both',
      { type: 'vllm', base_url: 'http://[::ffff:a9fe:a9fe]/' },
      /secrets of the/,
      'base_url',
    ],
    [
      'metadata by way of a translation',
      { type: 'vllm', base_url: 'http://[64:ff9b::6464:64c8]/' },
      /secrets of the/,
      'base_url',
    ],
    ['another name of it', { type: 'vllm', base_url: 'http://metadata.goog/' }, /secrets of the/, 'base_url'],
    [
      'its name',
      { type: 'vllm', base_url: 'http://metadata.google.internal/' },
      /secrets of the/,
      'base_url',
    ],
    [
      'a file of this machine',
      { type: 'vertex', credentials: '/etc/passwd' },
      /JSON of a key/,
      'credentials',
    ],
    [
      'the identity of this machine',
      { type: 'vertex', credentials: 'metadata' },
      /JSON of a key/,
      'credentials',
    ],
  ])('%s is refused with its field', async (_what, body, message, param) => {
    const { status, body: said } = await put('wrong', body)
    expect([400, 422]).toContain(status)
    expect(said.error.message).toMatch(message)
    expect(said.error.message).not.toMatch(/4815162342|root:/)
    expect(said.error.param).toBe(param)
  })

  test.each(['A', 'a_b', 'a--b', '-a', 'a.b', 'a'.repeat(65)])('the name %j is refused', async name => {
    expect((await put(name, good())).status).toBe(422)
  })

  test('variables of the environment are not filled in', async () => {
    await put('mine', { ...good(), api_key: '${GROQ_API_KEY}' })
    await ask(gateway, 'mine/tiny')
    expect(upstream.keys.at(-1)).toBe('${GROQ_API_KEY}')
  })

  test('only operators say it', async () => {
    const { body: key } = await gateway.admin('POST', '/admin/keys', { name: 'Alpha', user_path: '/alpha' })
    const headers = { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' }
    for (const method of ['PUT', 'DELETE', 'GET'])
      expect(
        (
          await gateway.json('/admin/providers/mine', {
            method,
            headers,
            ...(method === 'PUT' && { body: '{}' }),
          })
        ).status,
      ).toBe(401)
  })
})

describe('the configuration wins', () => {
  test('its providers are read, and changed elsewhere', async () => {
    const { body } = await get('groq')
    expect(body).toMatchObject({
      state: 'serving',
      configured_by: ['GROQ_API_KEY', 'GROQ_BASE_URL'],
      secrets: {},
    })
    const { status, body: said } = await put('groq', good())
    expect([status, said.error.message]).toEqual([
      409,
      'Provider "groq" is configured by GROQ_API_KEY, GROQ_BASE_URL: change it there',
    ])
    expect((await gateway.admin('DELETE', '/admin/providers/groq')).status).toBe(404)
  })
})

describe('a secret', () => {
  test('stays with the address that it was typed for', async () => {
    await put('mine', good())
    const elsewhere = { type: 'openai', base_url: 'http://127.0.0.1:9/v1' }
    // On a host of many, the path says whose account it is.
    const besides = { type: 'openai', base_url: upstream.url.replace(/v1$/, 'of/somebody/else') }
    for (const body of [elsewhere, { ...elsewhere, type: 'vllm' }, { type: 'openai' }, besides])
      expect((await put('mine', body)).body.error).toMatchObject({
        param: 'api_key',
        message: expect.stringMatching(/typed for another address/),
      })
    expect(
      (await gateway.admin('POST', '/admin/providers/test', { name: 'mine', ...elsewhere })).status,
    ).toBe(422)
    expect((await put('mine', { ...elsewhere, api_key: null })).body.secrets).toEqual({})
  })

  test('is told nobody, and history tells only that there is another one', async () => {
    await put('mine', { ...good(), api_key: 'sk-an-early-one-that-nobody-sees' })
    await put('mine', good())
    const { body: book } = await gateway.admin('GET', '/admin/history?kind=provider&subject=mine')
    const [last] = book.data
    expect(last.fields).toEqual(['secrets'])
    const answers = await Promise.all(
      [
        '/admin/providers/mine',
        '/admin/stored-providers',
        `/admin/history/${last.id}`,
        '/admin/settings',
        '/dashboard/providers',
        '/dashboard/providers/edit?name=mine',
        '/dashboard/history',
      ].map(async path => (await gateway.fetch(path, asMaster)).text()),
    )
    expect(answers.join() + JSON.stringify(gateway.logs)).not.toMatch(/sk-the-right|sk-an-early/)
  })

  test('of today stays when an old version is put back', async () => {
    const { body: first } = await put('mine', { ...good(), models: ['a'] })
    await put('mine', { ...good(), models: ['b'] })
    const { body: book } = await gateway.admin('GET', '/admin/history?kind=provider&subject=mine')
    const { id } = book.data.find(({ version }: { version: number }) => version === first.version)
    expect((await gateway.admin('POST', `/admin/history/${id}/restore`, {})).status).toBe(200)
    expect((await get('mine')).body).toMatchObject({ models: ['a'], state: 'serving' })
    expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
  })

  test('is gone with a deletion: what is put back says what it needs', async () => {
    await put('mine', { type: 'openai', api_key: KEY })
    await gateway.admin('DELETE', '/admin/providers/mine')
    const { body: book } = await gateway.admin('GET', '/admin/history?kind=provider&subject=mine')
    expect((await gateway.admin('POST', `/admin/history/${book.data[0].id}/restore`, {})).status).toBe(200)
    expect((await get('mine')).body).toMatchObject({
      state: 'broken',
      secrets: {},
      trouble: expect.stringMatching(/set api_key/),
    })
  })
})

describe('a test before it is stored', () => {
  const tryOut = async (body: object) => (await gateway.admin('POST', '/admin/providers/test', body)).body

  test('asks for the list, and says in words what came of it', async () => {
    expect(await tryOut({ name: 'new', ...good() })).toMatchObject({
      ok: true,
      text: 'It lists 2 models',
      models: 2,
    })
    expect(await tryOut({ name: 'new', ...good(), api_key: 'sk-no' })).toMatchObject({
      ok: false,
      text: 'No list: the provider refused the gateway’s credentials (status 401)',
    })
    expect(await tryOut({ name: 'new', ...good(), base_url: 'http://127.0.0.1:9/v1' })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/nobody listens/),
    })
    expect(await tryOut({ name: 'new', type: 'azure', base_url: upstream.url, api_key: KEY })).toMatchObject({
      ok: null,
    })
    expect((await get('new')).status).toBe(404)
  })

  test('takes the stored key where none is typed', async () => {
    await put('mine', good())
    const { api_key: _, ...rest } = good()
    expect(await tryOut({ name: 'mine', ...rest })).toMatchObject({ ok: true })
  })
})

const asMaster = { headers: { authorization: `Bearer ${MASTER}` } }
