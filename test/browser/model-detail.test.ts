import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { duration, money, percent } from '../../views/format.ts'
import { startGateway as startHouse } from '../kit.ts'
import { expectFitForAll } from './axe.ts'
import { bearer, createCalls } from './calls.ts'
import { openBrowser, type Running, sayNo, sayYes, signIn, startGateway, startProvider } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

/** The page of one model, over calls that were really made: an A/B test whose targets differ in what they do. */

const MARKUP = '<img src=x onerror=alert(1)>'
/** So many calls of the test go to each target. */
const EACH = 40
/** So many of them fail at the second. */
const FAILED = 20
/** So many calls of the redirect whose first target always fails. */
const SAVED = 4

let upstream: Running
let gateway: Running
let page: Page

setStage(
  async () => {
    let calls = 0
    // `dear` answers always and takes its time, `cheap` refuses every second call at once, `down` is down.
    upstream = startProvider(['dear', 'cheap', 'down'], async model => {
      if (model === 'down') return sayNo()
      if (model === 'cheap' && calls++ % 2 === 0) return sayNo(400)
      if (model === 'dear') await Bun.sleep(60)
      return sayYes(model, 100, 50)
    })
    gateway = await startGateway({
      DEMO: 'true',
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      MODEL_PRICES: JSON.stringify({
        'openai/dear': { input: 10, output: 20, cache_read: 1 },
        'openai/cheap': { input: 1, output: 2 },
      }),
      BREAKER_FAILURES: '1000',
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

const { send, call, recorded } = createCalls(() => gateway.url)
const put = (row: object) => send('PUT', '/admin/virtual-models', row)

const go = (name: string, more: Record<string, string> = {}) =>
  page.goto(`${gateway.url}/dashboard/models/detail?${new URLSearchParams({ name, ...more })}`)
const line = (name: string) =>
  page.locator('#lines tbody tr').filter({ has: page.locator('th').getByText(name, { exact: true }) })
const cell = async (name: string, heading: string) =>
  (await line(name).locator(`[data-label="${heading}"]`).textContent()) ?? ''
const fact = async (name: string) =>
  (await page
    .locator('dl.card > div')
    .filter({ has: page.locator('dt').getByText(name, { exact: true }) })
    .locator('dd')
    .textContent()) ?? ''
const lines = () => page.locator('#requests tbody tr')

const AB = {
  source: 'ab',
  description: 'Which one is worth it?',
  strategy: 'round_robin',
  session_affinity: false,
  failover: false,
  user_paths: ['/team/alpha', '/'],
}
const targets = (weight: number) => [{ model: 'openai/dear' }, { model: 'openai/cheap', weight }]

test('each row of the models leads to its page, a provider’s model to its own', async () => {
  await put({ ...AB, targets: [{ model: 'openai/dear' }] })
  await put({ source: 'openai/down', target_model: 'openai/cheap' })
  await page.goto(`${gateway.url}/dashboard/models?q=down`)
  const links = page.locator('#models th').getByRole('link', { name: 'openai/down', exact: true })
  await links.first().click()
  await page.getByText('shadow', { exact: true }).waitFor()
  expect(await page.locator('h1 bdi').textContent()).toBe('openai/down')
  const inMenu = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Models' })
  expect(await inMenu.getAttribute('aria-current')).toBe('true')
  await page.goBack()
  await links.last().click()
  await page.waitForURL(/of=provider/)
  expect(await fact('Provider')).toContain('callers of this name get the redirect before it')
  const gone = await fetch(`${gateway.url}/admin/virtual-models`, {
    method: 'DELETE',
    headers: bearer,
    body: JSON.stringify({ source: 'openai/down' }),
  })
  expect(gone.ok).toBe(true)
})

test('a model that nobody called says so, and shows what it is all the same', async () => {
  await go('demo/parrot')
  await page.getByRole('heading', { name: 'No calls in this time' }).waitFor()
  expect(await fact('Who may use it')).toContain('everybody')
  expect(await fact('Price')).toContain('MODEL_PRICES')
  await go('no-such-model')
  await page.getByText('There is no model of this name now').waitFor()
  await page.goto(`${gateway.url}/dashboard/models/detail`)
  await page.getByText('The address names no model').waitFor()
})

describe('with an A/B test', () => {
  const ALL = 2 * EACH + SAVED + 2

  beforeAll(async () => {
    await put({ ...AB, targets: targets(2) })
    await put({ ...AB, targets: targets(1) })
    await put({
      source: 'saved',
      session_affinity: false,
      strategy: 'failover',
      targets: [{ model: 'openai/down' }, { model: 'openai/dear' }],
    })
    await put({ source: 'outer', target_model: 'ab' })
    await put({ source: 'lame', targets: [{ model: 'openai/dear' }, { model: 'openai/gone' }], force: true })
    await put({ source: 'openai/cheap', user_paths: ['/team/"><i>x', '/'] })
    await put({ source: MARKUP, description: MARKUP, target_model: 'demo/parrot' })
    for (let i = 0; i < 2 * EACH; i += 8) await Promise.all(Array.from({ length: 8 }, () => call('ab')))
    for (let i = 0; i < SAVED; i++) await call('saved')
    await call('openai/dear')
    await call(MARKUP)
    await recorded(ALL)
  })

  test('the targets stand side by side, with the figures of the admin API', async () => {
    const { sides } = await send('GET', '/admin/virtual-models/compare?source=ab')
    await go('ab')
    for (const side of sides) {
      expect(await cell(side.name, 'Calls')).toStartWith(String(side.requests))
      expect(await cell(side.name, 'Error rate')).toStartWith(percent(side.error_rate.value))
      expect(await cell(side.name, 'Error rate')).toContain(
        `${percent(side.error_rate.low)} to ${percent(side.error_rate.high)}`,
      )
      expect(await cell(side.name, 'Duration')).toStartWith(duration(side.total_ms.p50.value))
      expect(await cell(side.name, 'Duration')).toContain(duration(side.total_ms.p95.value))
      expect(await cell(side.name, 'Cost per call')).toStartWith(money(side.cost_per_request_nano.value))
    }
    expect(sides.map(({ requests }: { requests: number }) => requests)).toEqual([EACH, EACH])
  })

  test('a difference is said where the numbers carry it, by the verdicts of the admin API, and nowhere else', async () => {
    const { sides, differences } = await send('GET', '/admin/virtual-models/compare?source=ab')
    const [{ of, error_rate, total_ms, cost_per_request_nano }] = differences
    await go('ab')
    const said = async (heading: string) =>
      line(of).locator(`[data-label="${heading}"] .sure [aria-hidden]`).allTextContents()
    expect(error_rate.verdict).toBe(of === 'openai/cheap' ? 'higher' : 'lower')
    expect(await said('Error rate')).toEqual([`${error_rate.verdict} at 95 %`])
    expect((await said('Duration'))[0]).toBe(`${total_ms.p50.verdict} at 95 %`)
    expect(await said('Cost per call')).toEqual([`${cost_per_request_nano.verdict} at 95 %`])
    // The first line is what the others are compared with.
    expect(await line(sides[0].name).locator('.sure').count()).toBe(0)
    await go('saved')
    await line('openai/dear').waitFor()
    expect(await page.locator('.sure').count()).toBe(0)
  })

  test('numbers lead to the calls behind them', async () => {
    await go('ab')
    await line('openai/cheap').locator('[data-label="Error rate"] a').click()
    await page.waitForURL(/virtual_model=ab.*failed=true/)
    expect(await lines().count()).toBe(FAILED)
    await go('ab')
    await line('openai/dear').locator('[data-label="Calls"] a').click()
    await page.waitForURL(/model=dear/)
    expect(await lines().count()).toBe(EACH)
    await go('openai/dear')
    await line('saved').locator('[data-label="Calls"] a').click()
    await page.waitForURL(/virtual_model=saved/)
    expect(await lines().count()).toBe(SAVED)
    await go('openai/dear')
    await line('Asked for the model itself').locator('[data-label="Calls"] a').click()
    await page.waitForURL(/without=virtual_model/)
    expect(await lines().count()).toBe(1)
  })

  test('what it is stands above: targets with their shares, the strategy, who may use it, what else leads here', async () => {
    await go('ab')
    expect(await fact('Leads to')).toContain('50 %')
    expect(await fact('Chosen by')).toContain('weight, in turn')
    expect(await fact('Who may use it')).toBe('everybody')
    expect(await fact('Also leads here')).toContain('outer')
    await page.getByText('Calls that came here through another redirect count for that one.').waitFor()
    await go('lame')
    expect(await fact('Leads to')).toContain('openai/gone50 %no provider lists it')
    await go('openai/cheap')
    expect(await fact('Covers')).toBe('one model')
  })

  test('a provider’s model tells its price, who may use it and which redirects lead to it', async () => {
    await go('openai/cheap', { of: 'provider' })
    expect(await fact('Price')).toContain(`${money(1e9)} in, ${money(2e9)} out`)
    expect(await fact('Who may use it')).toContain('by policy openai/cheap')
    expect(await fact('Redirects that lead here')).toBe('ab')
    await go('openai/dear')
    expect(await fact('Price')).toContain(`${money(1e9)} from cache`)
    expect(await page.locator('#chart-title').textContent()).toBe('Calls by virtual model')
    expect(await line('ab').count()).toBe(1)
  })

  test('every change is a mark in the chart, which leads to who changed what', async () => {
    await go('ab')
    const marks = page.locator('.mark-line')
    expect(await marks.count()).toBe(3)
    expect(await marks.last().locator('title').textContent()).toContain('changed by Master key: targets')
    const place = (await marks.last().getAttribute('href'))!
    const change = page.locator(place)
    expect(await change.textContent()).toContain('changed by Master key: targets')
    await change.getByRole('link').click()
    await page.locator('#changes tr:target').getByText('Virtual model, version 3').waitFor()
    await page.goBack()
    await page.getByText('Targets were changed in this time or in the 24 hours before').waitFor()
    await page.getByRole('link', { name: 'Only since the last change of targets' }).click()
    await page.waitForURL(/range=custom&from=/)
    expect(await page.getByRole('link', { name: 'Custom' }).getAttribute('aria-current')).toBe('true')
  })

  test('a target that others stepped in for is counted where somebody asks for it', async () => {
    await go('saved')
    expect(await cell('openai/down', 'Calls')).toBe('none')
    await page
      .getByText(/tries failed before another one was made, and are not in these error rates/)
      .waitFor()
    await page.getByRole('link', { name: 'Count them too' }).click()
    await page.waitForURL(/tries=counted/)
    expect(await cell('openai/down', 'Error rate')).toContain('100 %')
    await page.getByRole('link', { name: 'Only what callers saw' }).click()
    await page.waitForURL(url => !url.search.includes('tries='))
    expect(await cell('openai/down', 'Error rate')).toBe('–')
  })

  test('range, time zone and what the chart shows stand in the address', async () => {
    await go('ab')
    await page.getByRole('link', { name: '30 days', exact: true }).click()
    await page.waitForURL(/range=30d/)
    await page.getByRole('link', { name: 'Errors', exact: true }).click()
    await page.waitForURL(/show=errors/)
    await page.locator('.zone summary').click()
    await page.getByLabel('Time zone').fill('Asia/Kolkata')
    await page.keyboard.press('Enter')
    await page.waitForURL(/time_zone=Asia%2FKolkata/)
    await page.reload()
    expect(await page.locator('#chart-title').textContent()).toBe('Errors by target')
    expect(await page.locator('h1 bdi').textContent()).toBe('ab')
    expect(await line('openai/dear').locator('[data-label="Calls"] a').getAttribute('href')).toContain(
      'range=30d',
    )
  })

  test('hostile names are inert', async () => {
    for (const name of [MARKUP, 'openai/cheap', `openai/${MARKUP}`, 'javascript:alert(1)']) {
      await go(name)
      expect(await page.locator('h1 bdi').textContent()).toBe(name)
      expect(await page.evaluate(() => document.querySelectorAll('main :is(img, b, i, script)').length)).toBe(
        0,
      )
    }
  })

  test('it has no barriers, wide and narrow, light and dark', async () => {
    await expectFitForAll(page, [() => go('ab'), () => go('openai/dear'), () => go('lame')])
  })

  test('without a script everything is there', async () => {
    const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
    try {
      await signIn(plain.page, gateway.url)
      await plain.page.goto(`${gateway.url}/dashboard/models?kind=redirect`)
      await plain.page.locator('#models th').getByRole('link', { name: 'ab', exact: true }).click()
      await plain.page.getByRole('link', { name: 'Cost', exact: true }).click()
      await plain.page.waitForURL(/show=cost/)
      expect(await plain.page.locator('#lines tbody tr').count()).toBe(2)
      expect(plain.problems).toEqual([])
    } finally {
      await plain.close()
    }
  })
})

test('figures stand against the period before, of all together and of each target', async () => {
  const HOUR = 3_600_000
  let clock = Date.UTC(2027, 0, 10, 12)
  const house = await startHouse({ env: { DEMO: 'true' }, now: () => clock })
  const ask = async (calls: number, all: number) => {
    for (let i = 0; i < calls; i++)
      await house.chat({ model: 'ab', messages: [{ role: 'user', content: 'Good morning' }] })
    clock += 60_000
    for (let total = 0; total < all; await Bun.sleep(20))
      total = (await house.admin('GET', '/admin/usage?from=2027-01-01')).body.total.calls
  }
  const textOf = async (address: string) => {
    const headers = { authorization: 'Bearer master-key-for-tests' }
    const html = await (await house.fetch(`/dashboard/${address}`, { headers })).text()
    return html.replaceAll(/<[^>]*>/g, '')
  }
  try {
    await house.admin('PUT', '/admin/virtual-models', { source: 'ab', target_model: 'demo/parrot' })
    await ask(3, 3)
    clock += 30 * HOUR
    await ask(6, 9)
    const more = '100 % more than in the 24 hours before'
    const detail = await textOf('models/detail?name=ab')
    expect(detail).toContain('6 calls')
    // Once above, and once in the line of the target.
    expect(detail.split(`Requests6▲ 100 %${more}`)).toHaveLength(2)
    expect(detail).toContain(`6100 % of all▲ 100 %${more}`)
    expect(await textOf('overview')).toContain(`Requests6▲ 100 %${more}`)
    // An empty week is nothing to compare with.
    const week = await textOf('overview?range=7d')
    expect(week).toContain('There were no calls in the 7 days before.')
    expect(week).toContain('Requests9Error rate')
  } finally {
    await house.close()
  }
})

describe('a rollout', () => {
  const panel = () => page.locator('section.rollout')
  const press = (name: string) => panel().getByRole('button', { name }).click()

  test('is started on the page of its redirect, paused, and rolled back there', async () => {
    await put({ source: 'rolling', target_model: 'openai/dear' })
    await go('rolling')
    await panel().getByRole('link', { name: 'New rollout' }).click()
    await page.getByLabel('Model').fill('openai/cheap')
    await page.getByLabel('Steps, in percent').fill('20, 10')
    await page.getByRole('button', { name: 'Start rollout' }).click()
    await page.getByText('expected steps that rise').waitFor()
    await page.getByLabel('Steps, in percent').fill('10, 100')
    await page.getByRole('button', { name: 'Start rollout' }).click()
    await panel().getByText('gets 10 % of the calls').waitFor()
    expect(await panel().textContent()).toContain(
      'Next step in 30 min at the earliest, 0 of 50 answers are there.',
    )
    expect(await fact('Leads to')).toContain('openai/cheap10 %')
    await press('Pause')
    await panel().getByText('paused', { exact: true }).waitFor()
    await expectFitForAll(page, [
      () => go('rolling'),
      () => page.goto(`${gateway.url}/dashboard/models/rollouts?start=rolling`),
    ])
    await go('rolling')
    await press('Roll back')
    await panel().getByText('rolled back by Master key').waitFor()
    expect(await fact('Leads to')).not.toContain('openai/cheap')
    await press('Dismiss')
    await panel().getByText('Another model can take over').waitFor()
  })
})
