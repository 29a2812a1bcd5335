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
]
/** What a name may have in it that nobody can see. */
const UNSEEN = ['\u202egnp.exe \u{1f99c}', 'gpt\u200b-5', 'gpt\ufeff-5', '\u2067abc\u2069', 'a\u200d\u200eb']
const ENDLESS = `<b>${'x'.repeat(10_000)}`

let provider: Running
let gateway: Running
let browser: Watched
const { row, dialog, closed, create } = createSteps(() => browser.page)

beforeAll(async () => {
  provider = startProvider(['gpt-5', 'two  spaces', 'wide\u00a0space', ...UNSEEN, ...NAMES, ENDLESS])
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

test('names that only look the same are told apart: spaces stay, and what cannot be seen is shown by its number', async () => {
  const { page } = browser
  await page.goto(`${gateway.url}/dashboard/models?kind=provider`)
  const shown = await page.locator('.name').allInnerTexts()
  for (const name of [
    'openai/two  spaces',
    'openai/wideU+00A0space',
    'openai/U+202Egnp.exe \u{1f99c}',
    'openai/gptU+200B-5',
    'openai/gptU+FEFF-5',
    'openai/U+2067abcU+2069',
    'openai/aU+200DU+200Eb',
  ])
    expect(shown).toContain(name)
})

test('a source or target with characters that nobody can see is refused, and the mistake names the character', async () => {
  const { page, problems } = browser
  await page.goto(`${gateway.url}/dashboard/models`)
  const submit = page.getByRole('button', { name: 'Create redirect' })
  for (const [name, code] of [
    ['admin\u202etxt', 'U+202E'],
    ['gp\u200bt-5', 'U+200B'],
    ['a\u2066b', 'U+2066'],
    ['a\u200fb', 'U+200F'],
    ['a\ufeffb', 'U+FEFF'],
  ] as const) {
    await page.goto(`${gateway.url}/dashboard/models?new=`)
    await page.getByLabel('Source').fill(name)
    await page.getByLabel('Target model 1').fill('openai/gpt-5')
    await submit.click()
    await page.locator('#f-source-error').getByText(code).waitFor()
    await page.getByLabel('Source').fill('plain')
    await page.getByLabel('Target model 1').fill(`openai/${name}`)
    await submit.click()
    await page.locator('#f-target-0-error').getByText(code).waitFor()
  }
  await page.goto(`${gateway.url}/dashboard/models`)
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
