import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { MASTER, type Running, startGateway, type Watched } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

/** On a slow network a page says that it has heard. */

let gateway: Running
let page: Page
let browser: Watched

setStage(startGateway, async stage => {
  ;({ gateway, page, browser } = stage)
  const call = (method: 'PUT' | 'POST', path: string, body: object) =>
    fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  // Where there is nothing, there is nothing to be searched.
  for (const name of ['alpha', 'beta']) {
    await call('PUT', `/admin/limits/${name}`, { requests: 9 })
    await call('POST', '/admin/keys', { name })
  }
  await call('POST', '/v1/chat/completions', {
    model: 'demo/parrot',
    messages: [{ role: 'user', content: 'Hello' }],
  })
})

/** Holds back the answers of a page, until `go`: one to a search for nothing has an address without a query. */
async function holdBack(path: string) {
  let go = () => {}
  const held = new Promise<void>(resolve => {
    go = resolve
  })
  await page.route(
    ({ pathname }) => pathname === path,
    async route => {
      await held
      // A question that another one has replaced is gone.
      await route.continue().catch(() => {})
    },
  )
  return go
}

const isBusy = (id: string) => page.locator(`${id}[aria-busy="true"]`)
/** How far the bar has come above the page: its share of the width. */
const barOf = () =>
  page.evaluate(() => {
    const { content, transform } = getComputedStyle(document.body, '::before')
    return content === 'none' ? 0 : Number(/^matrix\(([^,]+)/.exec(transform)?.[1] ?? 0)
  })
const placeOf = (selector: string) => page.locator(selector).first().boundingBox()

test.each([
  ['/dashboard/limits', '#limits', 'Search limits', 'beta'],
  ['/dashboard/keys', '#keys', 'Search keys', 'nobody'],
  ['/dashboard/models', '#models', 'Search models', 'parrot'],
])(
  '%s: a search that takes long shows that it is under way, and moves nothing',
  async (path, id, label, text) => {
    await page.goto(gateway.url + path)
    const before = [await placeOf('main h1'), await placeOf(id)]
    const go = await holdBack(path)
    await page.getByLabel(label).fill(text)
    await isBusy(id).waitFor()
    while ((await barOf()) < 0.05) await page.waitForTimeout(20)
    expect([await placeOf('main h1'), await placeOf(id)]).toEqual(before)
    // The second question takes the place of the first, and it is still under way.
    const second = page.waitForRequest(request => request.url().endsWith(path))
    await page.getByLabel(label).fill('')
    await second
    await isBusy(id).waitFor()
    go()
    await isBusy(id).waitFor({ state: 'detached' })
    expect(await barOf()).toBe(0)
    await page.unrouteAll()
  },
)

test('another time that is chosen says so as well', async () => {
  // The first call is written down within a moment.
  const time = page.getByRole('link', { name: '7 days' })
  while ((await time.count()) === 0) await page.goto(`${gateway.url}/dashboard/usage`)
  const go = await holdBack('/dashboard/usage')
  await time.click()
  await isBusy('#usage').waitFor()
  go()
  await isBusy('#usage').waitFor({ state: 'detached' })
  await page.unrouteAll()
})

test('what cannot be reached leaves nothing waiting', async () => {
  await page.goto(`${gateway.url}/dashboard/limits`)
  await page.route('**/dashboard/limits?**', route => route.abort())
  await page.getByLabel('Search limits').fill('beta')
  await page.locator('#notice').getByText('cannot be reached').waitFor()
  expect(await isBusy('#limits').count()).toBe(0)
  expect(browser.problems.splice(0).every(problem => /Failed/.test(problem))).toBe(true)
  await page.unrouteAll()
})
