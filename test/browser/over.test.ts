import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { MASTER, type Running, sessionOf, signIn, startGateway, type Watched } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(20_000)

let gateway: Running
let browser: Watched
let page: Page
const { row, dialog, closed, said, create, openForm } = createSteps(() => page)

setStage(startGateway, stage => {
  ;({ gateway, browser, page } = stage)
})

/** Ends the session of this browser, which does not hear of it. */
async function endSession(): Promise<void> {
  const cookie = await sessionOf(browser.context)
  const csrf = await page.locator('.leave input[name=csrf]').getAttribute('value')
  await fetch(`${gateway.url}/sign-out`, {
    method: 'POST',
    headers: { cookie: `${cookie!.name}=${cookie!.value}` },
    body: new URLSearchParams({ csrf: csrf! }),
    redirect: 'manual',
  })
}

/** Follows the link in the message to a new tab, signs in there, and closes it. Returns the address that this leads to. */
async function signInAgain(title = 'Models'): Promise<string> {
  const [tab] = await Promise.all([
    browser.context.waitForEvent('page'),
    page.getByRole('link', { name: 'Sign in in a new tab' }).click(),
  ])
  await tab.getByLabel('Master key').fill(MASTER)
  await tab.keyboard.press('Enter')
  await tab.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
  const address = tab.url()
  await tab.close()
  return address
}

test('a session that ends while a form is open takes nothing that was typed, and the form is sent after signing in', async () => {
  await openForm()
  await page.getByLabel('Source').fill('patient')
  await page.getByLabel('Target model 1').fill('demo/parrot')
  await page.getByLabel('Description').fill('Much was thought about this')
  await endSession()
  await page.getByRole('button', { name: 'Create redirect' }).click()
  const message = dialog().getByRole('alert')
  await message.getByText('Your session has ended').waitFor()
  expect(await message.count()).toBe(1)
  expect(page.url()).toEndWith('/dashboard/models')
  expect(await page.getByLabel('Description').inputValue()).toBe('Much was thought about this')

  await signInAgain()
  await message.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await closed()
  await said('“patient” is saved')
  await row('patient').getByText('Much was thought about this').waitFor()
})

test('typing after the end of a session says so before anything is sent', async () => {
  await openForm()
  await endSession()
  await page.getByLabel('Source').fill('early')
  await dialog().getByText('Your session has ended').waitFor()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('f-source')
  await signInAgain()
  await page.keyboard.press('Escape')
  await closed()
})

test('outside of a form the message line says that the session has ended', async () => {
  await create('kept', 'demo/parrot')
  await endSession()
  await row('kept').getByRole('switch').click()
  await said('Your session has ended')
  // The keyboard is at the link, and walking does not take it away.
  for (const key of ['Tab', 'Shift+Tab']) await page.keyboard.press(key)
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Sign in in a new tab')
  await signInAgain()
  await page.locator('#notice').waitFor({ state: 'hidden' })
  await row('kept').getByRole('switch').click()
  await said('“kept” is off')
})

test('signing in again leads to where one was, with the filters that were set since', async () => {
  await page.getByRole('searchbox').fill('kept')
  await page.waitForURL(/\?q=kept$/)
  await endSession()
  await row('kept').getByRole('switch').click()
  await said('Your session has ended')
  expect(await signInAgain()).toEndWith('/dashboard/models?q=kept')
  await page.locator('#notice').waitFor({ state: 'hidden' })
})

test('what a page asks for by itself after the end of the session takes nobody away from it', async () => {
  await page.goto(`${gateway.url}/dashboard/playground`)
  await page.getByLabel('User', { exact: true }).fill('Much was thought about this')
  await endSession()
  await page.getByLabel('Model').fill('smart')
  await said('Your session has ended')
  await page.getByLabel('Model').pressSequentially('er')
  // All that is asked for while one types has been answered.
  await page.waitForTimeout(500)
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('p-model')
  expect(await page.getByLabel('User', { exact: true }).inputValue()).toBe('Much was thought about this')
  expect(await page.locator('#notice .session-over').count()).toBe(1)
  expect(await signInAgain('Playground')).toEndWith('/dashboard/playground')
  await page.locator('#notice').waitFor({ state: 'hidden' })
  expect(await page.getByLabel('Model').inputValue()).toBe('smarter')
  const part = await fetch(`${gateway.url}/dashboard/playground/suggest?model=x`, { redirect: 'manual' })
  expect(part.headers.get('location')).toBe('/sign-in?next=%2Fdashboard%2Fplayground')
  await page.goto(`${gateway.url}/dashboard/models`)
})

