import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { assemble } from '../../plugins/bodies/assemble.ts'
import { redactJson, redactText } from '../../plugins/bodies/redact.ts'
import { requestBodies } from '../../plugins/bodies/schema.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Database } from '../../src/database/open.ts'
import { type House, openHouse, UPSTREAM_KEY } from '../kernel/house.ts'
import { MASTER, startGateway, until } from '../kit.ts'

let db: Database
const reader = definePlugin({
  name: 'reader',
  about: 'Looks into tables.',
  setup(host) {
    db = host.db
    return {}
  },
})

let house: House
let logged: { readonly key: string; readonly id: string }
let other: { readonly key: string; readonly id: string }
beforeAll(async () => {
  house = await openHouse({
    env: { REQUEST_LOG_BODIES: '/team/alpha', REQUEST_LOG_BODY_LIMIT: '4k' },
    extra: [reader],
  })
  const make = async (user_path: string) =>
    (await house.test.admin('POST', '/admin/keys', { name: 'Somebody', user_path })).body
  logged = await make('/team/alpha/service')
  other = await make('/team/alphabet')
})
beforeEach(() => house.mock.reset())
afterAll(() => house[Symbol.asyncDispose]())

const as = (key: string, headers: Record<string, string> = {}): RequestInit => ({
  headers: { authorization: `Bearer ${key}`, ...headers },
})
const idOf = (response: Response) => response.headers.get('x-request-id')!
const look = (id: string) => house.test.admin('GET', `/admin/requests/${id}`)

