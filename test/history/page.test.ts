import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { type Browser, signIn, visible } from './browser.ts'
import { type Desk, openDesk } from './desk.ts'

/** The page of the history, as a browser without scripts sees it. */

let desk: Desk
let cookie: string
let csrf: string
let look: Browser['look']
let send: Browser['send']

beforeAll(async () => {
  desk = await openDesk({
    env: { LIMITS: JSON.stringify([{ name: 'fixed', per: 'month', cost_usd: 500 }]) },
  })
  ;({ cookie, csrf, look, send } = await signIn(desk, '/dashboard/history'))
})
afterAll(() => desk[Symbol.asyncDispose]())

const putBack = (fields: Record<string, string>) =>
  send('/dashboard/history/restore', { csrf, ...fields }, { cookie })
const limit = (name: string, body: object) => desk.call('PUT', `/admin/limits/${name}`, body)
/** Changes as people read them, newest first. */
const rows = (markup: string): string[] =>
  markup
    .split('<tr id="change-')
    .slice(1)
    .map(row => visible(row.slice(row.indexOf('>') + 1).split('</tr>')[0]!))
const idOf = (markup: string): string => /name="id" value="(\d+)"/.exec(markup)![1]!

test('says where nothing was changed yet what will stand here', async () => {
  const markup = await look()
  expect(markup).toContain('Nothing was changed yet')
})

