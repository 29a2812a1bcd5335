import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { SECRET, startReceiver, TOKEN } from '../notify/kit.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(120_000)

const well = startReceiver(`/services/${TOKEN}`)
const gone = startReceiver(`/gone/${TOKEN}`)
gone.answer = () => new Response(null, { status: 404 })
afterAll(() => Promise.all([well[Symbol.asyncDispose](), gone[Symbol.asyncDispose]()]))

let gateway: Running
let page: Page

setStage(
  () =>
    startGateway({
      DEMO: 'true',
      NOTIFY_URLS: `${well.url},${gone.url}`,
      NOTIFY_SECRET: SECRET,
      NOTIFY_AFTER: '1s',
    }),
  stage => {
    ;({ gateway, page } = stage)
  },
)

const open = () => page.goto(`${gateway.url}/dashboard/notices`)

test('the Overview leads to who is told, and a test says at once what came of it', async () => {
  await fetch(`${gateway.url}/admin/virtual-models`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ source: '<b>half</b>', target_model: 'demo/gone', force: true }),
  })
  await page.goto(`${gateway.url}/dashboard/overview`)
  await page.getByRole('link', { name: 'Who is told' }).click()
  await page.getByRole('heading', { name: 'Notices' }).waitFor()
  await page.getByRole('button', { name: 'Send a test' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.tested[data-tone="good"]').getByText('took it within').waitFor()
  await page.locator('.tested[data-tone="bad"]').getByText('it answered with status 404').waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Send a test')
  expect(well.heard.map(({ body }) => body.type)).toContain('test')
})

test('it shows where notices go and what became of them, and nothing of an address but its host', async () => {
  const state = async (hook: string) => {
    await open()
    return page.locator('#sent .heard li').filter({ hasText: hook }).locator('.badge').allTextContents()
  }
  while (!(await state(`1. ${well.host}`)).includes('told')) await Bun.sleep(100)
  while (!(await state(`2. ${gone.host}`)).includes('given up')) await Bun.sleep(100)
  // One row for a notice, however many are told.
  const said = await page.locator('#sent tbody th').allTextContents()
  expect(new Set(said).size).toBe(said.length)
  const text = await page.content()
  expect(text).not.toContain(TOKEN)
  expect(text).toContain('&lt;b&gt;half')
  await page.locator('#sent').getByRole('link').first().click()
  await page.waitForURL(/\/dashboard\/models\/detail\?name=/)
})

test('it has no barriers, wide and narrow, light and dark', async () => {
  await expectFitForAll(page, [open])
})

test('without a script a test is sent all the same', async () => {
  await open()
  const csrf = await page.locator('input[name="csrf"]').first().inputValue()
  const answer = await page.request.post(`${gateway.url}/dashboard/notices/test`, {
    form: { csrf },
    headers: { origin: gateway.url },
  })
  expect(answer.status()).toBe(200)
  expect(await answer.text()).toMatch(/<html[\s\S]*took it within/)
})

test('where nobody is told, it says how somebody would be', async () => {
  await using other = await openOther()
  const show = () => other.page.goto(`${other.url}/dashboard/notices`)
  await show()
  await other.page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()
  expect(await other.page.getByRole('button', { name: 'Send a test' }).count()).toBe(0)
  await expectFitForAll(other.page, [show])
  expect(other.problems).toEqual([])
})

/** A gateway without a hook, and another browser. */
async function openOther() {
  const { url, stop } = await startGateway({ DEMO: 'true' })
  const { page, problems, close } = await openBrowser(url)
  await signIn(page, url)
  return { url, page, problems, [Symbol.asyncDispose]: () => close().finally(stop) }
}
