import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { createFolder, type Folder } from '../config/kit.ts'
import { type Running, start } from './kit.ts'

setDefaultTimeout(30_000)

/** What operators change on the dashboard holds where nobody declares anything, from that moment on. */

let folder: Folder
let gateway: Running
beforeAll(async () => {
  folder = createFolder()
  gateway = await start({ folder, yaml: 'mirror: { most: 7 }', env: { RETRIES: '1' } })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const put = (name: string, value: unknown, headers: Record<string, string> = {}) =>
  gateway.admin('PUT', `/admin/settings/${name}`, { value }, headers)
const take = (name: string) => gateway.admin('DELETE', `/admin/settings/${name}`)
const call = async (init: object = {}) =>
  gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: 'demo/storyteller', messages: [{ role: 'user', content: 'Hi' }], ...init }),
  })

test('a setting is changed while calls run: new ones meet it, and those under way are not cut', async () => {
  const running = await call({ stream: true, max_tokens: 60 })
  const { status, body, headers } = await put('access.enabled_by_default', false)
  expect([status, body, headers.get('etag')]).toEqual([
    200,
    { name: 'access.enabled_by_default', value: false, version: 1 },
    '"1"',
  ])
  expect(await gateway.shows('access.enabled_by_default')).toEqual([false, 'dashboard'])
  expect((await call()).status).toBe(403)
  expect(await running.text()).toContain('[DONE]')

  expect((await take('access.enabled_by_default')).status).toBe(204)
  expect(await gateway.shows('access.enabled_by_default')).toEqual([true, 'default'])
  expect((await call()).status).toBe(200)
})

test('those of the gateway itself are changed in the same way, and a value is shown as the file would say it', async () => {
  await put('upstream_timeout', '90')
  expect(await gateway.shows('upstream_timeout')).toEqual(['90s', 'dashboard'])
  await put('cache.models', ['demo/', 'smart'])
  expect(await gateway.shows('cache.models')).toEqual([['demo/', 'smart'], 'dashboard'])
  await take('upstream_timeout')
  await take('cache.models')
})

test.each([
  ['breaker.failures', 0, 'Cannot use "breaker.failures" of the dashboard: expected at least 1'],
  ['breaker.pause', { a: 1 }, 'Cannot use "breaker.pause" of the dashboard: '],
  ['breaker.pause', '5m', 'Cannot use "breaker.pause" of the dashboard: "pause" (5m) is longer than'],
  [
    'breaker.longest_pause',
    '3s',
    'Cannot use BREAKER_PAUSE: "pause" (10s) is longer than "longest_pause" (3s)',
  ],
  ['on_hang_up', 'wait', 'Cannot use "on_hang_up" of the dashboard: expected cancel or drain'],
  // Only the plugin knows that these go together.
  ['cache.similar', ['/'], 'CACHE_SIMILAR needs CACHE_EMBEDDINGS'],
])('%s: a value that does not fit is refused, and nothing changes', async (name, value, words) => {
  const before = await gateway.shows(name)
  const { status, body } = await put(name, value)
  expect([status, body.error.code, body.error.param]).toEqual([422, 'invalid_value', 'value'])
  expect(body.error.message).toStartWith(words)
  expect(await gateway.shows(name)).toEqual(before)
  expect((await gateway.admin('GET', `/admin/history?kind=setting&subject=${name}`)).body.data).toEqual([])
})

test.each([
  ['retries', '"retries" is declared in RETRIES: change it there'],
  ['mirror.most', 'modelway.yaml:1: change it there'],
  ['auth.master_key', 'is a secret, or may be one'],
  ['database_url', 'in the config file, the environment or on the command line only'],
  ['user_path.trust', 'in the config file, the environment or on the command line only'],
  ['plugins', 'in the config file, the environment or on the command line only'],
])('%s cannot be changed here, with a reason', async (name, words) => {
  const { status, body } = await put(name, 'x')
  expect([status, body.error.code]).toEqual([409, 'conflict'])
  expect(body.error.message).toContain(words)
  expect((await gateway.admin('GET', `/admin/settings/${name}`)).body.changeable).toBe(false)
})

test('what decides who comes in, where things are and what is forgotten of the past is not changed here', async () => {
  const { body } = await gateway.admin('GET', '/admin/settings')
  const names: string[] = body.settings
    .filter(({ changeable }: { changeable: boolean }) => changeable)
    .map(({ name }: { name: string }) => name)
  expect(names.length).toBeGreaterThan(40)
  const kept =
    /^(?:auth|oidc|user_path|telemetry|stored_providers|providers|prices|audit)\b|^(?:host|port|workers|base_path|database|plugins|egress|cors)|key|secret|token$|\burl$|prefix|dir$|^(?:usage|mcp)\.retention|shared_by/
  expect(names.filter(name => kept.test(name))).toEqual([])
})

test('a name that nobody knows is a 404 that says what may be meant', async () => {
  const { status, body } = await put('breaker.failure', 1)
  expect([status, body.error.message]).toEqual([
    404,
    'There is no setting "breaker.failure". Did you mean "breaker.failures"?',
  ])
  expect((await put('breaker.failures', null)).status).toBe(400)
  const none = await take('breaker.failures')
  expect([none.status, none.body.error.message]).toEqual([
    404,
    'Nothing is stored for "breaker.failures": GET /admin/settings says where its value comes from',
  ])
})

test('each change is a version: guarded by If-Match, written down, and put back', async () => {
  await put('breaker.failures', 9)
  const second = await put('breaker.failures', 10, { 'if-match': '"1"' })
  expect([second.status, second.body.version]).toEqual([200, 2])
  expect((await put('breaker.failures', 11, { 'if-match': '"1"' })).status).toBe(412)
  expect((await gateway.admin('GET', '/admin/settings/breaker.failures')).headers.get('etag')).toBe('"2"')

  const { data } = (await gateway.admin('GET', '/admin/history?kind=setting&subject=breaker.failures')).body
  expect(data.map(({ action, version }: { action: string; version: number }) => [action, version])).toEqual([
    ['replace', 2],
    ['create', 1],
  ])
  expect((await gateway.admin('POST', `/admin/history/${data[1].id}/restore`)).status).toBe(200)
  // Whoever puts a version back is answered at once; another gateway serves a moment later.
  const isBack = async () => (await gateway.shows('breaker.failures'))[0] === 9
  while (!(await isBack())) await Bun.sleep(10)
  await take('breaker.failures')
  expect(await gateway.shows('breaker.failures')).toEqual([5, 'default'])
})

test('changes at the same time wait for each other, not for ever', async () => {
  const began = performance.now()
  const names = ['breaker.failures', 'mcp.timeout', 'notify.name'] as const
  const values = [8, '1m', 'ours'] as const
  const answers = await Promise.all(names.map((name, i) => put(name, values[i])))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await Promise.all(names.map(async name => (await gateway.shows(name))[0]))).toEqual([...values])
  // A gateway that waits for writes which wait for it would give up after ten seconds.
  expect(performance.now() - began).toBeLessThan(8000)
  for (const name of names) await take(name)
})

test.each([
  'audit.retention',
  'usage.retention',
  'usage.spool_limit',
  'bodies.retention',
  'bodies.room',
  'responses_store.retention',
])('what is kept is not deleted by a slip: %s is declared', async name => {
  const { status, body } = await put(name, '1s')
  expect([status, body.error.code]).toEqual([409, 'conflict'])
})

test('nor does anybody lead those who read notices to a sign-in of their own', async () => {
  expect((await put('notify.dashboard_url', 'https://elsewhere.example')).status).toBe(409)
})
