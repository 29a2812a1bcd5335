import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gte } from 'drizzle-orm'
import { usageRecords } from '../../../plugins/usage/schema.ts'
import { MASTER } from '../../kit.ts'
import type { Row } from '../book.ts'
import { openScene, type Scene } from './scene.ts'

/** The log, line by line, and as a file. */

let scene: Scene
const START = Date.parse('2027-03-01T00:00:00Z')
const COUNT = 23

beforeAll(async () => {
  scene = await openScene()
  const put = (row: object) => scene.house.test.admin('PUT', '/admin/virtual-models', row)
  await put({
    source: 'one-then-two',
    strategy: 'failover',
    session_affinity: false,
    targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
  })
  const alpha = await scene.key({ name: 'Alpha', user_path: '/team/alpha', labels: { team: '=SUM(A1)' } })
  for (let i = 0; i < COUNT; i++) {
    scene.at(START + i * 60_000)
    const headers = {
      ...(i % 4 === 0 && { authorization: `Bearer ${alpha.key}` }),
      'x-session-id': `+talk-${i % 2}`,
    }
    await scene.call({ model: i % 2 === 0 ? 'openai/one' : 'openai/two', stream: i % 3 === 0 }, { headers })
  }
  await scene.book.flush()
}, 60_000)
afterAll(() => scene[Symbol.asyncDispose]())

interface Line {
  readonly id: string
  readonly at: string
  readonly path: string
}

async function pages(query: Record<string, string>, between = async () => {}): Promise<Line[]> {
  const lines: Line[] = []
  for (let before: string | undefined; ; ) {
    const { body } = await scene.ask('/admin/usage/log', {
      ...query,
      ...(before !== undefined && { before }),
    })
    lines.push(...body.data)
    if (body.next === null) return lines
    before = body.next
    await between()
  }
}

const stored = async (): Promise<Row[]> =>
  (await scene.book.rows()).sort((a, b) => b.at - a.at || b.no - a.no)

describe('GET /admin/usage/log', () => {
  test.each(['1', '7', '500'])('pages of %s are all lines, newest first, each once', async limit => {
    expect((await pages({ limit })).map(({ id }) => id)).toEqual(
      (await stored()).map(({ requestId }) => requestId),
    )
  })

  test('lines that arrive between two pages move nothing: earlier ones, later ones, and some of the same moment', async () => {
    const before = (await stored()).map(({ requestId }) => requestId)
    const added: string[] = []
    const lines = await pages({ limit: '5', to: '2027-03-02' }, async () => {
      for (const time of [START - 1000, START + 5 * 60_000, START + 40 * 60_000]) {
        scene.at(time)
        await scene.call({ model: 'openai/one' })
      }
      await scene.book.flush()
    })
    const ids = lines.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) if (!before.includes(id)) added.push(id)
    expect(ids.filter(id => before.includes(id))).toEqual(before)
    expect(added.length).toBeLessThan(30)
  })

  test.each([
    [{ key: 'master' }, ({ keyId }: Row) => keyId === 'master'],
    [{ path: '/team' }, ({ userPath }: Row) => userPath!.startsWith('/team')],
    [
      { path: '/team/alpha', model: 'one' },
      ({ userPath, model }: Row) => userPath === '/team/alpha' && model === 'one',
    ],
    [{ path: '/' }, () => true],
    [{ model: 'two', streamed: 'true' }, ({ model, streamed }: Row) => model === 'two' && streamed],
    [{ session: '+talk-1' }, ({ session }: Row) => session === '+talk-1'],
    [{ label: 'team==SUM(A1)' }, ({ labels }: Row) => labels !== null],
    [{ status: '200', code: '' }, ({ code }: Row) => code === null],
    [{ min_cost_usd: '0.000001' }, ({ costNano }: Row) => (costNano ?? 0) >= 1000],
    [{ failed: 'false', model: 'one' }, ({ code, model }: Row) => code === null && model === 'one'],
    [
      { from: '2027-03-01T00:05:00Z', to: '2027-03-01T00:10:00Z' },
      ({ at }: Row) => at >= START + 300_000 && at < START + 600_000,
    ],
  ] as const)('chosen by %j, in pages of 3', async (filters, isChosen) => {
    const lines = await pages({ ...filters, limit: '3' })
    expect(lines.map(({ id }) => id)).toEqual(
      (await stored()).filter(isChosen).map(({ requestId }) => requestId),
    )
    expect(lines.length).toBeGreaterThan(0)
  })
})

