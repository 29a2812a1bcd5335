import { Database } from 'bun:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { MASTER, until } from '../kit.ts'
import { declared, openToolbox, startServer, type TestServer, type Toolbox } from './kit.ts'

/** What limits count of calls of tools, and what is written down of them. */

let paid: TestServer
let free: TestServer
let box: Toolbox
beforeAll(async () => {
  ;[paid, free] = await Promise.all([startServer('paid', 'new'), startServer('free', 'old')])
  const away = { name: 'away', url: 'http://127.0.0.1:9/mcp' }
  box = await openToolbox([declared(paid, { price_per_call_usd: 0.02 }), declared(free), away], {
    DEMO: 'true',
    GUARDRAILS: JSON.stringify([{ name: 'no-bombs', find: { words: ['bomb'] }, action: 'block' }]),
  })
})
afterEach(async () => {
  for (const { name } of (await box.test.admin('GET', '/admin/limits')).body)
    await box.test.admin('DELETE', `/admin/limits/${name}`)
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await Promise.all([paid.stop(), free.stop()])
})

const limit = (body: object) => box.test.admin('PUT', '/admin/limits/tools', body)
const used = async () => (await box.test.admin('GET', '/admin/limits/tools')).body.fullest
const records = async (query = '') => (await box.test.admin('GET', `/admin/mcp/calls${query}`)).body
const wasAsked = async () =>
  (await paid.seen()).seen.filter(({ rpc }: { rpc?: { method?: string } }) => rpc?.method === 'tools/call')
    .length

