import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { type Limited, openLimited } from './kit.ts'

/** What the page of the limits says and takes, as a browser without scripts sees it. */

const HOSTILE = `"><img src=x onerror=alert(1)>`

let limited: Limited
let cookie: string
let csrf: string

beforeAll(async () => {
  limited = await openLimited({
    env: {
      MODEL_PRICES: '{"openai/one": {"input": 1000, "output": 1000}}',
      LIMITS: JSON.stringify([{ name: 'fixed', per: 'month', cost_usd: 500 }]),
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'one-for-all', target_model: 'one', user_paths: ['/known'] },
      ]),
    },
  })
  const signedIn = await send('/sign-in', { key: MASTER })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  csrf = /name="csrf" value="([^"]+)"/.exec(await page('?new'))![1]!
})
beforeEach(async () => {
  const { admin } = limited.house.test
  for (const { name } of (await admin('GET', '/admin/limits')).body)
    await admin('DELETE', `/admin/limits/${name}`)
})
afterAll(() => limited[Symbol.asyncDispose]())

const page = async (query = ''): Promise<string> =>
  (await limited.house.test.fetch(`/dashboard/limits${query}`, { headers: { cookie } })).text()

const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  limited.house.test.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })

const act = (action: string, fields: Record<string, string>, token = csrf) =>
  send(`/dashboard/limits/${action}`, { csrf: token, ...fields }, { cookie })

const typed = { name: 'alpha', each: 'all', per: 'month', enabled: 'on' } as const
const stored = async (name: string) => (await limited.house.test.admin('GET', `/admin/limits/${name}`)).body
const visible = (markup: string) => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
/** The words of one row. */
const row = (markup: string, name: string): string =>
  visible(markup.split('<tr').find(part => part.includes(`>${name}</bdi>`)) ?? '')
const valueIn = (markup: string, name: string): string | undefined =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(markup)?.[1]

