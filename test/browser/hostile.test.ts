import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openBrowser, type Running, signIn, startGateway, startProvider, type Watched } from './kit.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(60_000)

const NAMES = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "'); alert(3); ('",
  '<svg/onload=alert(4)>',
  '</textarea></template><hx-partial hx-target="body" hx-swap="innerHTML"><b>owned</b></hx-partial>',
  '" hx-get="/owned" hx-trigger="load" x="',
  'javascript:alert(5)',
  '{{7*7}}',
  '\u202egnp.exe \u{1f99c}',
]
const ENDLESS = `<b>${'x'.repeat(10_000)}`

let provider: Running
let gateway: Running
let browser: Watched
const { row, dialog, closed, create } = createSteps(() => browser.page)

beforeAll(async () => {
  provider = startProvider(['gpt-5', ...NAMES, ENDLESS])
  gateway = await startGateway({ OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: `${provider.url}/v1` })
  browser = await openBrowser(gateway.url)
  browser.page.on('request', request => {
    if (new URL(request.url()).pathname.includes('owned')) browser.problems.push(`request: ${request.url()}`)
  })
  await signIn(browser.page, gateway.url)
  await browser.page.getByRole('button', { name: 'Refresh lists' }).click()
  await row('openai/gpt-5').waitFor()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await provider?.stop()
})

/** Elements that only a name could have made. */
const planted = (): Promise<number> =>
  browser.page.evaluate(
    () =>
      document.querySelectorAll('main :is(script, img, b:not(.providers b), svg[onload], [hx-get="/owned"])')
        .length,
  )

test('hostile names are inert wherever they are shown: as model, source, target, description, path and search', async () => {
  const { page, problems } = browser
  for (const name of NAMES) {
    await create(name, `openai/${name}`)
    expect(await row(name).count()).toBe(1)
    expect(await row(`openai/${name}`).count()).toBe(1)
    await row(name).getByRole('link', { name: 'Edit' }).click()
    expect(await page.getByLabel('Source').inputValue()).toBe(name)
    expect(await page.getByLabel('Target model 1').inputValue()).toBe(`openai/${name}`)
    await page.getByLabel('Description').fill(name)
    await page.getByLabel('User paths').fill(name)
    await page.getByRole('button', { name: 'Save' }).click()
    await Promise.race([closed(), page.locator('.mistake').first().waitFor()])
    expect(await planted()).toBe(0)
    await page.goto(`${gateway.url}/dashboard/models?${new URLSearchParams({ q: name, edit: name })}`)
    await dialog().getByRole('heading', { name: 'Edit' }).waitFor()
    expect(await planted()).toBe(0)
    await page.goto(`${gateway.url}/dashboard/models`)
  }
  expect(problems).toEqual([])
})

test('a name, a path and a description of ten thousand characters break nothing', async () => {
  const { page, problems } = browser
  await page.getByRole('link', { name: 'New virtual model' }).click()
  await page.getByLabel('Source').fill(ENDLESS)
  await page.getByLabel('Target model 1').fill('openai/gpt-5')
  await page.getByLabel('User paths').fill(ENDLESS)
  await page.getByLabel('Description').fill(ENDLESS)
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await page.locator('#f-source-error').waitFor()
  expect(await page.getByLabel('Source').inputValue()).toBe(ENDLESS)
  expect(await page.getByLabel('User paths').inputValue()).toBe(ENDLESS)
  expect(await planted()).toBe(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
  expect(problems).toEqual([])
})

test('an answer in plain words is shown as words, never as markup', async () => {
  const { page, problems } = browser
  const body = '<hx-partial hx-target="main"><b>owned</b></hx-partial> The form is out of date'
  await page.route('**/models/refresh', route =>
    route.fulfill({ status: 403, contentType: 'text/plain', body }),
  )
  await page.goto(`${gateway.url}/dashboard/models`)
  await page.getByRole('button', { name: 'Refresh lists' }).click()
  await page.locator('#notice').getByText(body).waitFor()
  expect(await planted()).toBe(0)
  expect(problems).toEqual([])
})
