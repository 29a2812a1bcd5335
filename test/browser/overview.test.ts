import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { compact, duration, money, number, percent } from '../../views/format.ts'
import { expectFitForAll } from './axe.ts'
import { createCalls } from './calls.ts'
import { openBrowser, type Running, sayNo, sayYes, signIn, startGateway, startProvider } from './kit.ts'
import { setStage } from './stage.ts'
import { beat } from './steps.ts'

setDefaultTimeout(60_000)

/** The overview, over calls that were really made: to the demo provider, to one that answers now and then, and to one that is gone. */

const MARKUP = '<img src=x onerror=alert(1)>'
const HOSTILE_PATH = '/team/"><i>x'
const PLAIN = 24
const STREAMS = 6
const FAILED = 5
const ALL = PLAIN + STREAMS + FAILED + 2

let upstream: Running
let gateway: Running
let page: Page

setStage(
  async () => {
    // One answers, one fails, and one has a name that no price is known for and nobody should read as markup.
    upstream = startProvider(['steady', 'broken', MARKUP], model =>
      model === 'broken' ? sayNo() : sayYes(model),
    )
    gateway = await startGateway({
      DEMO: 'true',
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      GROQ_API_KEY: 'sk-nobody',
      GROQ_BASE_URL: 'http://127.0.0.1:9/v1',
      MODEL_PRICES: JSON.stringify({ 'demo/parrot': { input: 3, output: 15 } }),
      BREAKER_PAUSE: '10m',
      BREAKER_LONGEST_PAUSE: '10m',
    })
    await send('POST', '/admin/providers/refresh')
    return gateway
  },
  stage => {
    ;({ gateway, page } = stage)
  },
)

afterAll(async () => {
  await upstream?.stop()
})

const { send, call: callAs, recorded } = createCalls(() => gateway.url)
const call = (model: string, path: string, more: object = {}, headers: Record<string, string> = {}) =>
  callAs(model, { ...headers, 'x-modelway-user-path': path }, more)

const go = (address = '') => page.goto(`${gateway.url}/dashboard/overview${address}`)
const stat = (label: string) =>
  page.locator('.stat').filter({ has: page.getByRole('heading', { name: label, exact: true }) })
const figure = async (label: string) => (await stat(label).locator('.figure').textContent())?.trim()
const ranking = (title: string) =>
  page.locator('.ranking').filter({ has: page.getByRole('heading', { name: title, exact: true }) })
const ranked = (title: string, name: string) =>
  ranking(title)
    .locator('li')
    .filter({ has: page.getByText(name, { exact: true }) })
const provider = (name: string) =>
  page.locator('#health tbody tr').filter({ has: page.getByRole('link', { name, exact: true }) })
const concern = (part: string) => page.locator('.concerns li').filter({ hasText: part })
const lines = () => page.locator('#requests tbody tr')

describe('in a new house', () => {
  test('the overview is where the root, the name in the corner and a sign-in lead to', async () => {
    await page.goto(gateway.url)
    await page.waitForURL(/\/dashboard\/overview$/)
    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('link', { name: 'Modelway' }).click()
    await page.waitForURL(/\/dashboard\/overview$/)
    const first = page.getByRole('navigation', { name: 'Main' }).getByRole('link').first()
    expect([await first.textContent(), await first.getAttribute('aria-current')]).toEqual([
      'Overview',
      'page',
    ])
    expect(await page.locator('h1').textContent()).toBe('Overview')
  })

  test('it shows the command for the first call, what comes next, and how the providers are', async () => {
    await go()
    await page.getByRole('heading', { name: 'No calls yet' }).waitFor()
    expect(await page.locator('.command').textContent()).toContain('/v1/chat/completions')
    expect(await page.locator('.steps a').count()).toBe(4)
    for (const link of await page.locator('.steps a').all()) {
      const answer = await page.request.get(gateway.url + (await link.getAttribute('href')))
      expect(answer.status()).toBe(200)
    }
    expect(await page.locator('.stat').count()).toBe(0)
    expect(await provider('demo').locator('[data-label="List of models"]').textContent()).toContain(
      '2 models',
    )
    await concern('could not be listed').waitFor()
  })
})