describe('the list', () => {
  test('does not say that a limit is reached while who comes only waits, but where no more may wait', async () => {
    await limited.limit('gpu', { user_path: '/gpu', concurrent: 1, wait: '10s', queue: 1 })
    const leaving = new AbortController()
    const at = { headers: { authorization: `Bearer ${MASTER}`, 'x-modelway-user-path': '/gpu' } }
    const call = () =>
      limited.house.ask({ delayMs: 5000 }, {}, { ...at, signal: leaving.signal }).catch(() => undefined)
    const running = call()
    await until(() => limited.house.mock.ledger.active() === 1, 'the call')
    const taken = await page()
    const waits = call()
    await until(async () => (await stored('gpu')).fullest.waiting === 1, 'the other one to wait')
    const full = await page()
    const reached = await page('?state=reached')
    leaving.abort()
    await Promise.all([running, waits])
    expect(row(taken, 'gpu')).toContain('1 of 1 call under way all taken')
    expect(visible(taken)).not.toContain('1 reached')
    expect(row(full, 'gpu')).toContain('1 of 1 call under way, 1 waits reached')
    expect(row(reached, 'gpu')).not.toBe('')
  })

  test('says for whom a limit holds, what it allows, how full it is, and when it begins anew', async () => {
    await limited.limit('alpha', { user_path: '/team/alpha', per: 'month', cost_usd: 500, requests: 1000 })
    await limited.as('/team/alpha').then(answer => answer.text())
    const words = row(await page(), 'alpha')
    expect(words).toContain('/team/alpha shared by all')
    expect(words).toContain('$500.00 a month')
    expect(words).toContain('1,000 requests a month')
    expect(words).toMatch(/\$0\.\d+ of \$500\.00 used &lt; 0\.1 %/)
    expect(words).toContain('1 of 1,000 requests used 0.1 %')
    expect(words).toContain('Resets in 27 days, 2026-04-01 00:00 UTC')
  })

  test('writes large sums as people do, in what it says and in what callers are told', async () => {
    await limited.limit('large', { user_path: '/x', per: 'month', cost_usd: 12_500 })
    expect(row(await page(), 'large')).toContain('$12,500.00 a month')
    const answer = await limited.as('/x', { max_tokens: 2_000_000_000 })
    expect((await answer.json()).error.message).toContain('a call that may take $2,000,000.02')
  })

  test('tells what calls under way hold', async () => {
    await limited.limit('held', { per: 'hour', requests: 10, tokens: 5000, concurrent: 4 })
    const call = limited.as('/', { max_tokens: 100 }, { delayMs: 300 })
    await until(async () => (await stored('held')).fullest?.concurrent.used === 1, 'the call')
    const words = row(await page(), 'held')
    expect(words).toContain('0 of 10 requests used, 1 held')
    expect(words).toMatch(/0 of 5,000 tokens used, 1\d\d held/)
    expect(words).toContain('1 of 4 calls under way 25 %')
    await (await call).text()
    expect(row(await page(), 'held')).toContain('0 of 4 calls under way 0 %')
  })

  test('warns in words where a limit is near, and where it is reached, and finds those', async () => {
    await limited.limit('wide', { per: 'day', requests: 100 })
    await limited.limit('tight', { per: 'day', requests: 5 })
    for (const words of ['4 of 5 requests used 80 %, near', '5 of 5 requests used reached']) {
      const from = words.startsWith('4') ? 4 : 1
      for (let calls = 0; calls < from; calls++) await (await limited.as('/')).text()
      expect(row(await page(), 'tight')).toContain(words)
      expect(row(await page('?state=near'), 'tight')).toContain(words)
      expect(row(await page('?state=near'), 'wide')).toBe('')
    }
    expect(visible(await page('?state=reached'))).toContain('1 of 3, 1 reached')
  })

  test('of what each key has for itself shows the fullest, by the name of the key', async () => {
    await limited.limit('each', { each: 'key', per: 'day', requests: 10 })
    expect(row(await page(), 'each')).toContain('Nobody has used any of it today')
    const { admin } = limited.house.test
    for (const [name, calls] of [
      ['Robot', 2],
      ['Human', 1],
    ] as const) {
      const { key } = (await admin('POST', '/admin/keys', { name })).body
      for (let at = 0; at < calls; at++)
        await limited.house
          .ask(undefined, {}, { headers: { authorization: `Bearer ${key}` } })
          .then(answer => answer.text())
    }
    const words = row(await page(), 'each')
    expect(words).toContain('Robot , the fullest of 2 keys')
    expect(words).toContain('2 of 10 requests used')
    const one = visible(await page('/detail?name=each'))
    expect(one).toMatch(/2 keys in use.*Robot.*2 of 10.*Human.*1 of 10/)
  })

  test('finds limits by words of their names, paths, models and amounts', async () => {
    await limited.limit('alpha', { user_path: '/team/alpha', requests: 60, models: ['openai/one'] })
    await limited.limit('beta', { user_path: '/team/beta', per: 'day', tokens: 9000 })
    for (const [query, found] of [
      ['alpha', ['alpha']],
      ['team', ['alpha', 'beta']],
      ['9,000 day', ['beta']],
      ['openai/one', ['alpha']],
      ['nothing-like-it', []],
    ] as const) {
      const markup = await page(`?q=${encodeURIComponent(query)}`)
      expect([query, ['alpha', 'beta', 'fixed'].filter(name => row(markup, name) !== '')]).toEqual([
        query,
        [...found],
      ])
    }
    expect(visible(await page('?q=nothing-like-it'))).toContain('Nothing matches')
  })

  test('offers the first limit where there is none', async () => {
    await using empty = await openLimited()
    const headers = { authorization: `Bearer ${MASTER}` }
    const markup = await (await empty.house.test.fetch('/dashboard/limits', { headers })).text()
    expect(visible(markup)).toContain('No limits yet A limit says how much')
    expect(markup.match(/href="\/dashboard\/limits\?new="/g)?.length).toBe(2)
  })

  test('asks again by itself with the filters it has, and comes to an end', async () => {
    const beat = await page('/now?round=1&q=fix')
    expect(beat).toContain('hx-get="/dashboard/limits/now?round=2"')
    expect(row(beat, 'fixed')).not.toBe('')
    expect(row(await page('/now?round=1&q=other'), 'fixed')).toBe('')
    const last = await page('/now?round=120&q=fix')
    expect(last).not.toContain('hx-trigger="every')
    expect(last).toContain('href="/dashboard/limits?q=fix"')
  })
})