describe('GET /admin/requests/:id', () => {
  test('shows what a logged caller wrote and was told', async () => {
    const response = await house.ask({ text: 'It goes to the model' }, { temperature: 0.25 }, as(logged.key))
    const answer = await response.json()
    const { status, body } = await look(idOf(response))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: idOf(response),
      user_path: '/team/alpha/service',
      key_id: logged.id,
      method: 'POST',
      path: '/v1/chat/completions',
      status: 200,
      code: null,
      request: {
        body: {
          model: 'one',
          temperature: 0.25,
          messages: [{ role: 'user', content: 'Where does it go?' }],
        },
        truncated: false,
      },
      response: { body: answer as object, truncated: false },
    })
    expect(Math.abs(Date.parse(body.at) - Date.now())).toBeLessThan(5000)
    expect(body.headers.authorization).toBe('[redacted]')
  })

  test('puts the events of a stream together, and leaves the stream as it was', async () => {
    const plan = { text: 'a b c d', gapMs: 1 }
    const plain = await (await house.ask(plan, { stream: true }, as(other.key))).text()
    const response = await house.ask(plan, { stream: true }, as(logged.key))
    const shape = (text: string) => text.replace(/"(?:id|created)":("[^"]*"|\d+)/g, '')
    expect(shape(await response.text())).toBe(shape(plain))
    await until(async () => (await look(idOf(response))).status === 200, 'the stream')
    const { body } = await look(idOf(response))
    expect(body.response.body.choices[0]).toMatchObject({
      index: 0,
      delta: { content: 'a b c d' },
      finish_reason: 'stop',
    })
  })

  test('shows nothing of what a guardrail blocks, in a question or in an answer', async () => {
    const card = '4111 1111 1111 1111'
    const rail = { find: { presets: ['credit_card'] }, on: 'both', action: 'block' }
    await house.test.admin('PUT', '/admin/guardrails/no-cards', rail)
    const calls = [
      await house.ask({}, { messages: [{ role: 'user', content: `My card is ${card}` }] }, as(logged.key)),
      await house.ask({ text: `Your card is ${card}` }, {}, as(logged.key)),
    ]
    await house.test.admin('DELETE', '/admin/guardrails/no-cards')
    for (const response of calls) {
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('no-cards')])
      const { body } = await look(idOf(response))
      expect(body).toMatchObject({ code: 'guardrail_blocked', request: { body: null } })
      expect(JSON.stringify(body)).not.toContain('1111')
    }
  })

  test('shows what a refused call wrote, and why it was refused', async () => {
    const response = await house.ask({}, { model: 'nowhere' }, as(logged.key))
    await response.text()
    const { body } = await look(idOf(response))
    expect(body).toMatchObject({
      status: 404,
      code: 'model_not_found',
      request: { body: { model: 'nowhere' } },
      response: { body: { error: { code: 'model_not_found' } } },
    })
  })

  test('has nothing of others: not of a path that only begins the same, nor of the master key, nor of strangers', async () => {
    for (const key of [other.key, MASTER, 'mw_wrong']) {
      const response = await house.ask({}, {}, as(key))
      await response.text()
      expect((await look(idOf(response))).status).toBe(404)
    }
    const paths = (await db.select().from(requestBodies)).map(({ userPath }) => userPath)
    expect(new Set(paths)).toEqual(new Set(['/team/alpha/service']))
  })

  test('has nothing of lists, and nothing that never was', async () => {
    const response = await house.test.fetch('/v1/models', as(logged.key))
    await response.text()
    expect((await look(idOf(response))).status).toBe(404)
    expect((await look("'; drop table request_bodies; --")).status).toBe(404)
  })

  test('is for operators only', async () => {
    const response = await house.ask({}, {}, as(logged.key))
    await response.text()
    const { status } = await house.test.json(`/admin/requests/${idOf(response)}`, as(logged.key))
    expect(status).toBe(401)
  })

  test('cuts what is long, and says so', async () => {
    const content = 'word '.repeat(20_000)
    const response = await house.ask(
      { text: content.trim() },
      { messages: [{ role: 'user', content }] },
      as(logged.key),
    )
    await response.text()
    const { body } = await look(idOf(response))
    expect([body.request.truncated, body.response.truncated]).toEqual([true, true])
    const [row] = (await db.select().from(requestBodies)).slice(-1)
    expect(row!.request!.length).toBeLessThan(5000)
    expect(row!.response!.length).toBeLessThan(5000)
  })

  test('a key may be named instead of a path; without a name nobody is logged and no hook runs', async () => {
    const first = await startGateway()
    const { key, id } = (await first.admin('POST', '/admin/keys', { name: 'One' })).body
    expect(first.gateway.order.find(({ name }) => name === 'bodies')!.hooks).toEqual([])
    await first.gateway.stop()
    const second = await startGateway({
      folder: first.folder,
      env: { REQUEST_LOG_BODIES: ` ${id}, /nobody ` },
    })
    const say = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
    const mine = await second.chat(say, { authorization: `Bearer ${key}` })
    const masters = await second.chat(say)
    const statusOf = async ({ headers }: { headers: Headers }) =>
      (await second.admin('GET', `/admin/requests/${headers.get('x-request-id')}`)).status
    expect([await statusOf(mine), await statusOf(masters)]).toEqual([200, 404])
    await second.close()
    await first.close()
  })

  test('a name that can be neither stops the start', async () => {
    await expect(startGateway({ env: { REQUEST_LOG_BODIES: '/a/../b' } })).rejects.toThrow(
      'REQUEST_LOG_BODIES',
    )
    await expect(startGateway({ env: { REQUEST_LOG_BODIES: 'team alpha' } })).rejects.toThrow(
      'REQUEST_LOG_BODIES',
    )
  })
})

