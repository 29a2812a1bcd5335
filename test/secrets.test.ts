import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Door, findDoors } from './kernel/endpoints.ts'
import { samples } from './kernel/samples.ts'
import { startGateway, type TestGateway } from './kit.ts'

/** Secrets of all kinds go in, everywhere; then every answer, page, log line and file is searched for them. */

const planted = new Map<string, string>()
function plant(name: string): string {
  const secret = planted.get(name) ?? `Canary${name}${crypto.randomUUID().replaceAll('-', '')}`
  planted.set(name, secret)
  return secret
}

/** A provider that repeats in every failure how it was asked. */
const provider = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const told = JSON.stringify({ ...Object.fromEntries(request.headers), address: request.url })
    const model = /(?:unauthorized|rejected|limited|broken)/.exec(await request.text())?.[0]
    const message = model === 'unauthorized' ? `Incorrect API key provided: ${told}` : `You said ${told}`
    return Response.json(
      { error: { message, type: 'invalid_request_error' } },
      { status: STATUSES[model ?? ''] ?? 404, headers: { 'x-told': told } },
    )
  },
})
const STATUSES: Readonly<Record<string, number>> = {
  unauthorized: 401,
  rejected: 400,
  limited: 429,
  broken: 500,
}
const MODELS = Object.keys(STATUSES)
const at = `http://127.0.0.1:${provider.port}`
const PROVIDERS = ['openai', 'anthropic', 'gemini', 'cohere']
const MASTER = plant('Master')
const SEAL = crypto.getRandomValues(new Uint8Array(32)).toBase64()
planted.set('Seal', SEAL)