describe('a limit that names tools', () => {
  test('lets so many calls through, of many at once too, and tells the model of it in the answer of the tool', async () => {
    await limit({ tools: ['paid/'], requests: 3, per: 'day' })
    const client = await box.client('/many')
    const before = await wasAsked()
    const results = await Promise.all(
      Array.from({ length: 8 }, () => client.callTool({ name: 'paid__echo', arguments: {} })),
    )
    const refused = results.filter(({ isError }) => isError)
    expect([results.length, refused.length, (await wasAsked()) - before]).toEqual([8, 5, 3])
    expect(await client.callTool({ name: 'paid__echo', arguments: {} })).toMatchObject({
      content: [
        { text: expect.stringMatching(/^Limit "tools" is reached: 3 requests a day. It is free again/) },
      ],
      _meta: { 'modelway/refusal': { code: 'quota_exceeded', retry_after: expect.any(Number) } },
    })
    expect(await client.callTool({ name: 'free__echo', arguments: {} })).not.toHaveProperty('isError', true)
  })

  test('says which of them are not there now, and may have meant; a server that was never reached may have any', async () => {
    const { status, body } = await limit({ requests: 1, tools: ['paid/', 'free/echo', 'away/any', '/'] })
    expect([status, body.warning]).toEqual([200, undefined])
    const doubtful = await limit({ requests: 1, tools: ['pad/', 'pad/echo', 'free/ecko'] })
    expect([doubtful.status, doubtful.body.warning]).toEqual([
      200,
      'Field "tools" names what is not there now: "pad/" (did you mean "paid/"?), "pad/echo" (did you mean "paid/echo"?), "free/ecko" (did you mean "free/echo"?)',
    ])
  })

  test('speaks of one tool only, of a path and of what is below it', async () => {
    await limit({ tools: ['paid/echo'], requests: 1, user_path: '/one' })
    const [one, two] = [await box.client('/one/a'), await box.client('/two')]
    const call = async (client: typeof one, name: string) =>
      (await client.callTool({ name, arguments: {} })).isError === true
    expect(await call(one, 'paid__echo')).toBe(false)
    expect(await call(one, 'paid__echo')).toBe(true)
    expect(await call(one, 'paid__visit')).toBe(false)
    expect(await call(two, 'paid__echo')).toBe(false)
  })

  test('counts dollars where the server has a price, and closes what has none where it says so', async () => {
    await limit({ tools: ['/'], cost_usd: 0.05, unpriced: 'refuse' })
    const client = await box.client('/dollars')
    const texts: unknown[] = []
    for (const name of ['paid__visit', 'paid__visit', 'paid__visit', 'free__visit']) {
      const { isError, content } = await client.callTool({ name, arguments: {} })
      texts.push(isError ? (content as { text: string }[])[0]!.text : 'done')
    }
    expect(texts).toEqual([
      'done',
      'done',
      expect.stringContaining('$0.01 left, and this call may take $0.02'),
      'Limit "tools" counts dollars, and nobody knows the price of free/visit',
    ])
    expect((await used()).cost_usd).toMatchObject({ used: 0.04, held: 0 })
  })

  test('holds while a call runs, and no longer: also where its client goes away', async () => {
    await limit({ tools: ['paid/'], concurrent: 1 })
    const client = await box.client('/long')
    const { waiting } = await paid.seen()
    const long = await box.post('/mcp', {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'paid__hang', arguments: {} },
    })
    await until(async () => (await paid.seen()).waiting > waiting, 'the tool to run')
    const other = await client.callTool({ name: 'paid__echo', arguments: {} })
    expect(other._meta).toEqual({ 'modelway/refusal': { code: 'rate_limit_exceeded', retry_after: 1 } })
    await long.body!.cancel()
    await until(
      async () => (await client.callTool({ name: 'paid__echo', arguments: {} })).isError !== true,
      'room',
    )
  })

  test('counts no call that reached no server: refused by a guardrail, or of one that is away', async () => {
    await limit({ tools: ['/'], requests: 5 })
    const client = await box.client('/nothing')
    await client.callTool({ name: 'paid__echo', arguments: { a: 'bomb' } }).catch(() => {})
    await client.callTool({ name: 'away__echo', arguments: {} }).catch(() => {})
    expect(await used()).toBeNull()
    await client.callTool({ name: 'paid__fail', arguments: {} })
    expect((await used()).requests).toMatchObject({ used: 1, held: 0 })
  })

  test('says nothing of models, as one of models says nothing of tools', async () => {
    await limit({ tools: ['/'], requests: 1 })
    const ask = async () =>
      (await box.test.chat({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] })).status
    expect([await ask(), await ask()]).toEqual([200, 200])
    await limit({ requests: 1 })
    const client = await box.client('/models')
    for (let i = 0; i < 2; i++)
      expect((await client.callTool({ name: 'paid__echo', arguments: {} })).isError).not.toBe(true)
  })

  test('is told to whom it holds for', async () => {
    await limit({ tools: ['paid/'], requests: 7, per: 'day' })
    const { body } = await box.test.json('/v1/limits', { headers: { authorization: `Bearer ${MASTER}` } })
    expect(body).toMatchObject([{ name: 'tools', tools: ['paid/'], requests: { limit: 7 } }])
  })

  test.each([
    [{ tools: ['paid__echo'], requests: 1 }, 'expected "/", "server/" or "server/tool"'],
    [{ tools: ['paid/'], models: ['demo/'], requests: 1 }, 'leave out "models" or "tools"'],
    [{ tools: ['paid/'], tokens: 100 }, 'calls of tools have no tokens'],
  ])('%j is refused, and the reason is told', async (body, reason) => {
    const { status, body: said } = await limit(body)
    expect([status, said.error.message]).toEqual([400, expect.stringContaining(reason)])
  })
})

describe('the record of a call', () => {
  test('says who called what, how long it took, what became of it, how much was said, and what it cost', async () => {
    const client = await box.client('/rec/alpha')
    await client.callTool({ name: 'paid__echo', arguments: { a: 'not to be kept' } })
    const { data } = await records('?user_path=/rec')
    expect(data).toEqual([
      {
        ...{ id: expect.any(Number), request_id: expect.any(String), at: expect.any(String) },
        ...{ key: 'master', user_path: '/rec/alpha', server: 'paid', kind: 'tool' },
        ...{ tool: 'echo', outcome: 'ok' },
        ...{ ms: expect.any(Number), request_bytes: 22, answer_bytes: expect.any(Number), cost_usd: 0.02 },
      },
    ])
    expect(JSON.stringify(data)).not.toContain('not to be kept')
  })

  test('there is one of each call, whatever became of it, and pages lead through them', async () => {
    await limit({ tools: ['free/visit'], requests: 1, user_path: '/outcomes' })
    const client = await box.client('/outcomes')
    const call = (name: string, args = {}) => client.callTool({ name, arguments: args }).catch(() => {})
    await call('free__visit')
    await call('free__visit')
    await call('paid__fail')
    await call('paid__echo', { a: 'bomb' })
    const first = await records('?user_path=/outcomes&limit=3')
    const second = await records(`?user_path=/outcomes&limit=3&before=${first.next}`)
    const all = [...first.data, ...second.data].map(({ outcome, cost_usd, answer_bytes }) => [
      outcome,
      cost_usd,
      answer_bytes !== null,
    ])
    expect(all).toEqual([
      ['refused', 0, false],
      ['failed', 0.02, true],
      ['limited', 0, false],
      ['ok', null, true],
    ])
    expect(second.next).toBeNull()
    expect((await records('?user_path=/outcomes&outcome=failed&server=paid&tool=fail')).data).toHaveLength(1)
  })
})