test('lines that are rare are found, however many others lie between them', async () => {
  const [{ no: _, ...line }] = (await stored()) as [Row]
  const at = Date.parse('2027-05-01T00:00:00Z')
  scene.at(at + 86_400_000)
  const ids = Array.from({ length: 7000 }, (_, i) => `heap-${i}`)
  const rare = ids.filter((_, i) => i % 2900 === 100)
  for (let i = 0; i < ids.length; i += 100) {
    const lines = ids.slice(i, i + 100).map((id, j) => ({
      ...line,
      id,
      requestId: id,
      at: at + Math.floor((i + j) / 3),
      dialect: rare.includes(id) ? 'rare' : line.dialect,
    }))
    await scene.book.db.insert(usageRecords).values(lines)
  }
  for (const [limit, path] of [['1'], ['2'], ['50'], ['2', '/']] as const) {
    const query = { dialect: 'rare', limit, ...(path !== undefined && { path }) }
    expect((await pages(query)).map(({ id }) => id)).toEqual(rare.toReversed())
  }
  await scene.book.db.delete(usageRecords).where(gte(usageRecords.at, at))
})

describe('GET /admin/usage/log/:id', () => {
  test('one call, in full', async () => {
    const [row] = await stored()
    const { status, body } = await scene.ask(`/admin/usage/log/${row!.requestId}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: row!.requestId,
      part: 0,
      at: new Date(row!.at).toISOString(),
      model: row!.model,
      tokens: { input: row!.input, cache_write_1h: null, output: row!.output },
      cost_nano: row!.costNano,
      parts: [],
    })
  })

  test('its tries that failed and cost something come with it', async () => {
    const [row] = await stored()
    const { no: _, ...line } = row!
    const part = { ...line, id: `${row!.requestId}:1`, part: 1, code: 'upstream_error', costNano: 7 }
    await scene.book.db.insert(usageRecords).values(part)
    const { body } = await scene.ask(`/admin/usage/log/${row!.requestId}`)
    expect(
      body.parts.map((part: { part: number; cost_nano: number }) => [part.part, part.cost_nano]),
    ).toEqual([[1, 7]])
  })

  test.each(['nobody', "'%20or%201=1--", '%25', 'x'.repeat(3000), '%00'])(
    'there is no call "%s"',
    async id => {
      const { status, body } = await scene.ask(`/admin/usage/log/${id}`)
      expect([status, body.error.code]).toEqual([404, 'not_found'])
    },
  )
})

describe('GET /admin/usage/export', () => {
  const file = async (query: Record<string, string>) => {
    await scene.book.flush()
    const response = await scene.house.test.fetch(`/admin/usage/export?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    return { response, text: await response.text() }
  }

  test('JSON, a line for each line, oldest first', async () => {
    const { response, text } = await file({ format: 'jsonl' })
    expect(response.headers.get('content-type')).toStartWith('application/jsonl')
    const lines = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Line)
    const rows = (await stored()).toReversed()
    expect(lines.map(({ id }) => id)).toEqual(rows.map(({ requestId }) => requestId))
  })

  test('CSV has a head, a row for each line, and nothing that a spreadsheet takes for a formula', async () => {
    for (const [second, model] of ['=1+1', '@cmd', '-2', '+3', '＝1+1', 'say "hi", you', 'plain'].entries()) {
      scene.at(`2027-03-09T00:00:${10 + second}Z`)
      await scene.call({ model })
    }
    const { response, text } = await file({ from: '2027-03-09', to: '2027-03-10' })
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="usage.csv"')
    const [head, ...rows] = text.split('\r\n')
    expect(rows.pop()).toBe('')
    const asked = rows.map(row => /,chat,((?:"(?:[^"]|"")*")|[^,]*),/.exec(row)![1])
    expect(asked).toEqual(["'=1+1", "'@cmd", "'-2", "'+3", "'＝1+1", '"say ""hi"", you"', 'plain'])
    expect(head).toStartWith('id,part,at,key,path,')
    const labels = (await file({ label: 'team==SUM(A1)' })).text
    expect(labels).toContain('"{""team"":""=SUM(A1)""}"')
    expect(labels).toContain(",'+talk-")
  })

  test('of any length: it is read page by page, and ends where it began although lines arrive', async () => {
    const [{ no: _, ...line }] = (await stored()) as [Row]
    const at = Date.parse('2027-06-01T00:00:00Z')
    for (let page = 0; page < 5; page++) {
      const lines = Array.from({ length: 500 }, (_, i) => ({
        ...line,
        id: `copy-${page}-${i}`,
        requestId: `copy-${page}-${i}`,
        at: at + (i % 7),
      }))
      for (let i = 0; i < lines.length; i += 100)
        await scene.book.db.insert(usageRecords).values(lines.slice(i, i + 100))
    }
    const response = await scene.house.test.fetch(
      '/admin/usage/export?format=jsonl&from=2027-06-01&to=2027-06-02',
      {
        headers: { authorization: `Bearer ${MASTER}` },
      },
    )
    const reader = response.body!.getReader()
    const decoder = new TextDecoder()
    let text = decoder.decode((await reader.read()).value, { stream: true })
    await scene.book.db.insert(usageRecords).values({ ...line, id: 'late', requestId: 'late', at: at + 6 })
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += decoder.decode(read.value, { stream: true })
    const ids = text
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as Line).id)
    expect([ids.length, new Set(ids).size, ids.includes('late')]).toEqual([2500, 2500, false])
  })
})
