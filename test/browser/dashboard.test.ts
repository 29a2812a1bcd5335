import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { MASTER, type Running, sessionOf, startGateway, startProvider, type Watched } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(60_000)

let provider: Running
let gateway: Running
let browser: Watched
let page: Page
const { row, dialog, closed, said, openForm, create } = createSteps(() => page)

setStage(
  async () => {
    provider = startProvider(['gpt-5', 'gpt-5-mini', 'gpt-4.1', 'o4-mini'])
    gateway = await startGateway({ OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: `${provider.url}/v1` })
    return gateway
  },
  async stage => {
    ;({ gateway, browser, page } = stage)
    await page.getByRole('button', { name: 'Refresh lists' }).click()
    await row('openai/gpt-5').waitFor()
  },
)

afterAll(async () => {
  await provider?.stop()
})

const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')

test('the dashboard is used with the keyboard alone', async () => {
  await page.locator('#new').focus()
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  expect(await focused()).toBe('f-source')
  await page.keyboard.type('smart')
  await page.keyboard.press('Tab')
  await page.keyboard.type('openai/gpt-5')
  await page.getByText('This makes a redirect.').waitFor()
  await page.keyboard.press('Enter')
  await closed()
  expect(await focused()).toBe('new')
  expect(await row('smart').textContent()).toContain('openai/gpt-5')
  await row('smart').getByRole('link', { name: 'Edit smart' }).focus()
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  await page.keyboard.press('Escape')
  await closed()
  expect(await focused()).toBe(
    (await row('smart').getByRole('link', { name: 'Edit smart' }).getAttribute('id')) ?? '?',
  )
  // On a busy machine the list may still be on its way in, and takes the focus with it.
  const searches = () => page.evaluate(() => document.activeElement?.getAttribute('name') === 'q')
  for (let i = 0; i < 5 && !(await searches()); i++) {
    await page.keyboard.press('/')
    await page.waitForTimeout(50)
  }
  expect(await searches()).toBe(true)
})

test('the form says whether it makes a redirect or an access policy, and what that would do', async () => {
  await openForm()
  await page.getByText('This makes an access policy.').waitFor()
  await page.getByLabel('Source').fill('openai/gpt-4.1')
  await page.getByLabel('Target model 1').fill('openai/gpt-5')
  await page.getByText('This makes a redirect.').waitFor()
  expect(await page.getByText('This makes an access policy.').isVisible()).toBe(false)
  await page.getByText('Shadows the real model openai/gpt-4.1').waitFor()
  await page.getByLabel('Target model 1').fill('')
  await page.getByRole('button', { name: 'Create access policy' }).waitFor()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await closed()
})

test('a redirect is edited, renamed, switched off and deleted', async () => {
  await create('quick', 'openai/gpt-5-mini')
  await row('quick').getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Source').fill('quicker')
  await page.getByLabel('User paths').fill('/team/alpha\n/labs, team/beta')
  await page.getByLabel('Description').fill('For chat')
  await page.getByRole('button', { name: 'Save' }).click()
  await closed()
  expect(await row('quick').count()).toBe(0)
  const text = await row('quicker').textContent()
  for (const part of ['For chat', '/team/alpha', '/labs', '/team/beta']) expect(text).toContain(part)

  const toggle = row('quicker').getByRole('switch')
  await toggle.click()
  await said('“quicker” is off')
  expect(await toggle.getAttribute('aria-checked')).toBe('false')
  expect(await row('quicker').textContent()).toContain('/labs')

  await row('quicker').getByRole('link', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'Delete quicker?' }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await closed()
  await said('“quicker” is deleted')
  expect(await row('quicker').count()).toBe(0)
})

test('several targets keep their weights and strategy through an edit of something else', async () => {
  await openForm()
  await page.getByLabel('Source').fill('spread')
  await page.getByLabel('Target model 1').fill('openai/gpt-5')
  await page.getByRole('button', { name: 'Add target' }).click()
  await page.getByLabel('Target model 2').fill('openai/gpt-5-mini')
  await page.getByLabel('Weight').nth(1).fill('3')
  await page.getByLabel('Fail over').uncheck()
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await closed()
  expect(await row('spread').textContent()).toContain('75 %')
  await row('spread').getByRole('link', { name: 'Edit' }).click()
  expect(await page.getByLabel('Fail over').isChecked()).toBe(false)
  await page.getByLabel('Description').fill('Compared until May')
  await page.getByRole('button', { name: 'Save' }).click()
  await closed()
  const [view] = await stored('spread')
  expect(view).toMatchObject({
    targets: [
      { model: 'openai/gpt-5', weight: 1 },
      { model: 'openai/gpt-5-mini', weight: 3 },
    ],
    failover: false,
    session_affinity: true,
    strategy: 'round_robin',
    description: 'Compared until May',
  })
})