describe('what is read', () => {
  const rowsOf = async (query: string) =>
    (await records(query)).data.map(({ server, kind, tool, outcome, cost_usd }: Record<string, unknown>) => [
      ...[server, kind, tool, outcome, cost_usd],
    ])

  test('leaves a record, prompts and resources alike, and what was said stands nowhere', async () => {
    const [all, one] = [await box.client('/read/all'), await box.client('/read/one', { at: '/mcp/paid' })]
    await all.getPrompt({ name: 'paid__greet' })
    await all.getPrompt({ name: 'free__greet', arguments: { to: 'a bomb' } }).catch(() => {})
    await one.readResource({ uri: 'test://readme' })
    await one.readResource({ uri: 'test://me:w@rd@nowhere/a?secret=1#b' }).catch(() => {})
    expect(await rowsOf('?user_path=/read')).toEqual([
      ['paid', 'resource', 'test://nowhere/a', 'error', null],
      ['paid', 'resource', 'test://readme', 'ok', null],
      ['free', 'prompt', 'greet', 'refused', 0],
      ['paid', 'prompt', 'greet', 'ok', null],
    ])
    expect(await rowsOf('?user_path=/read&kind=prompt&tool=greet&server=paid')).toHaveLength(1)
    const { data } = await records('?user_path=/read/one&outcome=ok')
    expect(data).toMatchObject([{ request_bytes: 23, answer_bytes: expect.any(Number), key: 'master' }])
    const logged = () => box.test.logs.filter(({ message }) => message === 'Resource read')
    await until(() => logged().length === 2, 'the log')
    const told = logged()
    expect(told).toMatchObject([{ resource: 'test://readme', server: 'paid' }, { outcome: 'error' }])
    expect(JSON.stringify([data, told])).not.toMatch(/word|secret/)
  })

  test('is counted beside the calls of tools, resources together', async () => {
    const metrics = await box.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
    const lines = (await metrics.text()).split('\n').filter(line => line.startsWith('modelway_mcp_reads'))
    expect(lines.sort()).toEqual([
      'modelway_mcp_reads_total{server="free",kind="prompt",name="greet",outcome="refused"} 1',
      'modelway_mcp_reads_total{server="paid",kind="prompt",name="greet",outcome="ok"} 1',
      'modelway_mcp_reads_total{server="paid",kind="resource",name="",outcome="error"} 1',
      'modelway_mcp_reads_total{server="paid",kind="resource",name="",outcome="ok"} 1',
    ])
    const { body } = await box.test.admin('GET', '/admin/mcp')
    expect(JSON.stringify(body)).not.toContain('"greet"')
  })

  test('no limit of tools speaks of it', async () => {
    await limit({ tools: ['/'], requests: 1 })
    const client = await box.client('/read/more')
    for (let i = 0; i < 3; i++) expect(await client.getPrompt({ name: 'paid__greet' })).toBeDefined()
    expect(await used()).toBeNull()
  })
})

test('a call that the end of the gateway breaks off leaves its record, too', async () => {
  await using last = await openToolbox([declared(paid)])
  const client = await last.client('/')
  const { waiting } = await paid.seen()
  const call = client.callTool({ name: 'paid__hang', arguments: {} }).catch((error: Error) => error)
  await until(async () => (await paid.seen()).waiting > waiting, 'the tool to run')
  await last.test.gateway.stop(0)
  expect(await call).toBeInstanceOf(Error)
  using book = new Database(join(last.test.folder, 'test.db'), { readonly: true })
  expect(book.query('select tool, outcome from mcp_calls').all()).toEqual([{ tool: 'hang', outcome: 'gone' }])
})
