import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { compact, money, number, percent } from '../../views/format.ts'
import { violations } from './axe.ts'
import { bearer, createCalls } from './calls.ts'
import { MASTER, openBrowser, type Running, sayNo, signIn, startGateway, startProvider } from './kit.ts'
import { setStage } from './stage.ts'
import { closed } from './steps.ts'

setDefaultTimeout(30_000)

/** The pages of the usage, over calls that were really made: to the demo provider, and to one that fails. */

const MARKUP = '<img src=x onerror=alert(1)>'
const LABEL = '<b>owned</b>'
/** So many calls of every kind. */
const PLAIN = 55
const FAILED = 4
const HOSTILE = 2

let broken: Running
let gateway: Running
let page: Page

setStage(
  async () => {
    broken = startProvider(['broken'], () => sayNo())
    gateway = await startGateway({
      DEMO: 'true',
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: `${broken.url}/v1`,
      MODEL_PRICES: JSON.stringify({ 'demo/parrot': { input: 3, output: 15 } }),
      USAGE_LABEL_HEADERS: 'x-team',
    })
    return gateway
  },
  stage => {
    ;({ gateway, page } = stage)
  },
)

afterAll(async () => {
  await broken?.stop()
})

const { send, call, recorded } = createCalls(() => gateway.url)
const ask = (path: string) => send('GET', path)

const go = (address: string) => page.goto(`${gateway.url}/dashboard/${address}`)
const stat = (label: string) =>
  page.locator('.stat').filter({ has: page.getByRole('heading', { name: label, exact: true }) })
const figure = async (label: string) => (await stat(label).locator('.figure').textContent())?.trim()
const group = (name: string) =>
  page.locator('#breakdown tbody tr').filter({ has: page.getByText(name, { exact: true }) })
const cell = (name: string, heading: string) => group(name).locator(`[data-label="${heading}"]`)
const lines = () => page.locator('#requests tbody tr')
const dialog = () => page.locator('dialog:modal')
const focused = () => page.evaluate(() => document.activeElement?.id ?? '')

describe('before the first call', () => {
  test.each(['usage', 'requests'])('the page of the %s shows a command that makes it', async name => {
    await go(name)
    await page.getByRole('heading', { name: 'No calls yet' }).waitFor()
    const command = (await page.locator('.command').textContent()) ?? ''
    const [, url] = /curl (\S+)/.exec(command)!
    const [, body] = /-d '(.+)'$/.exec(command)!
    const headers = [...command.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name, value]) => [
      name!,
      value!.replace('$MODELWAY_MASTER_KEY', MASTER),
    ])
    const response = await fetch(url!, { method: 'POST', headers: Object.fromEntries(headers), body: body! })
    // The example is a model of the first provider, which is out of order here: that it was asked is what counts.
    expect([200, 502, 503]).toContain(response.status)
    if (name === 'usage') return
    await recorded(2)
    await page.getByRole('link', { name: 'Then look again' }).click()
    expect(await lines().count()).toBe(2)
  })
})

test('in a house without providers that command is answered', async () => {
  const fresh = await startGateway()
  try {
    const html = await (await fetch(`${fresh.url}/dashboard/usage`, { headers: bearer })).text()
    const [, command] = /<code>(curl [^<]+)<\/code>/.exec(html)!
    const [, body] = /-d '(.+)'$/.exec(command!.replaceAll('&quot;', '"').replaceAll('&#39;', "'"))!
    const address = /curl (\S+)/.exec(command!)![1]!
    expect((await fetch(address, { method: 'POST', headers: bearer, body: body! })).status).toBe(200)
  } finally {
    await fresh.stop()
  }
})