/** Put together here, so that nobody takes them for real ones. */
const secret = (...parts: string[]) => parts.join('')
const canaries = {
  openai: secret('sk-', 'proj-CANARY0123456789abcdefABCDEF'),
  anthropic: secret('sk-', 'ant-api03-CANARY0123456789abcdef'),
  ours: secret('mw', '_CANARY0123456789abcdefghijk'),
  aws: secret('AK', 'IACANARY01234567'),
  github: secret('gh', 'p_CANARY0123456789abcdefghijklmnop'),
  slack: secret('xo', 'xb-CANARY-0123456789'),
  google: secret('AI', 'zaCANARY0123456789abcdefghijklmnopqrs'),
  jwt: secret('ey', 'JhbGciOiJIUzI1NiJ9.eyJDQU5BUlkiOjF9.CANARYsignature0123'),
  pem: secret('-----BEGIN RSA PRIV', 'ATE KEY-----\nCANARYcanaryCANARY\n-----END RSA PRIVATE KEY-----'),
  bearer: 'Bearer CANARYtoken0123456789',
} as const

describe('O-02 redaction', () => {
  test('no secret reaches the table, the log or /metrics, wherever it stands', async () => {
    const text = Object.values(canaries).join(' and ')
    const response = await house.ask(
      { text: `You said ${text}`, gapMs: 0 },
      {
        stream: true,
        messages: [
          { role: 'user', content: text },
          {
            role: 'user',
            content: [{ type: 'text', text: `my key is ${logged.key} https://u:CANARYpass@host/` }],
          },
        ],
        metadata: {
          api_key: 'CANARY-plain',
          nested: { Password: 'CANARY-plain', authorization: ['CANARY-plain'] },
        },
        note: 'password = CANARYword99',
        image: `data:image/png;base64,${'CANARYdata01'.repeat(30)}`,
        [canaries.openai]: 1,
      },
      as(logged.key, {
        cookie: 'session=CANARY-cookie',
        'x-goog-api-key': 'CANARY-google',
        'x-session-token': 'CANARY-session',
        'x-note': canaries.anthropic,
        'proxy-authorization': 'Basic CANARY-proxy',
      }),
    )
    await response.text()
    await until(async () => (await look(idOf(response))).status === 200, 'the call')
    const shown = JSON.stringify((await look(idOf(response))).body)
    const rows = JSON.stringify(await db.select().from(requestBodies))
    const metrics = await (await house.test.fetch('/metrics', as(MASTER))).text()
    const logs = JSON.stringify(house.test.logs)
    for (const [where, all] of Object.entries({ shown, rows, metrics, logs })) {
      for (const canary of ['CANARY', 'Q0FOQVJZ', logged.key, UPSTREAM_KEY, MASTER])
        expect([where, canary, all.includes(canary)]).toEqual([where, canary, false])
    }
    expect(shown).toContain('[data:image/png, 270 bytes]')
    expect(shown).toContain('You said')
  })

  test('a secret that comes piece by piece is found all the same', () => {
    const key = canaries.openai
    const events = [...key].map(content => JSON.stringify({ choices: [{ index: 0, delta: { content } }] }))
    const { text } = redactJson(assemble(events), 65_536, { exact: [], emails: false })
    expect(text).toBe('{"choices":[{"index":0,"delta":{"content":"[redacted]"}}]}')
  })

  test('none is cut in two, with one half kept', () => {
    for (let at = 0; at < 120; at++) {
      const body = { a: `${'x '.repeat(at)}${canaries.anthropic} ${'y '.repeat(2000)}` }
      const { text } = redactJson(body, 100, { exact: [], emails: false })
      expect([at, text.includes('CANARY')]).toEqual([at, false])
    }
  })

  test('no beginning of one comes in from behind, when what stands before it shrinks', () => {
    const key = secret('sk-', 'CANARY0123456789abcdef')
    const data = 'QUJD1'.repeat(200)
    for (let at = 480; at < 620; at++) {
      const text = `x data:image/png;base64,${data.slice(0, at)} ${key}${' z'.repeat(3000)}`
      const { text: kept } = redactJson({ text }, 100, { exact: [], emails: false })
      expect([at, kept.includes('CANARY')]).toEqual([at, false])
    }
  })

  test("the caller's own key goes, whatever it looks like", async () => {
    const gateway = await startGateway({ env: { REQUEST_LOG_BODIES: '/' } })
    const messages = [{ role: 'user', content: `Is ${MASTER} a good key?` }]
    const { headers } = await gateway.chat({ model: 'demo/parrot', messages })
    const { body } = await gateway.admin('GET', `/admin/requests/${headers.get('x-request-id')}`)
    expect(body.request.body.messages[0].content).toBe('Is [redacted] a good key?')
    expect(JSON.stringify(body)).not.toContain(MASTER)
    await gateway.close()
  })

  test('a secret goes that is called so, whoever it is of, in texts and in fields', () => {
    const named = [
      'DB_PASSWORD=CANARYword99',
      'export AWS_SECRET_ACCESS_KEY=CANARYfEMI/K7MDENG/bPxRfiCY',
      'aws_secret_access_key = CANARYfEMI/K7MDENG/bPxRfiCY',
      'MY_API_KEY="CANARY1234567"',
      'const dbPassword = "CANARY2222"',
      'GITHUB_TOKEN=CANARY0123456789',
      'SECRET_KEY=CANARY-insecure',
      'AccountKey=CANARYdM02xNOcqFlq==;EndpointSuffix=core',
    ]
    const plain = { exact: [], emails: false }
    for (const text of named) expect(redactText(`Here: ${text}`, plain)).not.toContain('CANARY')
    const fields = { DB_PASSWORD: 'CANARY2222', dbPassword: 'CANARY2222', GITHUB_TOKEN: 'CANARY2222' }
    const body = { env: fields, arguments: JSON.stringify({ env: fields, note: JSON.stringify(fields) }) }
    expect(redactJson(body, 5000, plain).text).not.toContain('CANARY')
  })

  test('leaves alone what is no secret', () => {
    const plain = [
      'max_tokens is 5, and my task-list has risk-free-investments-of-all-kinds',
      'A basic understanding of bearer bonds',
      'data: the new oil, they say',
      'https://example.com/a:b/c@d',
      'x'.repeat(600),
      'THE KEY is: whatever you like, and my token: please',
      'MAX_TOKENS=1234567890',
    ]
    for (const text of plain) expect(redactText(text, { exact: [], emails: false })).toBe(text)
    expect(redactJson({ max_tokens: 5, key: 'a' }, 1000, { exact: [], emails: false }).text).toBe(
      '{"max_tokens":5,"key":"a"}',
    )
  })

  test('e-mail addresses go where the operator wants it', () => {
    const text = 'Write to jane.doe@example.co.uk today'
    expect(redactText(text, { exact: [], emails: false })).toBe(text)
    expect(redactText(text, { exact: [], emails: true })).toBe('Write to [redacted] today')
  })

  test('no text, however hostile, takes long', () => {
    const hostile = [
      ' '.repeat(100_000),
      'password'.repeat(12_000),
      `password${' '.repeat(100_000)}`,
      '-----BEGIN PRIVATE KEY-----'.repeat(4000),
      'a@'.repeat(50_000),
      '://a:'.repeat(20_000),
      'eyJaaaaaaaaaa.'.repeat(8000),
      `${'a.'.repeat(50_000)}@`,
      'Bearer '.repeat(15_000),
      'data:'.repeat(20_000),
      `data:a/b;base64,${'='.repeat(65_000)}x`,
    ]
    for (const text of hostile) {
      const began = performance.now()
      redactText(text, { exact: [], emails: true })
      expect([text.slice(0, 20), performance.now() - began < 500]).toEqual([text.slice(0, 20), true])
    }
  })

  test('a large body costs no more than its kept part', () => {
    const body = { messages: Array.from({ length: 200 }, () => ({ content: 'word '.repeat(10_000) })) }
    const began = performance.now()
    const { text, isCut } = redactJson(body, 65_536, { exact: [], emails: true })
    expect(performance.now() - began).toBeLessThan(100)
    expect([isCut, text.length < 70_000]).toEqual([true, true])
  })
})
