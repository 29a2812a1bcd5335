import { describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { SignJWT } from 'jose'
import { isDatabaseAway } from '../../src/database/faults.ts'
import { openDatabase } from '../../src/database/open.ts'
import { launchGateway, root } from '../process/spawn.ts'
import { standBetween } from './between.ts'
import { eventually, openGateway, recorded, say } from './kit.ts'
import { hasServer, startLibsql } from './server.ts'

const migrations = join(root, 'drizzle')
const HOUR = 3_600_000

/** The migrations up to one of them, as an older version had them. */
function olderMigrations(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-older-'))
  cpSync(migrations, folder, { recursive: true })
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(file, 'utf8')) as { entries: unknown[] }
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return folder
}

test.skipIf(hasServer)('no replicas here: the package with a libSQL server is for Linux on x64', () => {})

describe.skipIf(!hasServer)('on a libSQL server', () => {
  test('all that make the tables at once succeed, also where an older version has made some of them', async () => {
    await using server = await startLibsql()
    const older = olderMigrations(5)
    const databases = await Promise.all([1, 2, 3, 4].map(() => openDatabase(server.url)))
    await databases[0]!.migrate(older)
    await Promise.all(databases.map(({ migrate }) => migrate(migrations)))
    const rows = await databases[0]!.db.all(sql`select hash from __drizzle_migrations`)
    const { entries } = JSON.parse(readFileSync(join(migrations, 'meta/_journal.json'), 'utf8'))
    expect(rows.length).toBe(entries.length)
    for (const { close } of databases) close()
    rmSync(older, { recursive: true })
  })

  test('a token that the server does not take is told in one line, and the right one works', async () => {
    const { publicKey, privateKey } = (await crypto.subtle.generateKey('Ed25519', true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
    const folder = mkdtempSync(join(tmpdir(), 'modelway-jwt-'))
    const file = join(folder, 'key')
    writeFileSync(file, raw.toBase64({ alphabet: 'base64url', omitPadding: true }))
    await using server = await startLibsql(['--auth-jwt-key-file', file])
    const token = await new SignJWT({ a: 'rw' }).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
    const start = (DATABASE_AUTH_TOKEN: string) =>
      launchGateway({ env: { DATABASE_URL: server.url, DATABASE_AUTH_TOKEN } })
    await using wrong = start(`${token.slice(0, -8)}AAAAAAAA`)
    expect(await wrong.exited).toBe(3)
    expect(wrong.stderr()).toMatch(
      /^modelway: Cannot open the database [^\n]+: correct DATABASE_AUTH_TOKEN\n$/,
    )
    expect(wrong.stderr()).not.toContain(token.slice(0, 40))
    await using right = await openGateway(server.url, { DATABASE_AUTH_TOKEN: token })
    expect((await say(right, 'GET /admin/history')).status).toBe(200)
    rmSync(folder, { recursive: true })
  })

  test('far away, a start and a page take few round trips, however much there is', async () => {
    await using server = await startLibsql()
    await using between = standBetween(server.url)
    {
      await using gateway = await openGateway(between.url)
      await Promise.all(
        Array.from({ length: 60 }, (_, n) => say(gateway, 'POST /admin/keys', { name: `${n}` })),
      )
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          say(gateway, 'POST /v1/embeddings', { model: `none-${n}`, input: 'Hello' }),
        ),
      )
      await eventually(async () => (await recorded(gateway)) === 60, 'the records')
    }
    between.sent.length = 0
    between.delay = 20
    await using gateway = await openGateway(between.url)
    // One for each table that a start reads.
    expect(between.sent.length).toBeLessThan(25)
    between.sent.length = 0
    for (const path of ['/admin/usage?group_by=path', '/admin/usage/log', '/admin/history', '/admin/audit'])
      expect((await say(gateway, `GET ${path}`)).status).toBe(200)
    // Two each, at most, and what repeats beside them.
    expect(between.sent.length).toBeLessThan(20)
  })

  test('a course of time by very many groups is read although it is more than one answer', async () => {
    await using server = await startLibsql()
    const { db, migrate, close } = await openDatabase(server.url)
    await migrate(migrations)
    const columns = await db.all<{ name: string }>(
      sql`select name from pragma_table_info('usage_target_rollups')`,
    )
    const sums = columns.map(({ name }) => name).filter(name => !['span', 'at', 'group_id'].includes(name))
    const now = Math.floor(Date.now() / HOUR) * HOUR
    await db.batch([
      db.run(sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 190)
        insert into usage_groups (virtual_model, provider, model, user_path, key_id)
        select '', 'p', 'model-' || i, '', '' from n`),
      db.run(sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 100)
        insert into usage_target_rollups (span, at, group_id, ${sql.raw(sums.join())})
        select ${HOUR}, ${now} - i * ${HOUR}, id, ${sql.raw(sums.map(() => 7).join())} from n, usage_groups`),
    ])
    close()
    await using gateway = await openGateway(server.url)
    const [from, to] = [now - 100 * HOUR, now].map(at => new Date(at).toISOString())
    const query = `group_by=model&interval=hour&limit=100&from=${from}&to=${to}`
    const { body } = await say(gateway, `GET /admin/usage/series?${query}`)
    expect(body.data.length).toBe(100)
    for (const { total, groups } of body.data) expect([total.calls, groups.length]).toEqual([190 * 7, 100])
  })

  test('more keys than it gives in one answer are all known', async () => {
    await using server = await startLibsql()
    const { db, migrate, close } = await openDatabase(server.url)
    await migrate(migrations)
    await db.run(sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
      insert into api_keys (id, name, description, hash, last_four, created_at, sub_paths, labels, version)
      select 'key_' || i, 'Key ' || i, printf('%0200d', i), 'hash' || i, '1234', 0, 0, '{}', 1 from n`)
    close()
    await using gateway = await openGateway(server.url)
    expect((await say(gateway, 'GET /admin/keys')).body.length).toBe(20_000)
  })

  test('an answer that is too large for it does not keep others from being stored', async () => {
    await using server = await startLibsql()
    await using gateway = await openGateway(server.url, {
      RESPONSES_SIZE_LIMIT: '9M',
      REQUEST_LOG_BODIES: '/',
      REQUEST_LOG_BODY_LIMIT: '9M',
    })
    const ask = (input: string) => say(gateway, 'POST /v1/responses', { model: 'demo/parrot', input })
    const large = (await ask('hello '.repeat(1_000_000))).body.id
    const { body, headers } = await ask('Hello')
    const small = body.id
    const statusOf = async (id: string) => (await say(gateway, `GET /v1/responses/${id}`)).status
    const isTold = () =>
      gateway.logs().some(({ message }) => String(message).startsWith('An answer is too large'))
    await eventually(isTold, 'the log to tell')
    await using other = await openGateway(server.url)
    expect((await say(other, `GET /v1/responses/${small}`)).status).toBe(200)
    expect(await statusOf(large)).toBe(404)
    const kept = () => say(gateway, `GET /admin/requests/${headers.get('x-request-id')}`)
    await eventually(async () => (await kept()).status === 200, 'the bodies of the small call')
  })
})

/** What a server answers with one statement that failed. */
const failure = (code: string) =>
  Response.json({
    baton: null,
    base_url: null,
    results: [
      { type: 'error', error: { message: 'It failed', code } },
      { type: 'ok', response: { type: 'close' } },
    ],
  })

describe.skipIf(!hasServer)('what fails at a server', () => {
  test('is tried again where others write, is known where the server is away, and else is what it was', async () => {
    await using server = await startLibsql()
    await using between = standBetween(server.url)
    const { db, close } = await openDatabase(between.url)
    const ask = () => db.run(sql`select 1`).then(() => undefined, isDatabaseAway)
    let left = 2
    between.fault = () => (left-- > 0 ? failure('SQLITE_BUSY') : undefined)
    expect(await ask()).toBe(undefined)
    expect(left).toBe(-1)
    between.fault = () => new Response('Busy', { status: 503 })
    expect(await ask()).toBe(true)
    between.fault = () => failure('SQLITE_UNKNOWN')
    expect(await ask()).toBe(false)
    between.fault = undefined
    await server.stop()
    expect(await ask()).toBe(true)
    close()
  })
})