test('the page of a model carries its name in the title', async () => {
  for (const [name, title] of [
    ['kept', 'kept'],
    ['<img src=x>"\u202e', '<img src=x>"[U+202E]'],
    ['', 'Model'],
  ] as const) {
    await page.goto(`${gateway.url}/dashboard/models/detail?${new URLSearchParams({ name })}`)
    expect(await page.title()).toBe(`${title} · Modelway`)
  }
  await page.goto(`${gateway.url}/dashboard/models`)
})

test('going back after signing in does not ask to sign in again', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page, gateway.url)
  await page.goBack()
  await page.getByRole('heading', { name: 'Models', exact: true }).waitFor()
  await page.goto(`${gateway.url}/sign-in?next=/dashboard/keys`)
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor()
})

test('a form that the browser sends after the end of the session leads back to its page, as it was', async () => {
  const next = async (path: string, from?: string) => {
    const headers = from === undefined ? {} : { referer: gateway.url + from }
    const answer = await fetch(gateway.url + path, { method: 'POST', headers, redirect: 'manual' })
    expect(answer.status).toBe(303)
    return new URL(answer.headers.get('location')!, gateway.url).searchParams.get('next')
  }
  expect(await next('/dashboard/models/toggle', '/dashboard/models?q=smart')).toBe(
    '/dashboard/models?q=smart',
  )
  expect(await next('/dashboard/models/toggle')).toBe('/dashboard/models')
  // What was drawn in answer to a form has an address that cannot be opened.
  expect(await next('/dashboard/models/save', '/dashboard/models/save?a=b')).toBe('/dashboard/models')
  expect(await next('/dashboard/playground/ask', '/elsewhere?x=1')).toBe('/dashboard/playground')
})

test('an unknown address of the dashboard is a page that says so, for people', async () => {
  const answer = await page.goto(`${gateway.url}/dashboard/nowhere/at?all=1`)
  expect(answer?.status()).toBe(404)
  await page.getByRole('heading', { name: 'There is no page here' }).waitFor()
  expect(await page.title()).toBe('Not found · Modelway')
  expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').count()).toBeGreaterThan(1)
  await page.getByRole('link', { name: 'Go to the first page' }).click()
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
  expect(browser.problems.splice(0).every(problem => problem.includes('404'))).toBe(true)
})

test('strangers are told no more than that, and programs get an answer for programs', async () => {
  const get = (path: string, accept: string, more: Record<string, string> = {}) =>
    fetch(`${gateway.url}${path}`, { headers: { accept, ...more }, redirect: 'manual' })
  const stranger = await get('/dashboard/nowhere', 'text/html,*/*;q=0.8')
  expect(stranger.status).toBe(404)
  const page = await stranger.text()
  expect(page).toContain('There is no page here')
  expect(page).toContain('href="/sign-in"')
  expect(page).not.toContain('aria-label="Main"')
  for (const [path, accept] of [
    ['/dashboard/nowhere', '*/*'],
    ['/dashboard/nowhere', 'application/json'],
    ['/nowhere', 'text/html'],
    ['/favicon.ico', 'text/html'],
  ] as const) {
    const answer = await get(path, accept)
    expect(answer.status).toBe(404)
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(
      `There is nothing at ${path}`,
    )
  }
  const part = await get('/dashboard/nowhere', 'text/html', { 'hx-request': 'true' })
  expect([part.status, part.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
  const post = await fetch(`${gateway.url}/dashboard/nowhere`, {
    method: 'POST',
    headers: { accept: 'text/html' },
  })
  expect([post.status, post.headers.get('content-type')]).toEqual([404, 'application/json;charset=utf-8'])
  expect((await get('/dashboard/', 'text/html')).status).toBe(303)
})
