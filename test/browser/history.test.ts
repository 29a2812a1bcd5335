import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { closed } from './steps.ts'

setDefaultTimeout(120_000)

let gateway: Running
let page: Page

setStage(
  () => startGateway(),
  async stage => {
    ;({ gateway, page } = stage)
    await put('alpha', { user_path: '/team/alpha', per: 'month', cost_usd: 500 })
    await put('alpha', { user_path: '/team/alpha', per: 'month', cost_usd: 750, models: ['demo/'] })
    await put('beta', { requests: 5 })
    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByRole('heading', { name: 'History', exact: true }).waitFor()
  },
)

const api = (method: string, name: string, body?: object) =>
  fetch(`${gateway.url}/admin/limits/${name}`, {
    method,
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
async function put(name: string, body: object): Promise<void> {
  expect((await api('PUT', name, body)).status).toBe(200)
}
const stored = async (name: string) => (await (await api('GET', name)).json()) as Record<string, unknown>
const dialog = (): Locator => page.locator('dialog:modal')
const row = (words: string): Locator => page.locator('#changes tbody tr').filter({ hasText: words })
const said = (text: string): Promise<void> => page.locator('#notice').getByText(text).waitFor()
const open = (query = '') => page.goto(`${gateway.url}/dashboard/history${query}`)
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')

test('an old version is put back with the keyboard, after a look at what that changes', async () => {
  await row('Created')
    .filter({ hasText: 'alpha' })
    .getByRole('link', { name: /^Put back alpha/ })
    .focus()
  const opener = await focused()
  await page.keyboard.press('Enter')
  await dialog().getByText('Limit, as it was in version 1').waitFor()
  await dialog().locator('ins').getByText('500').waitFor()
  await page.keyboard.press('Escape')
  await closed(page)
  expect(await focused()).toBe(opener)
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  await page.keyboard.press('Enter')
  await closed(page)
  await said('“alpha” is put back')
  await row('Put back as it was earlier').waitFor()
  expect(await stored('alpha')).toMatchObject({ cost_usd: 500, models: null, version: 3 })
})

test('a search and a kind stand in the address, and are kept when something is put back', async () => {
  await page.getByLabel('Search changes').fill('750')
  await page.waitForURL(/q=750/)
  await row('beta').waitFor({ state: 'detached' })
  expect(await page.locator('#changes tbody tr').count()).toBe(2)
  await row('version 2')
    .getByRole('link', { name: /^Put back/ })
    .click()
  await dialog().getByRole('button', { name: 'Put back' }).click()
  await closed(page)
  await said('“alpha” is put back')
  await row('version 4').waitFor()
  expect(await row('beta').count()).toBe(0)
  expect(await stored('alpha')).toMatchObject({ cost_usd: 750 })
  await page.getByLabel('Search changes').fill('')
  await row('beta').waitFor()
  await page.getByLabel('Kind').selectOption('key')
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('link', { name: 'Show all changes' }).click()
})

test('what somebody else does meanwhile is not written over', async () => {
  await row('beta').waitFor()
  await put('beta', { requests: 6 })
  await open('?kind=limit&subject=beta')
  await row('version 1')
    .getByRole('link', { name: /^Put back/ })
    .click()
  await dialog().waitFor()
  await put('beta', { requests: 7 })
  await dialog().getByRole('button', { name: 'Put back' }).click()
  await dialog().getByText('Somebody else has changed it since you looked').waitFor()
  await dialog().locator('del').getByText('7').waitFor()
  await dialog().getByRole('button', { name: 'Put back' }).click()
  await closed(page)
  expect(await stored('beta')).toMatchObject({ requests: 5 })
})

test('what was saved as it was says so, and times are told as everywhere', async () => {
  await put('same', { requests: 5 })
  await put('same', { requests: 5 })
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const keys = `${gateway.url}/admin/keys`
  const made = await fetch(keys, { method: 'POST', headers, body: '{"name": "Old crew"}' })
  const { id } = (await made.json()) as { id: string }
  await fetch(`${keys}/${id}`, { method: 'DELETE', headers })
  await open()
  await row('same').filter({ hasText: 'version 2' }).getByText('Nothing is different').waitFor()
  await row('same')
    .filter({ hasText: 'version 1' })
    .getByRole('link', { name: /^Put back/ })
    .click()
  await dialog().getByText('It is like that now: there is nothing to put back.').waitFor()
  expect(await dialog().getByRole('button').count()).toBe(0)
  await page.keyboard.press('Escape')
  await closed(page)
  await row('Created')
    .filter({ hasText: 'Old crew' })
    .getByRole('link', { name: /^Put back/ })
    .click()
  await dialog().getByText('there is nothing to put back').waitFor()
  await page.keyboard.press('Escape')
  await closed(page)
  const revoked = row('Revoked').locator('.differences')
  expect(await revoked.textContent()).toMatch(/^Revoked at.*\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
})

test('what was deleted comes back', async () => {
  await api('DELETE', 'beta')
  await open('?kind=limit&subject=beta')
  await row('Deleted').getByText('What it was').click()
  await row('Deleted').getByText('Requests').waitFor()
  await row('Deleted')
    .getByRole('link', { name: /^Put back/ })
    .click()
  await dialog().getByText('It is gone now, and comes back as').waitFor()
  await dialog().getByRole('button', { name: 'Put back' }).click()
  await closed(page)
  expect(await stored('beta')).toMatchObject({ requests: 5 })
  await page.getByRole('link', { name: 'Show all' }).click()
  await row('alpha').first().waitFor()
})

test('the page is fit for all, wide and narrow, light and dark', async () => {
  await put('crowded', { user_path: `/${'long'.repeat(30)}`, models: ['a'], requests: 2 })
  await put('crowded', {
    user_path: `/${'wide'.repeat(30)}`,
    models: Array.from({ length: 20 }, (_, index) => `openai/${'x'.repeat(80)}${index}`),
    requests: 3,
    description: 'word '.repeat(150),
  })
  await expectFitForAll(page, [
    () => open(),
    () => open('?q=nothing-like-it'),
    () => open('?kind=limit&subject=crowded'),
    () => open('?back=1'),
    () => open('/calls'),
    () => open('/calls?q=nothing-like-it'),
  ])
  await page.setViewportSize({ width: 320, height: 800 })
  await open()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('from the changes it is one step to the calls, where one finds while one types', async () => {
  await open()
  await page.getByRole('link', { name: 'Admin calls' }).click()
  await page.locator('#calls tbody tr').first().waitFor()
  expect(await page.getByRole('link', { name: 'History', exact: true }).getAttribute('aria-current')).toBe(
    'true',
  )
  await page.getByLabel('Search calls').fill('delete beta')
  await page.waitForURL(/q=delete/)
  await page.locator('#calls tbody tr').nth(1).waitFor({ state: 'detached' })
  expect(await page.locator('#calls tbody tr').textContent()).toContain('/admin/limits/beta')
})

test('the form of a thing, and its page, lead to its history', async () => {
  await page.goto(`${gateway.url}/dashboard/limits?edit=alpha`)
  await dialog().getByRole('link', { name: 'History' }).click()
  await page.getByText('Only alpha, under all of its names.').waitFor()
  expect(await row('beta').count()).toBe(0)
  await row('alpha').first().getByRole('link', { name: 'alpha' }).first().click()
  await page.getByRole('heading', { name: 'alpha', exact: true }).waitFor()
  await page.locator('#limit').getByRole('link', { name: 'History' }).click()
  await page.getByText('Only alpha, under all of its names.').waitFor()
})

test('without scripts it is found and put back all the same', async () => {
  const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, gateway.url)
  await plain.page.goto(`${gateway.url}/dashboard/history?q=750`)
  await plain.page
    .getByRole('link', { name: /^Put back alpha/ })
    .first()
    .click()
  await plain.page.getByRole('button', { name: 'Put back' }).click()
  await plain.page.waitForURL(/\/dashboard\/history$/)
  expect(plain.problems).toEqual([])
  await plain.close()
})
