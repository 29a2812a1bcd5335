import { expect, test } from 'bun:test'
import { openDatabase } from '../src/database/open.ts'
import { createOutage } from '../src/database/outage.ts'

test('a database that can be read and takes nothing is told once, and is back when it has taken something', async () => {
  const database = await openDatabase(':memory:')
  const { db } = database
  const lines: string[] = []
  const tell = (message: string) => void lines.push(message.split(':')[0]!)
  let clock = 0
  database.watch(createOutage({ debug: tell, info: tell, warn: tell, error: tell }, () => clock))
  const run = async (statement: string) => db.run(statement)
  const write = () => run('insert into things values (hex(randomblob(10000)))')
  await db.run('create table things (name text)')
  await db.run('pragma max_page_count = 1')
  for (let i = 0; i < 3; i++) {
    await expect(write()).rejects.toThrow()
    await db.run('select * from things')
  }
  // A mistake of ours is no outage.
  await expect(run('select * from nothing')).rejects.toThrow()
  expect(lines).toEqual(['The database cannot be written'])
  clock += 61_000
  await db.run('select * from things')
  await db.run('select * from things')
  await expect(write()).rejects.toThrow()
  await db.run('pragma max_page_count = 1000')
  await write()
  await write()
  expect(lines).toEqual([
    'The database cannot be written',
    'Nothing waits for the database any more',
    'The database cannot be written',
    'The database is back',
  ])
  database.close()
})
