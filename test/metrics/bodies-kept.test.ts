import { describe, expect, test } from 'bun:test'
import { assemble } from '../../plugins/bodies/assemble.ts'
import { requestBodies } from '../../plugins/bodies/schema.ts'
import { openBodyStore } from '../../plugins/bodies/store.ts'
import { type Database, openDatabase } from '../../src/database/open.ts'

describe('assemble()', () => {
  const put = (...events: object[]) => assemble(events.map(event => JSON.stringify(event)))

  test('calls of tools, each with its arguments', () => {
    const call = (index: number, part: object) => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...part }] } }],
    })
    expect(
      put(
        call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call(1, { id: 'b', function: { name: 'g', arguments: '[' } }),
        call(0, { function: { arguments: ':1}' } }),
        call(1, { function: { arguments: ']' } }),
      ),
    ).toEqual({
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
              { index: 1, id: 'b', function: { name: 'g', arguments: '[]' } },
            ],
          },
        },
      ],
    })
  })

  test('events that have a type, each at its place', () => {
    const delta = (index: number, text: string) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'text_delta', text },
    })
    expect(
      put({ type: 'message_start', message: { id: 'm' } }, delta(0, 'He'), delta(1, 'x'), delta(0, 'llo')),
    ).toEqual([{ type: 'message_start', message: { id: 'm' } }, delta(0, 'Hello'), delta(1, 'x')])
    const word = (text: string) => ({ type: 'response.output_text.delta', item_id: 'i', delta: text })
    expect(put(word('a'), word('b'))).toEqual(word('ab'))
  })

  test('nothing of a hostile event reaches what all objects share', () => {
    const events = [
      '{"__proto__":{"polluted":1}}',
      '{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":3}}}',
    ]
    assemble(['{"a":1}', ...events, ...events])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('what is no JSON is left out', () => {
    expect(assemble(['[DONE]', '{"a":1}', 'nonsense', '[1]'])).toEqual({ a: 1 })
  })
})

describe('the table', () => {
  async function open(facts: { retention?: number; room?: number; now?: () => number; db?: Database } = {}) {
    const database = await openDatabase('file::memory:')
    await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
    const lines: unknown[] = []
    const say = (...line: unknown[]) => void lines.push(line)
    const tally = { dropped: 0 }
    const store = openBodyStore({
      tally,
      db: facts.db ?? database.db,
      log: { debug: say, info: say, warn: say, error: say },
      now: facts.now ?? (() => 0),
      retention: facts.retention ?? 0,
      room: facts.room ?? 1e9,
      limit: 1000,
      emails: false,
    })
    const rows = async () => database.db.select().from(requestBodies)
    return { store, rows, lines, tally }
  }
  const entry = (id: string, at = 0, weight = 1000) => ({
    id,
    at,
    userPath: '/a' as const,
    keyId: 'key',
    request: new Request('http://localhost/v1/chat/completions?key=secret'),
    status: 200,
    code: undefined,
    message: undefined,
    body: { messages: ['x'.repeat(100)] },
    capture: undefined,
    weight,
  })

  test('forgets what is too old', async () => {
    let at = 1_000_000
    const { store, rows } = await open({ retention: 1000, now: () => at })
    for (let i = 0; i < 500; i++) store.add(entry(`old-${i}`, at - 500))
    store.add(entry('new', at + 600))
    await store.flush()
    await store.forget()
    expect((await rows()).length).toBe(501)
    at += 1000
    await store.forget()
    expect((await rows()).map(({ id }) => id)).toEqual(['new'])
  })

  test('forgets the oldest when all together are too large', async () => {
    const { store, rows } = await open({ room: 50_000 })
    for (let i = 0; i < 1000; i++) store.add(entry(`row-${i}`))
    await store.flush()
    await store.forget()
    const left = await rows()
    const size = left.reduce((sum, row) => sum + row.size, 0)
    expect(size).toBeLessThanOrEqual(50_000)
    expect(size).toBeGreaterThan(49_000)
    expect(left.at(-1)!.id).toBe('row-999')
    for (let i = 0; i < 100; i++) store.add(entry(`more-${i}`))
    await store.flush()
    await store.forget()
    expect((await rows()).reduce((sum, row) => sum + row.size, 0)).toBeLessThanOrEqual(50_000)
  })

  test('never holds more in memory than its bound, and counts what it dropped', async () => {
    const { store, rows, tally } = await open()
    for (let i = 0; i < 100; i++) store.add(entry(`row-${i}`, 0, 1024 * 1024))
    await store.flush()
    expect((await rows()).length).toBe(32)
    expect(tally.dropped).toBe(68)
  })

  test('while the database fails, rows wait, and nothing of them is in the log', async () => {
    let isDown = true
    const { store: first, rows } = await open()
    void first
    const database = await openDatabase('file::memory:')
    await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
    const failing = new Proxy(database.db, {
      get(target, name) {
        if (name === 'insert' && isDown)
          return () => ({
            values: (rows: unknown) => ({
              onConflictDoNothing: () =>
                Promise.reject(
                  Object.assign(new Error(`Failed query: ${JSON.stringify(rows)}`), { code: 'SQLITE_FULL' }),
                ),
            }),
          })
        return Reflect.get(target, name)
      },
    })
    const { store, lines } = await open({ db: failing })
    store.add(entry('row'))
    await store.flush()
    await store.flush()
    expect(lines).toEqual([['Bodies cannot be written, and wait', { code: 'SQLITE_FULL' }]])
    isDown = false
    await store.flush()
    expect((await database.db.select().from(requestBodies)).map(({ id }) => id)).toEqual(['row'])
    expect(await rows()).toEqual([])
  })

  test('no query of an address is kept', async () => {
    const { store, rows } = await open()
    store.add(entry('row'))
    await store.flush()
    expect((await rows())[0]!.path).toBe('/v1/chat/completions')
  })
})
