import { describe, expect, test } from 'bun:test'
import { parseScrape } from '../metrics/scrape.ts'
import { bearer, eventually, type Notifying, saidTo, startNotifying, startReceiver, TOKEN } from './kit.ts'

const figures = async ({ test }: Notifying) => {
  const seen = parseScrape(await (await test.fetch('/metrics', { headers: bearer })).text())
  const of = (result: string) => seen.sum('modelway_notices_total', { result })
  return { sent: of('sent'), lost: of('lost') }
}
const stateOf = async ({ test }: Notifying) => (await test.admin('GET', '/admin/notices')).body

/** All that the gateway has said to anybody but the hook. */
async function saidElsewhere({ test }: Notifying): Promise<string> {
  const pages = ['/admin/notices', '/admin/settings', '/metrics', '/admin/audit', '/admin/history']
  const texts = await Promise.all(
    pages.map(async path => (await test.fetch(path, { headers: bearer })).text()),
  )
  return JSON.stringify([...test.logs, ...texts])
}

describe('a hook that fails', () => {
  test('is tried again, later, with the same notice, and hears of things in their order', async () => {
    await using receiver = startReceiver()
    receiver.answer = () => new Response('Out of order', { status: 503 })
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
    await gateway.lose('half')
    await eventually(() => receiver.heard.length > 0, 'the first try')
    await gateway.mend('half')
    await eventually(
      async () => (await stateOf(gateway)).hooks[0].waiting === 2,
      'the end to be written down',
    )
    expect(receiver.heard.length).toBe(1)
    receiver.answer = () => new Response(null, { status: 200 })
    gateway.clock.ahead += 5000
    await eventually(() => receiver.heard.length > 2, 'the second try, and the end')
    expect(saidTo(receiver)).toEqual([
      'concern.began lost:half',
      'concern.began lost:half',
      'concern.ended lost:half',
    ])
    const [first, again] = receiver.heard
    expect(again!.headers.get('webhook-id')).toBe(first!.headers.get('webhook-id'))
    expect(again!.text).toBe(first!.text)
    await eventually(async () => (await figures(gateway)).sent === 2, 'both to be counted')
    expect((await stateOf(gateway)).hooks).toEqual([
      {
        number: 1,
        host: receiver.host,
        format: 'json',
        least: 'amber',
        waiting: 0,
        last_sent_at: expect.any(String),
        last_failure: { at: expect.any(String), reason: 'it answered with status 503' },
      },
    ])
  })

  test('for an hour is given up: counted, and one line in the log', async () => {
    await using receiver = startReceiver()
    receiver.answer = () => new Response(null, { status: 500 })
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
    await gateway.lose('half')
    await eventually(() => receiver.heard.length > 0, 'the first try')
    gateway.clock.ahead += 3_600_000
    await eventually(async () => (await figures(gateway)).lost === 1, 'the notice to be given up')
    const lines = () => gateway.test.logs.filter(({ log }) => log === 'notify')
    await eventually(() => lines().length > 0, 'the line')
    expect(lines()).toEqual([
      expect.objectContaining({
        message: 'A notice could not be told',
        host: receiver.host,
        key: 'lost:half',
        why: 'it answered with status 500',
      }),
    ])
    const { hooks, sent } = await stateOf(gateway)
    expect(hooks[0]).toMatchObject({ waiting: 0, last_failure: { reason: 'it answered with status 500' } })
    expect(sent).toMatchObject([{ key: 'lost:half', hook: 1, state: 'lost', sent_at: null }])
  })

  test('for good is given up at once, and keeps nobody else from hearing', async () => {
    await using gone = startReceiver(`/gone/${TOKEN}`)
    gone.answer = () => new Response(null, { status: 404 })
    await using silent = startReceiver(`/silent/${TOKEN}`)
    silent.answer = () => new Promise(() => {})
    await using well = startReceiver(`/well/${TOKEN}`)
    await using gateway = await startNotifying({
      NOTIFY_URLS: [gone.url, silent.url, `http://127.0.0.1:1/${TOKEN}`, well.url].join(','),
    })
    await gateway.lose('half')
    await eventually(() => well.heard.length > 0, 'the one that is well')
    await eventually(async () => (await figures(gateway)).lost === 1, 'the one that is gone')
    expect([gone.heard.length, silent.heard.length]).toEqual([1, 1])
    expect(await saidElsewhere(gateway)).not.toContain(TOKEN)
  }, 15_000)

  test('and redirects is not followed', async () => {
    await using other = startReceiver('/other')
    await using receiver = startReceiver()
    receiver.answer = () => Response.redirect(other.url, 307)
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url })
    const { body } = await gateway.test.admin('POST', '/admin/notices/test')
    expect(body).toMatchObject([{ ok: false, reason: 'it answered with status 307' }])
    expect(other.heard).toEqual([])
  })
})