describe('with calls', () => {
  let key: { id: string; key: string }

  beforeAll(async () => {
    await send('PUT', '/admin/virtual-models', { source: 'smarter', target_model: 'demo/parrot' })
    await send('PUT', '/admin/virtual-models', {
      source: 'half',
      targets: [{ model: 'demo/parrot' }, { model: 'openai/gone' }],
      force: true,
    })
    await send('PUT', '/admin/virtual-models', {
      source: 'off',
      target_model: 'openai/gone',
      enabled: false,
      force: true,
    })
    const expires_at = new Date(Date.now() + 2.5 * 86_400_000).toISOString()
    key = await send('POST', '/admin/keys', { name: MARKUP, user_path: '/team/alpha', expires_at })
    await send('POST', '/admin/keys', {
      name: 'Stays long',
      expires_at: new Date(Date.now() + 20 * 86_400_000).toISOString(),
    })
    const held = { authorization: `Bearer ${key.key}` }
    for (let i = 0; i < PLAIN; i++) await call('smarter', '/team/alpha', {}, held)
    for (let i = 0; i < STREAMS; i++) await call('demo/parrot', HOSTILE_PATH, { stream: true })
    for (let i = 0; i < FAILED; i++) await call('openai/broken', '/team/beta')
    await call(`openai/${MARKUP}`, '/team/beta')
    await call('openai/steady', '/team/beta')
    await recorded(ALL)
  })

  test('the figures are those of the admin API', async () => {
    const { total } = await send('GET', '/admin/usage?latency=true')
    await go()
    expect(await figure('Cost')).toBe(money(total.cost_nano))
    expect(await figure('Requests')).toBe(number(total.calls))
    expect(await figure('Error rate')).toBe(percent(total.errors / total.calls))
    expect(await figure('Tokens')).toBe(compact(total.tokens.total))
    expect(await figure('Duration, 95 %')).toBe(duration(total.latency.total_ms.p95))
    expect(await figure('First token, 95 %')).toBe(duration(total.latency.first_byte_ms.p95))
  })

  test('every figure leads to as many rows as it counts', async () => {
    const { total } = await send('GET', '/admin/usage')
    for (const [label, rows] of [
      ['Cost', total.calls],
      ['Requests', total.calls],
      ['Error rate', total.errors],
      ['Tokens', total.calls],
      ['Duration, 95 %', total.calls - total.errors],
      ['First token, 95 %', STREAMS],
    ] as const) {
      await go()
      await stat(label).locator('.figure a').click()
      await page.waitForURL(/\/dashboard\/requests\?/)
      expect([label, await lines().count()]).toEqual([label, rows])
    }
  })

  test('the lists of those on top are sorted by what is chosen, and each line leads to its calls', async () => {
    await go('?show=calls')
    expect(await ranked('Models', 'demo/parrot').locator('.amounts a').first().textContent()).toBe(
      `${PLAIN + STREAMS} calls`,
    )
    expect(await ranking('User paths').locator('.who').allTextContents()).toEqual([
      '/team/alpha',
      '/team/beta',
      HOSTILE_PATH,
    ])
    await page.getByRole('link', { name: 'Cost', exact: true }).click()
    await page.waitForURL(/show=cost/)
    await page.waitForFunction(() => document.activeElement?.id === 'show-cost')
    expect((await ranking('User paths').locator('.who').allTextContents())[1]).toBe(HOSTILE_PATH)
    await page.reload()
    expect(await page.locator('#chart-title').textContent()).toBe('Cost by model')
    for (const [title, name, count] of [
      ['Virtual models', 'smarter', PLAIN],
      ['Virtual models', 'None: asked for a model itself', ALL - PLAIN],
      ['User paths', '/team/beta', FAILED + 2],
      ['Keys', MARKUP, PLAIN],
      ['Models', 'openai/broken', FAILED],
    ] as const) {
      await go('?show=calls')
      await ranked(title, name).locator('.amounts a').first().click()
      await page.waitForURL(/\/dashboard\/requests\?/)
      expect([name, await lines().count()]).toEqual([name, count])
    }
  })

  test('each provider shows its list, its breaker and how its calls went', async () => {
    await go()
    const cell = async (name: string, heading: string) =>
      (await provider(name).locator(`[data-label="${heading}"]`).textContent()) ?? ''
    expect(await cell('demo', 'Calls')).toBe(String(PLAIN + STREAMS))
    expect(await cell('demo', 'Breaker')).toContain('closed')
    expect(await cell('openai', 'Breaker')).toContain('“broken”')
    expect(await cell('openai', 'Error rate')).toBe(percent(FAILED / (FAILED + 2)))
    expect(await cell('groq', 'List of models')).toContain('could not be fetched')
    await provider('openai').locator('[data-label="Error rate"] a').click()
    await page.waitForURL(/failed=true/)
    expect(await lines().count()).toBe(FAILED)
  })

  test('what needs attention is said, and each sentence leads to where it can be seen', async () => {
    const see = async (part: string, place: RegExp, text: string) => {
      await go()
      await concern(part).getByRole('link').click()
      await page.waitForURL(place)
      await page.locator('tbody, .upstreams, h1').getByText(text).first().waitFor()
    }
    await see('“broken”', /providers#provider-/, 'is not called for another')
    await see(
      'The models of groq could not be listed',
      /providers#provider-/,
      'The list could not be fetched',
    )
    await see('half leads to openai/gone', /models/, 'half')
    await see(`openai/${MARKUP}`, /requests\?.*provider=openai/, MARKUP)
    await see('expires in 2 days', /keys\?q=key_/, MARKUP)
    await go()
    const all = await page.locator('.concerns li').allTextContents()
    expect(all).toHaveLength(6)
    // What is switched off leads nobody astray, and a key that stays for weeks expires soon for nobody.
    expect(all.filter(text => /^off |Stays long/.test(text))).toEqual([])
  })

  test('what begins to need attention, and what does not any more, is seen without a reload', async () => {
    await go()
    const astray = { source: 'astray', target_model: 'openai/gone', force: true }
    await send('PUT', '/admin/virtual-models', astray)
    await beat(page)
    await concern('astray leads to openai/gone').waitFor()
    await send('PUT', '/admin/virtual-models', { ...astray, enabled: false })
    await beat(page)
    await concern('astray leads to openai/gone').waitFor({ state: 'detached' })
  })

  test('range and time zone stand in the address, and every link keeps them', async () => {
    await go()
    await page.getByRole('link', { name: '7 days', exact: true }).click()
    await page.waitForURL(/range=7d/)
    await page.locator('.zone summary').click()
    await page.getByLabel('Time zone').fill('Asia/Kolkata')
    await page.keyboard.press('Enter')
    await page.waitForURL(/time_zone=Asia%2FKolkata/)
    await page.reload()
    expect(await page.locator('.period').textContent()).toContain('Asia/Kolkata')
    for (const link of ['.figure a', '.amounts a', '.ranking .topic a', '#health td a']) {
      const href = await page.locator(link).first().getAttribute('href')
      expect(href).toContain('range=7d')
      expect(href).toContain('time_zone=Asia%2FKolkata')
    }
    await go('?time_zone=Mars')
    await page.getByRole('alert').getByText('There is no time zone “Mars”').waitFor()
    expect(await figure('Requests')).toBe(String(ALL))
  })

  test('a time without calls says so and still tells what needs attention', async () => {
    await go('?from=2020-01-01&to=2020-01-02')
    await page.getByRole('heading', { name: 'No calls in this time' }).waitFor()
    expect(await figure('Requests')).toBe('0')
    await concern('half leads to').waitFor()
    expect(await page.locator('.ranking').count()).toBe(0)
  })

  test('a key that was revoked is still called by its name', async () => {
    await send('DELETE', `/admin/keys/${key.id}`)
    await go()
    await ranked('Keys', MARKUP).waitFor()
    expect(await ranked('Keys', key.id).count()).toBe(0)
  })

  test('hostile names are inert', async () => {
    await go()
    expect(await page.evaluate(() => document.querySelectorAll('main :is(img, b, i, script)').length)).toBe(0)
    await ranked('User paths', HOSTILE_PATH).waitFor()
    await ranked('Keys', MARKUP).waitFor()
  })

  test('it has no barriers, wide and narrow, light and dark', async () => {
    await expectFitForAll(page, [() => go(), () => go('?from=2020-01-01&to=2020-01-02')])
  })

  test('the figures on top stand in full lines at every width', async () => {
    for (const width of [320, 560, 768, 1000, 1200, 1280, 1600]) {
      await page.setViewportSize({ width, height: 900 })
      await go()
      const tops = await page
        .locator('.stat')
        .evaluateAll(all => all.map(one => Math.round(one.getBoundingClientRect().top)))
      const lines = [...Map.groupBy(tops, top => top).values()].map(({ length }) => length)
      expect([width, new Set(lines).size]).toEqual([width, 1])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  test('without a script everything but the swapping in place is there', async () => {
    const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
    try {
      await signIn(plain.page, gateway.url)
      await plain.page.goto(`${gateway.url}/dashboard/overview`)
      await plain.page.getByRole('link', { name: '30 days', exact: true }).click()
      await plain.page.waitForURL(/range=30d/)
      await plain.page.getByRole('link', { name: 'Calls', exact: true }).click()
      await plain.page.waitForURL(/show=calls/)
      expect(await plain.page.locator('.stat .figure').nth(1).textContent()).toBe(String(ALL))
      expect(plain.problems).toEqual([])
    } finally {
      await plain.close()
    }
  })
})