test('a target may be for some callers only, and callers may keep theirs', async () => {
  await openForm()
  await page.getByLabel('Source').fill('tried')
  await page.getByLabel('Target model 1').fill('openai/gpt-5')
  await page.getByRole('button', { name: 'Add target' }).click()
  await page.getByLabel('Target model 2').fill('openai/gpt-5-mini')
  await page.getByText('For some callers only').nth(1).click()
  await page.getByLabel('Callers of target 2').fill('/team/../beta')
  await page.getByLabel('Who keeps a target').selectOption('Each caller')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await page.locator('#f-target-paths-1[aria-invalid=true]').waitFor()
  expect(await focused()).toBe('f-target-paths-1')
  await page.getByLabel('Callers of target 2').fill('/team/beta\n/ops')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await closed()
  expect(await row('tried').textContent()).toContain('for /team/beta, /ops')
  const [view] = await stored('tried')
  expect(view).toMatchObject({
    targets: [{ model: 'openai/gpt-5' }, { model: 'openai/gpt-5-mini', user_paths: ['/team/beta', '/ops'] }],
    affinity: 'caller',
  })
})

test('an access policy shows who may use what it covers', async () => {
  await openForm()
  await page.getByLabel('Source').fill('openai/o4-mini')
  await page.getByRole('button', { name: 'Create access policy' }).click()
  await page.locator('#f-user-paths[aria-invalid=true]').waitFor()
  expect(await focused()).toBe('f-user-paths')
  await page.getByLabel('User paths').fill('/team/alpha')
  await page.getByRole('button', { name: 'Create access policy' }).click()
  await closed()
  expect(await row('openai/o4-mini').count()).toBe(2)
  expect(await row('openai/o4-mini').nth(0).textContent()).toContain('policy')
  expect(await row('openai/o4-mini').nth(1).textContent()).toContain('by policy')
})

test('what is refused is shown at its field, and nothing typed is lost', async () => {
  await openForm()
  await page.getByLabel('Source').fill('lost')
  await page.getByLabel('Target model 1').fill('openai/gpt-55')
  await page.getByLabel('User paths').fill('/keep/me')
  await page.getByLabel('Description').fill('<i>keep me</i>')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  const mistake = page.locator('#f-target-0-error')
  await mistake.waitFor()
  expect(await mistake.textContent()).toContain('openai')
  expect(await focused()).toBe('f-target-0')
  expect(await page.locator('#f-target-0').getAttribute('aria-describedby')).toContain('f-target-0-error')
  expect(await page.getByLabel('User paths').inputValue()).toBe('/keep/me')
  expect(await page.getByLabel('Description').inputValue()).toBe('<i>keep me</i>')
  await page.getByLabel('Save it all the same').check()
  await page.getByLabel('Source').fill('smart')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await page.locator('#f-source-error').getByText('exists already').waitFor()
  await page.keyboard.press('Escape')
  await closed()
})

test('a redirect that others lead through is not deleted, and the dialog says why', async () => {
  await create('smarter', 'smart')
  await row('smart').getByRole('link', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alert').getByText('"smarter" leads there').waitFor()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await closed()
})

test('search and filters stand in the address, and fit a small screen', async () => {
  await page.getByRole('searchbox').fill('gpt-5 mini')
  await page.waitForURL(/\?q=gpt-5\+mini$/)
  expect(await row('openai/gpt-5').count()).toBe(0)
  await page.getByLabel('Kind').selectOption('provider')
  await page.waitForURL(/kind=provider/)
  await page.reload()
  expect(await row('openai/gpt-5-mini').count()).toBe(1)
  expect(await page.locator('#models tbody tr').count()).toBe(1)
  await page.goto(`${gateway.url}/dashboard/models`)
  await page.setViewportSize({ width: 375, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('a session that ended elsewhere leads to the sign-in page, and from there back to what was asked for', async () => {
  const cookie = await sessionOf(browser.context)
  const csrf = await page.locator('.leave input[name=csrf]').inputValue()
  const headers = { cookie: `${cookie!.name}=${cookie!.value}` }
  await fetch(`${gateway.url}/sign-out`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ csrf }),
    redirect: 'manual',
  })
  await row('spread').getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Master key').fill(MASTER)
  await page.keyboard.press('Enter')
  await dialog().getByRole('heading', { name: 'Edit spread' }).waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL(/\/dashboard\/models$/)
})

test('signing out ends the session, not just the cookie', async () => {
  const cookie = await sessionOf(browser.context)
  expect(cookie).toMatchObject({
    name: '__Host-modelway',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    path: '/',
  })
  const asBefore = { headers: { cookie: `${cookie!.name}=${cookie!.value}` }, redirect: 'manual' } as const
  expect((await fetch(`${gateway.url}/dashboard/models`, asBefore)).status).toBe(200)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await sessionOf(browser.context)).toBeUndefined()
  expect((await fetch(`${gateway.url}/dashboard/models`, asBefore)).status).toBe(303)
})

/** What the admin API says is stored. */
async function stored(source: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${gateway.url}/admin/virtual-models`, {
    headers: { authorization: `Bearer ${MASTER}` },
  })
  const views = (await response.json()) as Record<string, unknown>[]
  return views.filter(view => view.source === source)
}
