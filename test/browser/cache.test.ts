import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { beat, closed } from './steps.ts'

setDefaultTimeout(120_000)

let gateway: Running
let page: Page
let off: Running
beforeAll(async () => {
  off = await startGateway()
})
afterAll(() => off.stop())

setStage(
  () =>
    startGateway({
      CACHE_MODELS: 'demo/parrot',
      MODEL_PRICES: '{"demo/parrot": {"input": 1000, "output": 1000}}',
    }),
  async stage => {
    ;({ gateway, page } = stage)
    await page.getByRole('link', { name: 'Cache', exact: true }).click()
    await page.getByRole('heading', { name: 'Nothing was asked yet' }).waitFor()
  },
)

const dialog = (): Locator => page.locator('dialog:modal')
const open = (path = '/cache') => page.goto(`${gateway.url}/dashboard${path}`)
const figure = (label: string): Promise<string | null> =>
  page
    .locator('.stat')
    .filter({ has: page.getByRole('heading', { name: label }) })
    .locator('.figure')
    .textContent()

const ask = (content: string, path = '/team') =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      'content-type': 'application/json',
      'x-modelway-user-path': path,
    },
    body: JSON.stringify({ model: 'demo/parrot', messages: [{ role: 'user', content }] }),
  }).then(response => response.text())

/** Until the records are in the database. */
async function written(calls: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${gateway.url}/admin/usage`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    if (((await answer.json()) as { total: { calls: number } }).total.calls >= calls) return
    await Bun.sleep(50)
  }
  throw new Error('The records were never written')
}

test('shows how often stored answers are given, what they saved, and how much room they take', async () => {
  for (const content of ['One', 'Two', 'One', 'One']) await ask(content)
  await written(4)
  await open()
  expect(await figure('Hit rate')).toBe('50 %')
  expect(await figure('Saved in 30 days')).toMatch(/^\$0\.0\d+$/)
  expect(await figure('Stored')).toBe('2')
  expect(await figure('Room')).toMatch(/ kB$/)
  const row = page.locator('tbody tr').filter({ hasText: 'demo/parrot' })
  expect(await row.locator('td.num').allInnerTexts()).toEqual(
    expect.arrayContaining(['50 %', '2']) as unknown as string[],
  )
})

test('leads to the calls that it answered, which say so, and what a new answer would have cost', async () => {
  await page.getByRole('link', { name: 'Calls that it answered' }).click()
  await page.locator('tbody tr .badge').getByText('cache').first().waitFor()
  const rows = page.locator('tbody tr')
  expect(await rows.count()).toBe(2)
  expect(await rows.first().textContent()).toMatch(/cache.*\$0saved/)
  await rows.first().locator('.open').click()
  await dialog().getByText('no provider was asked, and nothing is paid').waitFor()
  await page.keyboard.press('Escape')
  await closed(page)
  await page.locator('#f-cached').selectOption('A provider')
  await page.locator('tbody tr .badge').getByText('cache').first().waitFor({ state: 'detached' })
  await open('/usage')
  expect(await figure('From the cache')).toBe('50 %')
})

test('deletes what is meant, with the keyboard alone, and says how much that was', async () => {
  await ask('Elsewhere', '/other')
  await open()
  await page.locator('#purge').focus()
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  await dialog().getByLabel('User path').fill('/team/..')
  await page.keyboard.press('Enter')
  await dialog().getByText('name the path in full').waitFor()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('f-path')
  await dialog().getByLabel('User path').fill('/other')
  await page.keyboard.press('Enter')
  await closed(page)
  await page.locator('#notice').getByText('1 answer deleted').waitFor()
  expect(await figure('Stored')).toBe('2')
  const row = page.getByRole('link', { name: 'Delete what demo/parrot answered' })
  await row.click()
  await dialog().waitFor()
  await page.keyboard.press('Escape')
  await closed(page)
  await page.locator('[id^=purge-]:focus').waitFor()
  await row.click()
  expect(await dialog().getByLabel('Model').inputValue()).toBe('demo/parrot')
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click()
  await closed(page)
  await page.locator('#notice').getByText('2 answers deleted').waitFor()
  expect(await figure('Stored')).toBe('0')
})

test('works without a script', async () => {
  await ask('Plainly')
  const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, gateway.url)
  await plain.page.goto(`${gateway.url}/dashboard/cache?purge=`)
  await plain.page.getByRole('button', { name: 'Delete', exact: true }).click()
  await plain.page.waitForURL(`${gateway.url}/dashboard/cache`)
  expect(await plain.page.locator('.stat .figure').allInnerTexts()).toContain('0')
  await plain.close()
})

test('teaches how to switch it on, where it is off', async () => {
  const other = await openBrowser(off.url)
  await signIn(other.page, off.url)
  await other.page.goto(`${off.url}/dashboard/cache?purge=`)
  await other.page.getByRole('heading', { name: 'The cache is off' }).waitFor()
  await other.page.getByText('CACHE_MODELS=').waitFor()
  expect(await other.page.getByRole('link', { name: 'Delete answers' }).count()).toBe(0)
  await expectFitForAll(other.page, [() => other.page.goto(`${off.url}/dashboard/cache`)])
  expect(other.problems).toEqual([])
  await other.close()
})

test('is fit for all, wide and narrow, light and dark', async () => {
  await ask('For all')
  await expectFitForAll(page, [
    () => open(),
    async () => {
      await open('/cache?purge=demo/parrot')
      await dialog().waitFor()
    },
  ])
})

test('figures follow the calls while one looks', async () => {
  await open()
  const before = Number(await figure('Stored'))
  await ask('Something new')
  const stored = page.locator('.stat').filter({ has: page.getByRole('heading', { name: 'Stored' }) })
  await beat(page)
  await stored.getByText(String(before + 1), { exact: true }).waitFor()
})
