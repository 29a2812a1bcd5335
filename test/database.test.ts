import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { openDatabase } from '../src/database.ts'

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