describe('a test', () => {
  test('goes to every hook at once, and says what came of each', async () => {
    await using receiver = startReceiver()
    await using refusing = startReceiver('/refusing')
    refusing.answer = () => new Response(null, { status: 403 })
    await using gateway = await startNotifying({ NOTIFY_URLS: `${receiver.url},${refusing.url}` })
    const { status, body } = await gateway.test.admin('POST', '/admin/notices/test')
    expect(status).toBe(200)
    expect(body).toEqual([
      { number: 1, host: receiver.host, ok: true, ms: expect.any(Number) },
      {
        number: 2,
        host: refusing.host,
        ok: false,
        ms: expect.any(Number),
        reason: 'it answered with status 403',
      },
    ])
    expect(saidTo(receiver)).toEqual(['test test'])
  })

  test('without a hook tells nobody', async () => {
    await using gateway = await startNotifying({})
    const { status, body } = await gateway.test.admin('POST', '/admin/notices/test')
    expect([status, body]).toEqual([200, []])
  })
})

describe('what stands', () => {
  test('is told with since when, also where nobody hears of it', async () => {
    await using receiver = startReceiver()
    await using gateway = await startNotifying({ NOTIFY_URLS: receiver.url, NOTIFY_AFTER: '1h' })
    await gateway.lose('half')
    const row = async () => (await stateOf(gateway)).standing[0]
    expect(await row()).toEqual({
      key: 'lost:half',
      tone: 'bad',
      text: '“half” leads to “demo/gone”, which no provider lists.',
      page: '/models/detail?name=half',
      since: null,
      told_at: null,
    })
    await using alone = await startNotifying({})
    await alone.lose('other')
    expect((await stateOf(alone)).standing).toMatchObject([{ key: 'lost:other', since: null }])
  })

  test('is for operators only', async () => {
    await using gateway = await startNotifying({})
    expect((await gateway.test.json('/admin/notices')).status).toBe(401)
  })
})

describe('a mistake in the settings', () => {
  const start = (env: Record<string, string>) =>
    startNotifying(env).then(
      async gateway => {
        await gateway[Symbol.asyncDispose]()
        return 'started'
      },
      error => String(error.message),
    )

  test.each([
    ['JSON that nobody could check', { NOTIFY_SECRET: '' }, /Set NOTIFY_SECRET \(openssl rand -base64 32\)/],
    ['a secret that is short', { NOTIFY_SECRET: 'c2hvcnQ=' }, /NOTIFY_SECRET: expected at least 16 bytes/],
    ['a secret that is no base64', { NOTIFY_SECRET: 'not base64!' }, /NOTIFY_SECRET: expected at least 16/],
    ['no address', { NOTIFY_URLS: `ftp://x/${TOKEN}` }, /NOTIFY_URLS.*: expected an address such as https/],
    ['a password', { NOTIFY_URLS: `https://me:${TOKEN}@x/` }, /without user and password/],
    ['no time', { NOTIFY_AFTER: '0' }, /NOTIFY_AFTER: expected at least 1s/],
  ])('is told with how to mend it, and without what is secret: %s', async (_what, env, said) => {
    const message = await start({ NOTIFY_URLS: `https://hooks.example.com/${TOKEN}`, ...env })
    expect(message).toMatch(said)
    expect(message).not.toContain(TOKEN)
  })
})
