import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MASTER, openBrowser, type Running, signIn, startGateway, type Watched } from './kit.ts'

setDefaultTimeout(60_000)

let gateway: Running
let browser: Watched

beforeAll(async () => {
  gateway = await startGateway({ BASE_PATH: '/llm' })
  browser = await openBrowser(new URL(gateway.url).origin, { javaScriptEnabled: false })
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
})

test('without scripts, below a base path, the dashboard still signs in, searches, creates, edits and deletes', async () => {
  const { page, problems } = browser
  await page.goto(`${gateway.url}/`)
  await page.getByLabel('Master key').fill('wrong-key')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This is not the master key').waitFor()
  await signIn(page, gateway.url)

  await page.getByRole('link', { name: 'New virtual model' }).click()
  const form = (await page.locator('dialog').boundingBox())!
  expect([form.y >= 0, form.y + form.height <= 900]).toEqual([true, true])
  await page.getByLabel('Source').fill('plain')
  await page.getByLabel('Target model 1').fill('demo/parrot')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await page.getByRole('link', { name: 'Edit plain' }).click()
  await page.getByLabel('Description').fill('Made without a script')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Made without a script').waitFor()

  await page.getByRole('searchbox').fill('storyteller')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=storyteller/)
  expect(await page.getByText('Made without a script').count()).toBe(0)

  await page.goto(`${gateway.url}/dashboard/models`)
  await page.getByRole('link', { name: 'Delete plain' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.waitForURL(/\/llm\/dashboard\/models$/)
  expect(await page.getByText('Made without a script').count()).toBe(0)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(problems).toEqual([])
})

test.each([
  ['/llm/dashboard/models?q=a', '/llm/dashboard/models?q=a'],
  ['/dashboard/models', '/llm/dashboard/overview'],
  ['/other', '/llm/dashboard/overview'],
  ['/llm-other/x', '/llm/dashboard/overview'],
  ['/llm/../other', '/llm/dashboard/overview'],
  ['/llm/%2e%2E/other', '/llm/dashboard/overview'],
])('below a base path, signing in with the way back %p leads to %p', async (next, to) => {
  const body = new URLSearchParams({ key: MASTER, next })
  const answer = await fetch(`${gateway.url}/sign-in`, { method: 'POST', body, redirect: 'manual' })
  expect(answer.headers.get('location')).toBe(to)
})

test('without scripts the menu of a narrow screen opens all the same', async () => {
  const { page } = browser
  await signIn(page, gateway.url)
  await page.setViewportSize({ width: 390, height: 800 })
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('without scripts a key is made, shown once on a page of its own, and revoked', async () => {
  const { page, problems } = browser
  await signIn(page, gateway.url)
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('link', { name: 'New API key' }).click()
  await page.getByRole('button', { name: 'Create key' }).click()
  // The mistake comes with the whole page around it.
  await page.getByText('expected a name').waitFor()
  expect(await page.getByRole('navigation', { name: 'Main' }).count()).toBe(1)
  await page.getByLabel('Name', { exact: true }).fill('Plain')
  await page.getByRole('button', { name: 'Create key' }).click()
  expect(await page.getByLabel('The key', { exact: true }).inputValue()).toStartWith('mw_')
  await page.getByRole('link', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'Revoke Plain' }).click()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('revoked', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  expect(problems.filter(problem => !problem.includes('422'))).toEqual([])
})

test('the browser takes the protected cookie on http://localhost too', async () => {
  const { page, context } = browser
  const local = gateway.url.replace('127.0.0.1', 'localhost')
  await page.goto(`${local}/sign-in`)
  await page.getByLabel('Master key').fill(MASTER)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
  const cookies = await context.cookies(local)
  expect(cookies.map(({ name, secure }) => ({ name, secure }))).toEqual([
    { name: '__Host-modelway', secure: true },
    { name: '__Host-modelway-known', secure: true },
  ])
})
