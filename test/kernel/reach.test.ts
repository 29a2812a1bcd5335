import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { type House, openHouse, UPSTREAM_KEY } from './house.ts'
import { refusalOf } from './shapes.ts'

async function take(house: House, plan: Plan = {}, extra: object = {}) {
  const response = await house.ask(plan, extra)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('a provider that cannot be reached', () => {
  const closed = createMockProvider()
  closed.stop()
  const noTls = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: socket => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
  })
  afterAll(() => noTls.stop(true))

  for (const [why, base] of [
    ['nobody listens', closed.url],
    ['it does not speak TLS', `https://127.0.0.1:${noTls.port}/v1`],
    ['its name is unknown', 'http://provider.invalid/v1'],
  ] as const) {
    test(`because ${why} is told as 502, without its address`, async () => {
      await using house = await openHouse({ env: { OPENAI_BASE_URL: base } })
      for (const extra of [{}, { stream: true }]) {
        const given = await take(house, {}, extra)
        expect(refusalOf(given)).toEqual([502, 'upstream_unreachable'])
        expect(given.headers.get('x-should-retry')).toBeNull()
        expect(given.body).not.toContain(new URL(base).hostname)
      }
      await Bun.sleep(30)
      expect(JSON.stringify(house.test.logs)).not.toContain(UPSTREAM_KEY)
    })
  }
})

describe('a provider that is slow', () => {
  let hasty: House
  beforeAll(async () => {
    hasty = await openHouse({ env: { HTTP_TIMEOUT: '300ms' } })
  })
  afterAll(() => hasty[Symbol.asyncDispose]())

  test('is given up with 504 after HTTP_TIMEOUT, wherever it stays silent', async () => {
    const silent: readonly Plan[] = [{ hang: true }, { delayMs: 5000 }, { splitAt: 5, silenceMs: 5000 }]
    const began = performance.now()
    for (const extra of [{}, { stream: true }]) {
      const given = await Promise.all(silent.map(plan => take(hasty, plan, extra)))
      for (const one of given) expect(refusalOf(one)).toEqual([504, 'upstream_timeout'])
    }
    expect(performance.now() - began).toBeWithin(600, 4000)
    await until(() => hasty.mock.ledger.active() === 0, 'the provider to see the close')
    expect(hasty.settled.map(({ code }) => code)).toEqual(Array(6).fill('upstream_timeout'))
  })

  test('may take as long as it likes once its answer has begun', async () => {
    const { body } = await take(hasty, { tokens: 3, gapMs: 110 }, { stream: true })
    expect(body).toEndWith('data: [DONE]\n\n')
  })
})

describe('how long to wait', () => {
  let house: House
  let clock = Date.now()
  beforeAll(async () => {
    house = await openHouse({ now: () => clock })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  test('is passed on as whole seconds, within reason', async () => {
    const inTenSeconds = new Date(Date.now() + 10_500).toUTCString()
    for (const [headers, wanted] of [
      [{ 'retry-after': '7' }, ['7']],
      [{ 'retry-after': '0.4' }, ['1']],
      [{ 'retry-after-ms': '1500' }, ['2']],
      [{ 'retry-after-ms': '1500', 'retry-after': '60' }, ['2']],
      [{ 'retry-after': inTenSeconds }, ['9', '10', '11']],
      [{ 'retry-after': '1000000000' }, ['3600']],
      [{ 'retry-after': 'Mon, 01 Jan 2001 00:00:00 GMT' }, ['0']],
      [{ 'retry-after': 'soon' }, [null]],
      [{ 'retry-after': '' }, [null]],
      [{}, [null]],
    ] as const) {
      for (const status of [429, 503]) {
        // A model that asked for a pause gets it.
        clock += 3_600_000
        const given = await take(house, { status, headers })
        expect([headers, wanted.includes(given.headers.get('retry-after') as never)]).toEqual([headers, true])
      }
    }
  })
})

describe('the fetch that plugins are given', () => {
  let fetchAs: (url: string, init?: RequestInit) => Promise<Response>
  const spy = definePlugin({
    name: 'spy',
    about: 'Lends its fetch.',
    setup(host) {
      fetchAs = async (url, init) => host.fetch(url, init)
      return {}
    },
  })
  const stranger = createMockProvider()
  const allowed = createMockProvider()
  let house: House
  beforeAll(async () => {
    house = await openHouse({ extra: [spy], env: { EGRESS_ALLOW: new URL(allowed.url).origin } })
  })
  afterAll(async () => {
    await house[Symbol.asyncDispose]()
    stranger.stop()
    allowed.stop()
  })

  test('reaches configured providers and what the operator allows', async () => {
    for (const { url } of [house.mock, allowed]) expect((await fetchAs(`${url}/models`)).status).toBe(200)
  })

  test('reaches nothing else, in no other way, and shows no secret of the address', async () => {
    const { host } = new URL(stranger.url)
    const mine = new URL(house.mock.url).host
    const others = [
      ...[
        stranger.url,
        `https://${mine}/v1`,
        `http://${mine}.evil.example/`,
        `http://localhost:${mine.split(':')[1]}/`,
      ],
      ...[
        'file:///etc/hostname',
        'data:text/plain,hello',
        'blob:x',
        'ftp://x/',
        's3://x/y',
        'unix:///x',
        '/v1',
        '',
      ],
      ...[
        `http://user@${mine}/`,
        `http://:secret@${mine}/`,
        `http://user:secret@${host}/`,
        `http://${mine}@${host}/`,
      ],
      ...[
        `http:\\\\${host}/`,
        `http://[::ffff:7f00:1]:${host.split(':')[1]}/`,
        `  ${stranger.url}`,
        `//${host}/`,
      ],
    ]
    for (const url of others) {
      const outcome = await fetchAs(url).then(
        ({ status }) => `reached it: ${status}`,
        (error: Error) => error.message,
      )
      expect([url, outcome]).toEqual([url, expect.stringMatching(/^Cannot fetch /)])
      expect(outcome).not.toContain('secret')
    }
    expect(stranger.requests).toEqual([])
  })

  test('follows no redirect', async () => {
    allowed.setModels({ plan: { status: 307, headers: { location: `${stranger.url}/models` }, body: '' } })
    const headers = { 'x-api-key': UPSTREAM_KEY }
    expect((await fetchAs(`${allowed.url}/models`, { headers, redirect: 'follow' })).status).toBe(307)
    expect(stranger.requests).toEqual([])
  })
})