test('a change says field by field what was and what is, in words', async () => {
  await limit('alpha', { per: 'month', cost_usd: 500, models: ['openai/', 'groq/'], description: 'Agreed' })
  await limit('alpha', { per: 'month', cost_usd: 750, models: ['groq/', 'demo/'], enabled: false })
  const [changed, created] = rows(await look())
  expect(changed).toStartWith('alpha Limit, version 2 Changed')
  expect(changed).toContain('Cost USD was 500 is 750')
  expect(changed).toContain('Enabled was yes is no')
  expect(changed).toContain('Models added demo/ removed openai/')
  expect(changed).toContain('Description was Agreed is none')
  expect(changed).not.toContain('Per')
  expect(changed).not.toMatch(/[{}[\]"]/)
  expect(changed).toContain('Master key just now')
  expect(created).toStartWith('alpha Limit, version 1 Created')
})

test('targets, and what stands within what, are told in words too', async () => {
  await desk.put({ source: 'smart', target_model: 'demo/parrot' })
  await desk.put({
    source: 'smart',
    target_model: undefined,
    targets: [{ model: 'demo/parrot', weight: 3 }, { model: 'demo/clock' }],
    force: true,
  })
  const [changed] = rows(await look())
  expect(changed).toContain('Targets demo/parrot: weight was 1 is 3 added demo/clock, weight 1')
  expect(changed).not.toContain('removed')
  await desk.call('PUT', '/admin/guardrails/no-cards', { find: { words: ['a', 'b'] }, action: 'block' })
  await desk.call('PUT', '/admin/guardrails/no-cards', { find: { words: ['b', 'c'] }, action: 'mask' })
  const [guardrail] = rows(await look())
  expect(guardrail).toContain('Find: words added c removed a')
  expect(guardrail).toContain('Action was block is mask')
})

test('a row leads to the thing, as long as it is there, and to all of its changes', async () => {
  const { body } = await desk.key({ name: 'Team Alpha' })
  const markup = await look()
  expect(markup).toContain(`href="/dashboard/keys?q=${body.id}"`)
  expect(rows(markup)[0]).toStartWith('Team Alpha Key, version 1')
  await limit('beta', { requests: 5 })
  await limit('beta', { requests: 6 })
  await desk.call('DELETE', '/admin/limits/beta')
  const only = await look('?kind=limit&subject=beta')
  expect(rows(only).map(row => row.split(' ').slice(0, 5).join(' '))).toEqual([
    'beta Limit, version 3 Deleted',
    'beta Limit, version 2 Changed',
    'beta Limit, version 1 Created',
  ])
  expect(only).not.toContain('/limits/detail?name=beta')
  expect(await look()).toContain('/limits/detail?name=alpha')
})

describe('finding', () => {
  test('by kind, by author, by name and by any text of what was and what is', async () => {
    const names = async (query: string) => [
      ...new Set(rows(await look(query)).map(row => row.split(' ')[0]!)),
    ]
    expect(await names('?kind=guardrail')).toEqual(['no-cards'])
    expect(await names('?q=ALPHA+limit')).toEqual(['alpha'])
    expect(await names('?q=agreed')).toEqual(['alpha'])
    expect(await names('?q=alph%25')).toEqual([])
    expect(await names('?author=nobody@example.com')).toEqual([])
    expect((await names('?author=master')).length).toBeGreaterThan(3)
    expect(await look('?q=nothing-like-it')).toContain('Nothing matches')
  })

  test('goes on page by page, without a change twice, and however many there are looks at some at a time', async () => {
    const db = createClient({ url: `file:${desk.test.folder}/test.db` })
    await db.execute(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5100)
      INSERT INTO history (kind, line, subject, version, action, author, at, fields, after)
      SELECT 'other', 'line-' || i, 'many-' || i, 1, 'create', 'ada@example.com', 1, '[]', '{"name":""}' FROM n`)
    db.close()
    const first = await look()
    expect(rows(first)).toHaveLength(25)
    const older = /href="([^"]+)"[^>]*rel="next"/.exec(first)![1]!.replaceAll('&amp;', '&')
    const second = await look('', older)
    expect(rows(second)[0]).toStartWith('many-5075')
    expect(second).toContain('rel="prev"')
    const part = await look('?q=alpha')
    expect(rows(part)).toEqual([])
    expect(part).toContain('Searched in part: there may be more')
    const rest = /href="([^"]+)"[^>]*rel="next"/.exec(part)![1]!.replaceAll('&amp;', '&')
    expect(rows(await look('', rest)).length).toBeGreaterThan(1)
  })
})

describe('putting back', () => {
  const idOfChange = async (query: string, index: number) =>
    /^\d+/.exec((await look(query)).split('<tr id="change-')[index + 1]!)![0]

  test('shows first what would change, and is a change itself', async () => {
    await limit('gamma', { requests: 5 })
    await limit('gamma', { requests: 9, description: 'More' })
    const all = '?kind=limit&subject=gamma'
    expect(rows(await look(all)).map(row => row.includes('Put back'))).toEqual([false, true])
    // The change that stands now is undone by putting back the one before; the first has none before it.
    expect(rows(await look(all)).map(row => row.includes('Undo'))).toEqual([true, false])
    const [first, undo] = [await idOfChange(all, 1), /back=(\d+)"[^>]*>Undo/.exec(await look(all))![1]!]
    expect(undo).toBe(first)
    const asked = await look(`?back=${first}`)
    const dialog = visible(asked.slice(asked.indexOf('<dialog')))
    expect(dialog).toContain('Limit, as it was in version 1')
    expect(dialog).toContain('Requests was 9 is 5')
    expect(dialog).toContain('Description was More is none')
    const answer = await putBack({ id: idOf(asked), version: '2' })
    expect(answer.headers.get('location')).toBe('/dashboard/history')
    expect((await desk.call('GET', '/admin/limits/gamma')).body).toMatchObject({ requests: 5, version: 3 })
    expect(rows(await look(all))[0]).toStartWith('gamma Limit, version 3 Put back as it was earlier')
  })

  test('is not done where somebody else was faster, and shows what would change now', async () => {
    const id = await idOfChange('?kind=limit&subject=gamma', 2)
    await limit('gamma', { requests: 70 })
    const answer = await putBack({ id, version: '3' })
    expect(answer.status).toBe(422)
    const said = visible(await answer.text())
    expect(said).toContain('Somebody else has changed it since you looked: this is what would change now')
    expect(said).toContain('Requests was 70 is 5')
    expect((await desk.call('GET', '/admin/limits/gamma')).body.requests).toBe(70)
  })

  test('brings back what was deleted, unless its name is in use', async () => {
    await desk.call('DELETE', '/admin/limits/gamma')
    const id = await idOfChange('?kind=limit&subject=gamma', 0)
    const asked = visible(await look(`?back=${id}`))
    expect(asked).toContain('It is gone now, and comes back as')
    expect((await putBack({ id, version: '' })).status).toBe(303)
    expect((await desk.call('GET', '/admin/limits/gamma')).body.requests).toBe(70)
    expect((await putBack({ id, version: '' })).status).toBe(422)
  })

  test('is refused in words where there is no such version, and without the token of the session', async () => {
    expect(await look('?back=999999')).toContain('There is no such version.')
    expect(await look('?back=%3Cb%3E')).toContain('There is no such version.')
    expect((await putBack({ id: '999999', version: '1' })).status).toBe(422)
    expect((await putBack({ id: '1', version: '1', csrf: 'forged' })).status).toBe(403)
  })
})

test('names, values and authors are text, whatever stands in them', async () => {
  const hostile = `"><img src=x onerror=alert(1)>\u202e`
  await desk.put({ source: hostile.slice(0, -1), description: hostile })
  await desk.key({ name: hostile.slice(0, -1), description: hostile })
  for (const query of [
    '',
    '?q=%22%3E%3Cimg',
    `?author=${encodeURIComponent(hostile)}`,
    `?subject=${encodeURIComponent(hostile)}`,
  ]) {
    const markup = await look(query)
    expect(markup).not.toContain('<img')
    expect(markup.replaceAll(/(?:value|href)="[^"]*"/g, '')).not.toContain('\u202e')
  }
})