describe('the form', () => {
  test('makes a limit of what is typed, as people write numbers', async () => {
    const answer = await act('save', {
      ...typed,
      user_path: '/team/alpha',
      each: 'key',
      models: 'openai/\r\none-for-all',
      cost_usd: '$1,250.50',
      tokens: '2,000,000',
      concurrent: ' 5 ',
      unpriced: 'on',
      description: 'Agreed\r\nin March',
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard/limits'])
    expect(await stored('alpha')).toMatchObject({
      user_path: '/team/alpha',
      each: 'key',
      models: ['openai/', 'one-for-all'],
      per: 'month',
      requests: null,
      tokens: 2_000_000,
      cost_usd: 1250.5,
      concurrent: 5,
      unpriced: 'refuse',
      description: 'Agreed\nin March',
      enabled: true,
    })
    const form = await page('?edit=alpha')
    expect([
      valueIn(form, 'cost_usd'),
      valueIn(form, 'tokens'),
      Number(valueIn(form, 'version')) > 0,
    ]).toEqual(['1250.5', '2000000', true])
  })

  test.each([
    ['name', { name: 'two words', requests: '5' }, 'Expected a name of at most 64 letters'],
    ['amounts', {}, 'fill in at least one of these'],
    ['requests', { requests: 'many' }, '“many” is no number: write it as 600'],
    ['requests', { requests: '0' }, 'Expected at least 1'],
    ['requests', { requests: '1.5' }, 'Expected a whole number'],
    ['cost-usd', { cost_usd: '49,50' }, '“49,50” is no number: write it as 49.50'],
    ['user-path', { requests: '5', user_path: '/team/../root' }, 'has a segment &quot;..&quot;'],
    ['name', { name: 'fixed', requests: '5' }, 'is declared in LIMITS: change it there'],
  ])('says at %s what is wrong with %p, and keeps what was typed', async (field, fields, message) => {
    const answer = await act('save', { ...typed, models: 'openai/', description: 'kept', ...fields })
    const markup = await answer.text()
    expect(answer.status).toBe(422)
    const mistake = new RegExp(`id="f-${field}-error">([^<]*)<`).exec(markup)?.[1]
    expect(mistake).toContain(message)
    for (const [name, value] of Object.entries({ name: typed.name, ...fields }))
      expect([name, valueIn(markup, name)]).toEqual([name, value])
    expect(markup).toMatch(/<textarea[^>]*name="models"[^>]*>openai\/<\/textarea>/)
    expect(markup).toContain('>kept</textarea>')
    expect((await stored('alpha')).error?.code).toBe('not_found')
  })

  test('is taken from this very session only', async () => {
    for (const answer of [
      await act('save', { ...typed, requests: '5' }, 'forged'),
      await act('delete', { name: 'fixed', version: '0' }, ''),
      await send(
        '/dashboard/limits/save',
        { ...typed, csrf, requests: '5' },
        { cookie, 'sec-fetch-site': 'cross-site' },
      ),
    ])
      expect(answer.status).toBe(403)
    expect((await stored('alpha')).error?.code).toBe('not_found')
  })

  test('does not write over what somebody else has made, changed or deleted meanwhile', async () => {
    await limited.limit('alpha', { requests: 5 })
    const taken = await (await act('save', { ...typed, requests: '9' })).text()
    expect(visible(taken)).toContain('“alpha” exists already')
    const { version } = await stored('alpha')
    await limited.limit('alpha', { requests: 6 })
    const edit = { ...typed, version: String(version), requests: '9' }
    expect(visible(await (await act('save', edit)).text())).toContain('was changed by somebody else')
    const deletion = await (await act('delete', { name: 'alpha', version: String(version) })).text()
    expect(visible(deletion)).toContain('this is what it is now')
    expect(visible(deletion)).toContain('6 requests a minute')
    expect(await stored('alpha')).toMatchObject({ requests: 6 })
    await limited.house.test.admin('DELETE', '/admin/limits/alpha')
    const gone = await (await act('save', edit)).text()
    expect(visible(gone)).toContain('was deleted by somebody else')
    expect([valueIn(gone, 'version'), valueIn(gone, 'requests')]).toEqual([undefined, '9'])
  })

  test('turns a limit off, which holds nobody back then, and on again', async () => {
    await limited.limit('alpha', { requests: 1 })
    expect((await act('toggle', { name: 'alpha', enabled: '' })).status).toBe(303)
    for (let calls = 0; calls < 2; calls++) expect((await limited.as('/')).status).toBe(200)
    expect(row(await page('?state=off'), 'alpha')).toContain('Off: not counted')
    await act('toggle', { name: 'alpha', enabled: 'on' })
    expect(await stored('alpha')).toMatchObject({ enabled: true, requests: 1 })
  })

  test('brings a deleted limit back', async () => {
    await limited.limit('alpha', { requests: 5, description: 'with everything' })
    const { version } = await stored('alpha')
    await act('delete', { name: 'alpha', version: String(version) })
    expect((await stored('alpha')).error?.code).toBe('not_found')
    await act('undo', { name: 'alpha' })
    expect(await stored('alpha')).toMatchObject({ requests: 5, description: 'with everything' })
    expect(visible(await (await act('undo', { name: 'alpha' })).text())).toContain('cannot be brought back')
  })

  test('says in a sentence what is being made, and suggests paths that are known', async () => {
    const effect = async (fields: object) =>
      visible(await (await act('effect', { ...typed, ...fields })).text()).trim()
    expect(await effect({ user_path: '/a', cost_usd: '5', concurrent: '2' })).toBe(
      'All callers at /a or below it together have $5.00 a month and 2 calls at the same time.',
    )
    expect(await effect({ each: 'key', per: 'hour', requests: '1', models: 'x, openai/' })).toBe(
      'Each key that calls has 1 request an hour for itself. Only calls of x and openai/ count.',
    )
    expect(await effect({ cost_usd: 'much' })).toBe('')
    expect(await page('?new')).toContain('<option value="/known">')
  })
})

describe('a declared limit', () => {
  test('is shown with where it is declared, and nothing to change it with', async () => {
    const words = row(await page(), 'fixed')
    expect(words).toContain('Declared in LIMITS : edit it there')
    expect(words).not.toMatch(/Edit|Delete/)
    expect(visible(await page('/detail?name=fixed'))).not.toContain('Edit')
    for (const verb of ['edit', 'delete'])
      expect(visible(await page(`?${verb}=fixed`))).toContain('“fixed” is declared in LIMITS: edit it there.')
  })

  test('cannot be written, whatever is sent', async () => {
    for (const [action, fields] of [
      ['save', { ...typed, name: 'fixed', version: '0', requests: '5' }],
      ['delete', { name: 'fixed', version: '0' }],
      ['toggle', { name: 'fixed', enabled: '' }],
    ] as const) {
      const answer = await act(action, fields)
      expect([action, answer.status]).toEqual([action, 422])
      expect(visible(await answer.text())).toContain('is declared in LIMITS')
    }
    expect(await stored('fixed')).toMatchObject({ cost_usd: 500, requests: null, enabled: true })
  })
})

test('paths, models, descriptions and names are text, whatever stands in them', async () => {
  const path = `/${HOSTILE.replaceAll('/', '')}`
  await limited.limit('odd', { user_path: path, models: [HOSTILE], description: HOSTILE, requests: 5 })
  for (const query of [
    '',
    '?edit=odd',
    '?delete=odd',
    '/detail?name=odd',
    `?q=${encodeURIComponent(HOSTILE)}`,
    `?edit=${encodeURIComponent(HOSTILE)}`,
    `/detail?name=${encodeURIComponent(HOSTILE)}`,
  ]) {
    const markup = await page(query)
    expect([query, markup.includes('<img')]).toEqual([query, false])
    expect(markup).toContain('&lt;img')
  }
  const refused = await (
    await act('save', { ...typed, name: HOSTILE, user_path: path, requests: HOSTILE })
  ).text()
  expect(refused).not.toContain('<img')
  expect(refused).toContain('&lt;img')
})

describe('a limit of tools', () => {
  test('is made by a form, and says whose calls count', async () => {
    const done = await act('save', {
      ...typed,
      name: 'searches',
      tools: 'search/\ntickets/read',
      requests: '50',
    })
    expect(done.status).toBe(303)
    expect(await stored('searches')).toMatchObject({ tools: ['search/', 'tickets/read'], models: null })
    expect(row(await page(), 'searches')).toContain('for calls of tools search/ tickets/read')
    const detail = await limited.house.test.fetch('/dashboard/limits/detail?name=searches', {
      headers: { cookie },
    })
    expect(visible(await detail.text())).toContain('Only calls of the tools search/ and tickets/read count.')
  })

  test('has no tokens, and speaks of no models', async () => {
    for (const [more, reason] of [
      [{ tokens: '5' }, 'Calls of tools have no tokens'],
      [{ requests: '5', models: 'openai/' }, 'Leave models or tools empty'],
      [{ requests: '5', tools: 'search__web' }, 'by the names of MCP servers'],
    ] as const) {
      const answer = await act('save', { ...typed, name: 'wrong', tools: 'search/', ...more })
      expect(visible(await answer.text())).toContain(reason)
    }
  })
})