describe('with calls', () => {
  /** Those that the commands of the empty pages made. */
  const FIRST = 2
  const ALL = FIRST + PLAIN + FAILED + 1 + 1 + HOSTILE

  beforeAll(async () => {
    const put = (row: object) => send('PUT', '/admin/virtual-models', row)
    await put({ source: 'smarter', target_model: 'demo/parrot' })
    await put({
      source: 'sturdy',
      strategy: 'failover',
      targets: [{ model: 'openai/broken' }, { model: 'demo/storyteller' }],
    })
    const alpha = { 'x-modelway-user-path': '/team/alpha', 'x-team': 'alpha' }
    for (let i = 0; i < PLAIN; i++) await call('smarter', alpha, { stream: i % 5 === 0 })
    for (let i = 0; i < FAILED; i++) await call('openai/broken', { 'x-modelway-user-path': '/team/beta' })
    await call('sturdy', { 'x-modelway-user-path': '/team/beta' }, { max_tokens: 5 })
    await call('demo/storyteller', {}, { max_tokens: 5 })
    await call(MARKUP, { 'x-team': LABEL })
    await call('demo/parrot', { 'x-modelway-user-path': '/team/"><i>x', 'x-team': LABEL })
    await recorded(ALL)
  }, 60_000)

  test('the figures are those of the admin API', async () => {
    const { total, groups } = await ask('/admin/usage?group_by=model&latency=true')
    await go('usage')
    expect(await figure('Calls')).toBe(number(total.calls))
    expect(await figure('Failed')).toBe(percent(total.errors / total.calls))
    expect(await figure('Cost')).toBe(money(total.cost_nano))
    expect(await figure('Tokens in')).toBe(compact(total.tokens.input))
    expect(await figure('Tokens out')).toBe(compact(total.tokens.output))
    for (const { group: name, ...sums } of groups) {
      if (name.model === null) continue
      expect(await cell(name.model, 'Calls').textContent()).toBe(number(sums.calls))
      expect(await cell(name.model, 'Failed').textContent()).toStartWith(number(sums.errors))
      expect(await cell(name.model, 'Tokens in').textContent()).toBe(compact(sums.tokens.input))
    }
    expect(await cell('parrot', 'Cost').textContent()).toBe(
      money(groups.find((one: { group: { model: string } }) => one.group.model === 'parrot').cost_nano),
    )
  })

  test('what has no price is not called free', async () => {
    await go('usage')
    const text = await cell('storyteller', 'Cost').textContent()
    expect(text).toContain('not known')
    expect(text).toContain('2 unpriced')
    expect(await stat('Cost').textContent()).toContain('Not in it: 2 without a price')
  })

  test('the chart as a table adds up to the figures, and its last interval is marked', async () => {
    await go('usage?show=calls')
    await page.getByText('Show the chart as a table').click()
    const counts = await page.locator('.as-table td[data-label="Calls"]').allTextContents()
    expect(counts.reduce((sum, text) => sum + Number(text), 0)).toBe(ALL)
    expect(await page.locator('.as-table tbody tr').last().textContent()).toContain('in part')
    expect(await page.locator('.column').last().getAttribute('data-state')).toBe('part')
    expect(await page.locator('.column').last().locator('title').textContent()).toContain('parrot: ')
  })

  test('range, grouping and filters stand in the address and survive a reload', async () => {
    await go('usage')
    await page.getByRole('link', { name: '7 days', exact: true }).click()
    await page.waitForURL(/range=7d/)
    await page.getByRole('link', { name: 'User path', exact: true }).click()
    await page.waitForURL(/by=path/)
    await page.waitForFunction(() => document.activeElement?.id.startsWith('by-'))
    await group('/team/alpha').getByRole('link', { name: '/team/alpha', exact: true }).click()
    await page.waitForURL(/path=%2Fteam%2Falpha/)
    await page.reload()
    expect(await figure('Calls')).toBe(String(PLAIN))
    expect(await page.locator('[aria-current=true]').allTextContents()).toEqual(['7 days', 'Cost', 'Model'])
    await page.getByRole('link', { name: 'Without the filter User path /team/alpha' }).click()
    await page.waitForURL(url => !url.search.includes('path='))
    expect(await figure('Calls')).toBe(String(ALL))
  })

  test('labels are offered as they occur', async () => {
    await go('usage')
    await page.getByRole('link', { name: 'Label “x-team”' }).click()
    await group('alpha').waitFor()
    expect(await cell('alpha', 'Calls').textContent()).toBe(String(PLAIN))
    expect(await cell(LABEL, 'Calls').textContent()).toBe(String(HOSTILE))
    expect(await cell('No such label', 'Calls').textContent()).toBe(String(ALL - PLAIN - HOSTILE))
  })

  test('a mistake in the address is said, and the page is there all the same', async () => {
    await go('usage?from=soon&time_zone=Mars&status=999')
    const text = await page.getByRole('alert').textContent()
    for (const part of ['Mars', 'soon', '999']) expect(text).toContain(part)
    expect(await figure('Calls')).toBe(String(ALL))
  })

  test('every number leads to the rows behind it', async () => {
    await go('usage')
    const failed = Number(await cell('broken', 'Failed').locator('a').textContent())
    await cell('broken', 'Failed').locator('a').click()
    await page.waitForURL(/requests\?.*model=broken.*failed=true/)
    expect(await lines().count()).toBe(failed)
    const { data } = await ask('/admin/usage/log?model=broken')
    expect(await page.locator('#requests .code').allTextContents()).toEqual(
      data.map(({ code }: { code: string }) => code),
    )
    await go('usage?by=virtual_model')
    const own = 'None: asked for a model itself'
    const count = Number(await cell(own, 'Calls').textContent())
    await cell(own, 'Calls').locator('a').click()
    await page.waitForURL(/without=virtual_model/)
    expect(await lines().count()).toBe(count)
    expect(await page.getByRole('heading', { name: `${count} calls` }).count()).toBe(1)
  })

  test('exports go by the filters, and take the session of the dashboard', async () => {
    await go('usage?path=/team/beta')
    const href = await page.getByRole('link', { name: 'Calls, CSV' }).getAttribute('href')
    const csv = await (await page.request.get(gateway.url + href)).text()
    // A heading, the calls, and the failed try of the last one, which cost nothing that anybody knows.
    expect(
      csv
        .trim()
        .split('\r\n')
        .filter(line => line.includes('/team/beta')),
    ).toHaveLength(FAILED + 1)
    const sums = await page.getByRole('link', { name: 'Sums, JSON' }).getAttribute('href')
    expect((await (await page.request.get(gateway.url + sums)).json()).total.calls).toBe(FAILED + 1)
  })

  test('older and newer lead through the log, and no call is left out or comes twice', async () => {
    await go('requests')
    const ids = async () =>
      Promise.all((await page.locator('.open').all()).map(async link => await link.getAttribute('href')))
    /** The address changes before the lines do, and they may be gone for a moment. */
    const turn = async (link: 'Older' | 'Newer') => {
      const [before] = await ids()
      await page.getByRole('link', { name: link }).click()
      const hasTurned = (before: string | null | undefined) => {
        const first = document.querySelector('.open')
        return first !== null && first.getAttribute('href') !== before
      }
      await page.waitForFunction(hasTurned, before)
    }
    const first = await ids()
    expect(first).toHaveLength(50)
    await turn('Older')
    expect(page.url()).toContain('before=')
    const seen = [...first, ...(await ids())].map(href => /call=([^&]+)/.exec(href ?? '')?.[1])
    expect(new Set(seen).size).toBe(ALL)
    await page.locator('.open').first().click()
    await dialog().waitFor()
    await page.keyboard.press('Escape')
    await closed(page)
    expect(page.url()).toMatch(/before=[\d.]+$/)
    await call('smarter', { 'x-modelway-user-path': '/late' })
    await recorded(ALL + 1)
    await turn('Newer')
    expect(page.url()).toContain('after=')
    expect(await ids()).toHaveLength(50)
    expect(await lines().first().textContent()).not.toContain('/late')
    await turn('Newer')
    expect(await lines().first().textContent()).toContain('/late')
  })

  test('what came meanwhile is announced, and shown when it is asked for', async () => {
    await go('requests?path=/late')
    const asking = await page.locator('#newer').getAttribute('hx-get')
    expect(await (await page.request.get(gateway.url + asking)).text()).toContain('Look again')
    await call('smarter', { 'x-modelway-user-path': '/late' })
    await recorded(ALL + 2)
    const found = await (await page.request.get(gateway.url + asking)).text()
    expect(found).toContain('Show 1 newer line')
    expect(found).not.toContain('hx-trigger')
  })

  test('filters of the log work together, stand in the address and survive a reload', async () => {
    await go('requests')
    await page.getByRole('combobox', { name: 'User path' }).fill('/team/alpha')
    await page.keyboard.press('Tab')
    await page.waitForURL(/path=/)
    await page.getByText('More filters').click()
    await page.getByLabel('Answered as').selectOption('true')
    await page.waitForURL(/streamed=true/)
    await page.reload()
    expect(await lines().count()).toBe(PLAIN / 5)
    expect(await page.getByRole('combobox', { name: 'User path' }).inputValue()).toBe('/team/alpha')
    expect(await page.getByLabel('Answered as').inputValue()).toBe('true')
    await page.getByRole('link', { name: 'Clear all' }).click()
    await page.waitForURL(/requests$/)
  })

  test('a call is opened and left with the keyboard, and tells its whole way', async () => {
    await go('requests?virtual_model=sturdy')
    const link = page.locator('.open').first()
    const id = (await link.getAttribute('id'))!
    await link.focus()
    await page.keyboard.press('Enter')
    await dialog().waitFor()
    await page.waitForURL(/call=/)
    const address = page.url()
    const text = (await dialog().textContent()) ?? ''
    for (const part of [
      'sturdy',
      '2 tries',
      'openai/broken',
      'failed after',
      'demo/storyteller',
      '/team/beta',
    ])
      expect(text).toContain(part)
    expect(text).toContain('those before it failed')
    expect(await dialog().getByRole('link', { name: 'Explain this name' }).getAttribute('href')).toBe(
      '/dashboard/explain?model=sturdy&user_path=%2Fteam%2Fbeta',
    )
    await page.keyboard.press('Escape')
    await closed(page)
    expect(await focused()).toBe(id)
    expect(page.url()).not.toContain('call=')

    await page.goto(address)
    await dialog().getByRole('heading', { name: 'sturdy' }).waitFor()
    await dialog().getByRole('link', { name: 'Close' }).click()
    await page.waitForURL(/requests\?virtual_model=sturdy$/)
  })

  test('a call is found by its id, and one that is not there is said to be missing', async () => {
    const { data } = await ask('/admin/usage/log?limit=1')
    await go('requests')
    await page.keyboard.press('/')
    await page.keyboard.type(data[0].id)
    await page.keyboard.press('Enter')
    await page.waitForURL(/id=/)
    expect(await lines().count()).toBe(1)
    await go('requests?call=nobody')
    await dialog().getByText('There is no call nobody').waitFor()
  })

  test('hostile names are inert wherever they are shown', async () => {
    const planted = () => page.evaluate(() => document.querySelectorAll('main :is(img, b, i, script)').length)
    const query = new URLSearchParams({ model: MARKUP, label: `x-team=${LABEL}`, id: MARKUP, call: MARKUP })
    for (const by of ['path', 'label:x-team', `label:${LABEL}`, 'key']) {
      await go(`usage?${new URLSearchParams({ by })}`)
      expect(await planted()).toBe(0)
    }
    await go('usage?by=path')
    await group('/team/"><i>x').getByRole('link').first().waitFor()
    await go(`usage?${query}`)
    expect(await planted()).toBe(0)
    await go(`requests?${query}`)
    expect(await planted()).toBe(0)
    await go(`requests?label=${encodeURIComponent(`x-team=${LABEL}`)}`)
    expect(await lines().count()).toBe(HOSTILE)
    expect(await page.locator('.names').allTextContents()).toContainEqual(expect.stringContaining(MARKUP))
    await page.locator('.open').last().click()
    await dialog().getByText(`x-team=${LABEL}`).waitFor()
    expect(await planted()).toBe(0)
  })

  test('both pages fit a small screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const address of ['usage?range=30d&by=path', 'usage?range=custom', 'requests', 'requests?code=x']) {
      await go(address)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  // It looks at every element, which takes a while on a busy machine: so not at a full page of lines.
  test.each(['light', 'dark'] as const)(
    'axe-core finds no barriers, %s',
    async colorScheme => {
      await page.emulateMedia({ colorScheme })
      for (const address of ['usage?range=custom&by=key', 'usage?model=none', 'requests?path=/team/beta']) {
        await go(address)
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true
        })
        expect(await violations(page)).toEqual([])
      }
      await page.locator('.open').first().click()
      await dialog().waitFor()
      expect(await violations(page)).toEqual([])
      await page.emulateMedia({ colorScheme: null })
    },
    90_000,
  )

  test('without a script, times, groupings, filters, pages and calls are there all the same', async () => {
    const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
    try {
      const { page } = plain
      await signIn(page, gateway.url)
      await page.goto(`${gateway.url}/dashboard/usage`)
      await page.locator('.zone summary').click()
      await page.getByLabel('Time zone').fill('Europe/Zurich')
      await page.getByRole('button', { name: 'Show' }).click()
      await page.waitForURL(/time_zone=Europe%2FZurich/)
      await page.getByRole('link', { name: 'Custom' }).click()
      await page.getByRole('button', { name: 'Show' }).click()
      await page.waitForURL(/from=.*&to=/)
      expect(await page.locator('.period').textContent()).toStartWith(`${ALL + 2} calls`)
      await page.getByRole('link', { name: 'Provider', exact: true }).click()
      await page.locator('[data-label="Failed"] a').first().click()
      await page.waitForURL(/dashboard\/requests/)
      await page.locator('.open').first().click()
      await page.getByRole('heading', { name: 'Tokens and cost' }).waitFor()
      await page.getByRole('link', { name: 'Close' }).click()
      await page.getByLabel('Outcome').selectOption('false')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.waitForURL(/failed=false/)
      expect(await page.locator('tr[data-failed]').count()).toBe(0)
      expect(plain.problems).toEqual([])
    } finally {
      await plain.close()
    }
  })
})
