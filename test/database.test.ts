import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { describe as describeError, reasonOf } from '../src/base/describe.ts'
import { openDatabase } from '../src/database/open.ts'
import { ConfigError } from '../src/errors.ts'

test('who reads while writes wait for another process sees what that process has written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-database-'))
  const file = join(folder, 'test.db')
  const { db, close } = await openDatabase(`file:${file}`)
  await db.run('create table things (name text)')
  const count = async () => (await db.all<{ n: number }>(sql`select count(*) n from things`))[0]!.n
  const write = async (name: string) => {
    await db.run(sql`delete from things where name = ${name}`)
  }
  const other = createClient({ url: `file:${file}` })
  let written = 0
  for (let round = 0; round < 20; round++) {
    // A connection that was refused twice reads what was true then, until the garbage is collected.
    const refused: Promise<void>[] = []
    for (const name of ['none', 'neither']) {
      const held = await other.transaction('write')
      refused.push(write(name))
      await new Promise(resolve => setImmediate(resolve))
      await held.rollback()
      await other.execute("insert into things values ('one')")
      expect(await count()).toBe(++written)
    }
    await Promise.all(refused)
  }
  other.close()
  close()
  rmSync(folder, { recursive: true, force: true })
})

test('a statement that failed is told without the values that it was about', async () => {
  const { db, close } = await openDatabase(':memory:')
  const error = await db.run(sql`insert into nowhere values (${'what somebody wrote'})`).catch(error => error)
  const said = describeError(new Error('Outer', { cause: error }))
  expect(said).toContain('insert into nowhere')
  expect(said).toContain('no such table')
  expect(said).toContain('database.test.ts')
  expect(said).not.toContain('somebody')
  expect(reasonOf(error)).toContain('no such table: nowhere')
  close()
})

test('a database that cannot be used is one line that says why, without its password', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-database-'))
  const file = `file:${join(folder, 'foreign.db')}`
  const foreign = await openDatabase(file)
  await foreign.db.run('create table virtual_models (name text)')
  const migrations = new URL('../drizzle', import.meta.url).pathname
  const failures = [
    await openDatabase('postgres://user:hidden@host/x?sslmode=hidden').catch(error => error),
    await foreign.migrate(migrations).catch(error => error),
    await openDatabase('http://127.0.0.1:1')
      .then(({ migrate }) => migrate(migrations))
      .catch(error => error),
  ]
  for (const error of failures) {
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toMatch(/^Cannot (?:open the database|prepare the tables of) "[^"]+": .{5,200}$/)
    expect(error.message).not.toContain('hidden')
  }
  foreign.close()
  rmSync(folder, { recursive: true, force: true })
})
