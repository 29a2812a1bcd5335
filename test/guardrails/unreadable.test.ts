import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createFolder } from '../history/desk.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'

/** Stored guardrails whose patterns a newer engine does not read. */

const folder = createFolder()
let gateway: TestGateway

const rules = {
  closed: { user_path: '/blocked', find: { patterns: ['ACME-\\d+'] }, action: 'block' },
  masking: { user_path: '/masked', on: 'both', find: { patterns: ['ACME-\\d+'] }, action: 'mask' },
  counting: { user_path: '/counted', find: { patterns: ['ACME-\\d+'] }, action: 'report' },
  fine: { user_path: '/fine', find: { patterns: ['ACME-\\d+'] }, action: 'block' },
} as const

beforeAll(async () => {
  const before = await startGateway({ folder: folder.path })
  for (const [name, rule] of Object.entries(rules))
    await before.admin('PUT', `/admin/guardrails/${name}`, rule)
  await before.close()
  const db = createClient({ url: `file:${folder.path}/test.db` })
  await db.execute(
    "UPDATE guardrails SET definition = replace(definition, 'ACME-', '(?=ACME)') WHERE name <> 'fine'",
  )
  db.close()
  gateway = await startGateway({ folder: folder.path })
})
afterAll(async () => {
  await gateway?.close()
  folder[Symbol.dispose]()
})

const ask = async (path: string, content = 'Hello') => {
  const body = { model: 'demo/parrot', messages: [{ role: 'user', content }] }
  return gateway.chat(body, { 'x-modelway-user-path': path })
}
const get = async (path: string) => (await gateway.admin('GET', path)).body

test('do not stop the start, and leave others as they are', async () => {
  expect((await ask('/elsewhere')).status).toBe(200)
  expect((await ask('/fine')).status).toBe(200)
  expect((await ask('/fine', 'ACME-1')).status).toBe(400)
})

test('let nothing through that they would block or mask, and say why without a word of the text', async () => {
  for (const [name, path] of [
    ['closed', '/blocked'],
    ['masking', '/masked/below'],
  ] as const) {
    const { status, body } = await ask(path)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({
      code: 'guardrail_blocked',
      message: `Guardrail "${name}" cannot read what it is to look for, and lets nothing through until its operator mends it`,
    })
  }
  expect((await get('/admin/guardrails/closed')).matches).toEqual([
    { action: 'block', on: 'input', calls: 1 },
  ])
})

test('let through what they would only count', async () => {
  expect((await ask('/counted', 'ACME-1')).status).toBe(200)
})

test('are in the log as errors, in the API, in explain, and among what needs attention', async () => {
  const told = () => gateway.logs.filter(({ message }) => message === 'A guardrail cannot be read any more')
  await until(() => told().length === 3, 'an error for each of them')
  expect(new Set(told().map(({ guardrail }) => guardrail))).toEqual(
    new Set(['closed', 'counting', 'masking']),
  )
  expect((await get('/admin/guardrails/closed')).fault).toContain('invalid or unsupported Perl syntax')
  expect(await get('/admin/guardrails/fine')).not.toHaveProperty('fault')
  const { body } = await gateway.admin('POST', '/admin/explain', {
    model: 'demo/parrot',
    user_path: '/blocked',
  })
  expect(JSON.stringify(body)).toContain(
    'That cannot be read any more: it refuses all that it would look at.',
  )
  const overview = await look('/dashboard/overview')
  expect(overview).toContain('The guardrail closed cannot be read any more: it refuses all')
  expect(overview).toContain('The guardrail counting cannot be read any more: it counts nothing')
  expect(overview).not.toContain('The guardrail fine')
})

test('are marked in the list, and say in their form what is wrong', async () => {
  expect(await look('/dashboard/guardrails')).toContain(
    'While it is on, it refuses all that it would look at.',
  )
  expect(await look('/dashboard/guardrails?edit=closed')).toContain('invalid or unsupported Perl syntax')
})

test('are not tried as if they found nothing', async () => {
  const { status, body } = await gateway.admin('POST', '/admin/guardrails/test', { text: 'ACME-1' })
  expect(status).toBe(409)
  expect(body.error.message).toContain('A guardrail cannot be read any more')
})

test('can be switched off as they are, not on; and are whole again when they are mended', async () => {
  const {
    name: _name,
    version: _version,
    matches: _matches,
    fault: _fault,
    ...state
  } = await get('/admin/guardrails/masking')
  const put = (change: object) => gateway.admin('PUT', '/admin/guardrails/masking', { ...state, ...change })
  expect((await put({ enabled: false })).status).toBe(200)
  expect((await ask('/masked')).status).toBe(200)
  expect((await put({ enabled: true })).status).toBe(422)
  expect((await put({ enabled: false, find: { patterns: ['(?=other)'] } })).status).toBe(422)
  const mended = await put({ enabled: true, find: { patterns: ['ACME'] } })
  expect(mended.body).not.toHaveProperty('fault')
  expect((await ask('/masked')).status).toBe(200)
})

/** A page as people read it. */
async function look(path: string): Promise<string> {
  const signedIn = await gateway.fetch('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ key: MASTER }).toString(),
  })
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  const page = await (await gateway.fetch(path, { headers: { cookie } })).text()
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}