const env: Record<string, string> = {
  MODELWAY_MASTER_KEY: MASTER,
  SECRETS_KEY: SEAL,
  METRICS_TOKEN: plant('Metrics'),
  NOTIFY_URLS: `${at}/hooks/${plant('HookAddress')}`,
  NOTIFY_SECRET: plant('Hook'),
  REDIS_URL: `redis://user:${plant('Redis')}@127.0.0.1:9/0`,
  OTEL_EXPORTER_OTLP_ENDPOINT: `${at}/otel`,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${plant('Otel')}`,
  OIDC_ISSUER: `${at}/oidc`,
  OIDC_CLIENT_ID: 'gateway',
  OIDC_CLIENT_SECRET: plant('Oidc'),
  OIDC_ADMIN: 'groups=admins',
  MCP_SERVERS: JSON.stringify([
    {
      name: 'tools',
      url: `${at}/mcp/${plant('McpAddress')}?key=${plant('McpQuery')}`,
      headers: { authorization: `Bearer ${plant('McpHeader')}` },
    },
  ]),
  RETRIES: '0',
  ...Object.fromEntries(
    PROVIDERS.flatMap(name => [
      [`${name.toUpperCase()}_API_KEY`, plant(name)],
      [`${name.toUpperCase()}_BASE_URL`, `${at}/${name}`],
      [`${name.toUpperCase()}_MODELS`, MODELS.join()],
    ]),
  ),
}

let gateway: TestGateway
let doors: readonly Door[]
/** What was said, and where. */
const heard: (readonly [place: string, text: string])[] = []
beforeAll(async () => {
  gateway = await startGateway({ env })
  doors = await findDoors(env)
})
afterAll(async () => {
  await provider.stop(true)
  rmSync(gateway.folder, { recursive: true, force: true })
})

const asOperator = { authorization: `Bearer ${MASTER}` }
const asJson = { 'content-type': 'application/json' }

async function hear(method: string, path: string, headers: Record<string, string>, body?: BodyInit) {
  const init = { method, headers, redirect: 'manual', ...(body !== undefined && { body }) } as const
  const answer = await gateway.fetch(path, init)
  // A browser that has to sign in is led back to where it wanted to go.
  const kept = [...answer.headers].filter(([name]) => name !== 'set-cookie' && name !== 'location')
  const text = await answer.text()
  heard.push([`${method} ${path} ${answer.status}`, JSON.stringify(kept) + text])
  return { cookies: answer.headers.getSetCookie(), text }
}

async function makeKeys(): Promise<Record<string, string>> {
  const post = (path: string, body: object) =>
    gateway.json(path, { method: 'POST', headers: { ...asOperator, ...asJson }, body: JSON.stringify(body) })
  const { body: first } = await post('/admin/keys', { name: 'team' })
  const { body: second } = await post(`/admin/keys/${first.id}/roll`, {})
  planted.set('first key', first.key).set('second key', second.key)
  return { authorization: `Bearer ${second.key}` }
}

/** One that an operator adds while the gateway runs. */
async function storeProvider(): Promise<void> {
  const stored = { type: 'openai', api_key: plant('Stored'), base_url: `${at}/stored`, models: MODELS }
  await hear('PUT', '/admin/providers/stored', { ...asOperator, ...asJson }, JSON.stringify(stored))
  expect(heard.at(-1)?.[0]).toEndWith(' 200')
}

async function signIn(): Promise<Record<string, string>> {
  const { cookies } = await hear('POST', '/sign-in', {}, new URLSearchParams({ key: MASTER }))
  for (const cookie of cookies) planted.set(cookie.split('=')[0]!, cookie.split(/[=;]/)[1]!)
  return { cookie: cookies[0]!.split(';')[0]! }
}

async function askModels(caller: Record<string, string>): Promise<void> {
  const more = { cookie: `id=${plant('ClientCookie')}`, 'proxy-authorization': `Basic ${plant('Proxy')}` }
  for (const name of [...PROVIDERS, 'stored'])
    for (const model of MODELS)
      for (const dialect of ['openai-chat', 'anthropic-messages', 'openai-embeddings']) {
        const { headers, body } = samples[dialect]!.make(`${name}/${model}`, false)
        const { path } = doors.find(({ endpoint }) => endpoint?.name === dialect)!
        const text = String(body).replace('Hello', plant('Prompt'))
        await hear('POST', path, { ...headers, ...more, ...caller }, text)
        if (dialect === 'openai-chat')
          await hear('POST', `/p/${name}/chat/completions`, { ...headers, ...caller }, text)
      }
}

async function goWrong(): Promise<void> {
  const wrong = plant('Wrong')
  const body = `{"model":"openai/rejected","api_key":"${plant('Body')}","messages":"${plant('Prompt')}`
  for (const path of ['/v1/chat/completions', '/v1/messages', '/mcp', '/p/openai/things', '/admin/keys'])
    for (const headers of [{ authorization: `Bearer ${wrong}` }, { 'x-api-key': wrong }, asOperator])
      await hear('POST', path, { ...asJson, ...headers }, body)
  await hear('POST', '/sign-in', {}, new URLSearchParams({ key: wrong }))
  for (const path of ['/v1/models', '/dashboard/overview'])
    await hear('GET', `${path}?api_key=${plant('Query')}`, {})
}

/** Everything that an operator can look at. */
async function lookAround(browser: Record<string, string>): Promise<void> {
  for (const door of doors.filter(({ method }) => method === 'GET')) {
    const path = door.path.replaceAll(/:\w+/g, 'none').replace('*', 'openai/rejected')
    for (const headers of [asOperator, browser]) await hear('GET', path, headers)
  }
  const { text } = await hear('GET', '/admin/usage/log?limit=100', asOperator)
  for (const { id } of JSON.parse(text).data.slice(0, 8))
    await hear('GET', `/dashboard/requests/detail?id=${id}`, browser)
}

test('no secret is in an answer, a page, the log or a file', async () => {
  const caller = await makeKeys()
  await storeProvider()
  const browser = await signIn()
  await askModels(caller)
  await goWrong()
  await lookAround(browser)
  await gateway.gateway.stop()
  const files = readdirSync(gateway.folder, { recursive: true, withFileTypes: true }).filter(file =>
    file.isFile(),
  )
  for (const { parentPath, name } of files)
    heard.push([name, readFileSync(join(parentPath, name)).toString('latin1')])
  for (const line of gateway.logs) heard.push([`the log: ${line.message}`, JSON.stringify(line)])
  expect(planted.size).toBeGreaterThan(20)
  const found = [...planted].flatMap(([name, secret]) =>
    heard.filter(([, text]) => text.includes(secret)).map(([place]) => `${name}: ${place}`),
  )
  expect(found).toEqual([])
}, 20_000)
