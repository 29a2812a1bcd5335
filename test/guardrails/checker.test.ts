import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import type { Gateway } from '../../src/gateway.ts'
import { build, createFolder, type Folder } from '../config/kit.ts'
import { MASTER } from '../kit.ts'

/** Services that are asked what they think of an input. */

interface Question {
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  readonly json: any
}

const SECRET = `whsec_${btoa('a secret of many bytes')}`
const allow = () => Response.json({ action: 'allow' })
let answer: (question: Question) => Response | Promise<Response> = allow
const asked: Question[] = []
const service = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const text = await request.text()
    const question = { headers: request.headers, text, json: JSON.parse(text) }
    asked.push(question)
    return answer(question)
  },
})
const url = `http://127.0.0.1:${service.port}/look`

let gateway: Gateway
let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  const yaml = `
guardrails:
  checkers:
    strict: { url: "${url}", secret: "${SECRET}", timeout: 300ms }
    lax: { url: "${url}", timeout: 300ms, on_failure: allow }
    gone: { url: "http://127.0.0.1:1/" }
  rules:
    - { name: strict, user_path: /strict, find: { checker: strict, presets: [email] }, action: mask }
    - { name: blocks, user_path: /blocks, find: { checker: strict }, action: block }
    - { name: told, user_path: /told, find: { checker: strict }, action: report }
    - { name: lax, user_path: /lax, find: { checker: lax }, action: block }
    - { name: gone, user_path: /gone, find: { checker: gone }, action: block }
`
  gateway = await build({
    CONFIG_FILE: folder.write('modelway.yaml', yaml),
    DATABASE_URL: `file:${folder.path}/test.db`,
    MODELWAY_MASTER_KEY: MASTER,
    DEMO: 'true',
  })
})
afterEach(() => {
  answer = allow
  asked.length = 0
})
afterAll(async () => {
  await gateway.stop()
  service.stop(true)
  folder[Symbol.dispose]()
})

const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await gateway.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  )
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  return { status: response.status, body: (await response.json()) as any }
}
/** The parrot says what it is told. */
const say = async (path: string, content: string) => {
  const { status, body } = await send(
    'POST',
    '/v1/chat/completions',
    { model: 'demo/parrot', messages: [{ role: 'user', content }] },
    { 'x-modelway-user-path': path },
  )
  return { status, said: body.choices?.[0].message.content ?? body.error.message }
}

test('a service is asked about the texts, after masks, and signs can be checked', async () => {
  const { status } = await say('/strict', 'Write to ada@example.com')
  expect(status).toBe(200)
  expect(asked).toHaveLength(1)
  const { headers, text, json } = asked[0]!
  expect(json).toEqual({
    guardrail: 'strict',
    on: 'input',
    request_id: expect.any(String),
    user_path: '/strict',
    model: 'demo/parrot',
    texts: ['Write to [EMAIL]'],
  })
  const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${text}`
  const mac = createHmac('sha256', 'a secret of many bytes').update(signed).digest('base64')
  expect(headers.get('webhook-signature')).toBe(`v1,${mac}`)
})

test('what it masks is what goes on; what it blocks is refused in its words', async () => {
  answer = ({ json }) =>
    Response.json({ action: 'mask', texts: json.texts.map((text: string) => text.toUpperCase()) })
  expect((await say('/strict', 'quiet words')).said).toContain('QUIET WORDS')
  expect(await say('/blocks', 'quiet words')).toEqual({
    status: 400,
    said: 'Guardrail "blocks" does not let this through',
  })
  answer = () => Response.json({ action: 'block', message: 'Not about that' })
  const said = 'Guardrail "strict" does not let this through: Not about that'
  expect(await say('/strict', 'hello')).toEqual({ status: 400, said })
  expect((await say('/told', 'hello')).status).toBe(200)
})

test.each<[string, () => Response | Promise<Response>]>([
  ['fails', () => new Response('no', { status: 500 })],
  ['redirects', () => Response.redirect('http://127.0.0.1:1/')],
  ['says no JSON', () => new Response('fine')],
  ['says what nobody understands', () => Response.json({ action: 'maybe' })],
  ['masks without texts', () => Response.json({ action: 'mask' })],
  ['masks with other texts', () => Response.json({ action: 'mask', texts: ['a', 'b'] })],
  ['says far too much', () => Response.json({ action: 'allow', more: 'x'.repeat(1_000_000) })],
  ['is silent for too long', () => Bun.sleep(2000).then(allow)],
])('one that %s closes the way, or leaves it open where the configuration says so', async (_what, fails) => {
  answer = fails
  expect(await say('/blocks', 'hello')).toEqual({
    status: 503,
    said: 'Guardrail "blocks" cannot be asked at the moment',
  })
  expect((await say('/lax', 'hello')).status).toBe(200)
  expect((await say('/told', 'hello')).status).toBe(200)
})

test('one that is not there closes the way', async () => {
  expect((await say('/gone', 'hello')).status).toBe(503)
})

test('only services of the configuration can be named, and for input only', async () => {
  const put = (body: object) => send('PUT', '/admin/guardrails/mine', body)
  const unknown = await put({ find: { checker: 'other' }, action: 'block' })
  expect(unknown.status).toBe(422)
  expect(unknown.body.error.message).toMatch(/no "other" in guardrails.checkers/)
  const output = await put({ on: 'both', find: { checker: 'strict' }, action: 'block' })
  expect(output.body.error).toMatchObject({ param: 'on', message: expect.stringContaining('input only') })
})

test('the secret is shown nowhere', async () => {
  for (const path of ['/admin/settings', '/admin/guardrails']) {
    const { body } = await send('GET', path)
    expect(JSON.stringify(body)).not.toContain(SECRET.slice(6))
  }
})
