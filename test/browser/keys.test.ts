import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { MASTER, openBrowser, type Running, startGateway, type Watched } from './kit.ts'
import { setStage } from './stage.ts'
import { closed } from './steps.ts'

setDefaultTimeout(60_000)

let gateway: Running
let browser: Watched
let page: Page

setStage(startGateway, async stage => {
  ;({ gateway, browser, page } = stage)
  await page.getByRole('link', { name: 'API keys', exact: true }).click()
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
})

const dialog = (): Locator => page.locator('dialog:modal')
const row = (name: string): Locator =>
  page.locator('#keys tbody tr').filter({ has: page.locator('.name').getByText(name, { exact: true }) })
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')
const said = (text: string): Promise<void> => page.locator('#notice').getByText(text).waitFor()

async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value)
}

/** Makes a key and returns it, as its holder would copy it. */
async function create(fields: Readonly<Record<string, string>>): Promise<string> {
  await page.getByRole('link', { name: 'New API key' }).click()
  await dialog().waitFor()
  await fill(fields)
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.getByLabel('The key', { exact: true }).inputValue()
  await page.getByRole('link', { name: 'Done' }).click()
  await closed(page)
  return secret
}

const call = (key: string, model = 'demo/parrot'): Promise<number> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  }).then(({ status }) => status)

const stored = async (name: string) => {
  const answer = await fetch(`${gateway.url}/admin/keys`, { headers: { authorization: `Bearer ${MASTER}` } })
  const keys = (await answer.json()) as { name: string }[]
  return keys.find(key => key.name === name)
}

test('a new key is shown once, opens what it says, and nothing else', async () => {
  const secret = await create({
    Name: 'Team Alpha',
    'User path': '/team/alpha',
    'Allowed models': 'demo/parrot',
    Labels: 'cost-centre=4711\nteam=alpha',
  })
  expect(secret).toMatch(/^mw_[\w-]{43}$/)
  expect(await call(secret)).toBe(200)
  expect(await call(secret, 'demo/storyteller')).toBe(403)
  const text = await row('Team Alpha').textContent()
  for (const part of ['/team/alpha', 'demo/parrot', 'cost-centre=4711', 'active', secret.slice(-4)])
    expect(text).toContain(part)
  expect(await focused()).toBe('new')
  await page.reload()
  expect(await page.content()).not.toContain(secret)
})

test('the key is copied with a button', async () => {
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('link', { name: 'New API key' }).click()
  await fill({ Name: 'Copied' })
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const shown = await page.getByLabel('The key', { exact: true }).inputValue()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown)
  await page.keyboard.press('Escape')
  await closed(page)
})

test('what is wrong is said beside its field, and nothing that was typed is lost', async () => {
  await page.getByRole('link', { name: 'New API key' }).click()
  await fill({ Name: ' ', 'User path': '/team/../root', Labels: 'no equals sign' })
  const submit = page.getByRole('button', { name: 'Create key' })
  await submit.click()
  await page.getByText('Write a label as name=value').waitFor()
  await fill({ Labels: 'a=b' })
  await submit.click()
  await page.locator('#f-name-error').waitFor()
  await fill({ Name: 'Careful' })
  await submit.click()
  await page.getByText('has a segment ".."').waitFor()
  expect(await focused()).toBe('f-user-path')
  await fill({ 'User path': '/team/root', 'Last day': '2020-01-01' })
  await submit.click()
  await page.locator('#f-last-day-error').waitFor()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Careful')
  await fill({ 'Last day': '' })
  await submit.click()
  await page.getByLabel('The key', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await closed(page)
})

test('models that are not there now are named beside their field while one types, and when one looks again', async () => {
  await page.getByRole('link', { name: 'New API key' }).click()
  await dialog().waitFor()
  await fill({ Name: 'Doubtful', 'Allowed models': 'demo/parrot\ndmo/' })
  const doubt = dialog().getByText('Not there now: "dmo/" (did you mean "demo/"?)')
  await doubt.waitFor()
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('link', { name: 'Done' }).click()
  await closed(page)
  await row('Doubtful')
    .getByRole('link', { name: /^Edit / })
    .click()
  await doubt.waitFor()
  await fill({ 'Allowed models': 'demo/' })
  await doubt.waitFor({ state: 'detached' })
  await dialog().getByRole('link', { name: 'Cancel' }).click()
  await closed(page)
})

test('an edit keeps the key and what was not touched, and does not overwrite what somebody else changed', async () => {
  const secret = await create({
    Name: 'Team Beta',
    'User path': '/edited',
    Labels: 'a=1',
    'Last day': '2099-12-31',
  })
  await row('Team Beta')
    .getByRole('link', { name: /^Edit / })
    .click()
  await fill({ 'Allowed models': 'demo/storyteller\ndemo/parrot' })
  await page.getByRole('button', { name: 'Save' }).click()
  await closed(page)
  await said('“Team Beta” is saved')
  expect(await stored('Team Beta')).toMatchObject({
    user_path: '/edited',
    labels: { a: '1' },
    allowed_models: ['demo/storyteller', 'demo/parrot'],
    expires_at: '2099-12-31T23:59:59.000Z',
  })
  expect(await call(secret)).toBe(200)

  await row('Team Beta')
    .getByRole('link', { name: /^Edit / })
    .click()
  const { id } = (await stored('Team Beta')) as unknown as { id: string }
  await fetch(`${gateway.url}/admin/keys/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Team Beta', user_path: '/elsewhere' }),
  })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('changed by somebody else').waitFor()
  expect(await stored('Team Beta')).toMatchObject({ user_path: '/elsewhere' })
  await page.keyboard.press('Escape')
  await closed(page)
})

test('a rolled key is replaced, and the old one goes on for as long as was said', async () => {
  const first = await create({ Name: 'Team Gamma' })
  const roll = async (grace: string) => {
    await row('Team Gamma').getByRole('link', { name: 'Roll' }).click()
    await page.getByLabel('The old key still works').selectOption(grace)
    await page.getByRole('button', { name: 'Make the new key' }).click()
    const secret = await page.getByLabel('The key', { exact: true }).inputValue()
    await page.keyboard.press('Escape')
    await closed(page)
    return secret
  }
  const second = await roll('3600')
  expect([await call(first), await call(second)]).toEqual([200, 200])
  await row('Team Gamma').getByText('old key until').waitFor()
  const third = await roll('0')
  expect([await call(second), await call(third)]).toEqual([401, 200])
})

test('a revoked key is refused at once, and stays in the list as revoked', async () => {
  const secret = await create({ Name: 'Leaked' })
  await row('Leaked').getByRole('link', { name: 'Revoke' }).click()
  await page.getByRole('heading', { name: 'Revoke Leaked?' }).waitFor()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await closed(page)
  await said('“Leaked” is revoked')
  expect(await call(secret)).toBe(401)
  expect(await row('Leaked').textContent()).toContain('revoked')
  expect(await row('Leaked').locator('.actions a').count()).toBe(0)
  // What it was used for can still be seen.
  await row('Leaked').getByRole('link', { name: 'Leaked' }).click()
  await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor()
  await page.getByRole('link', { name: 'API keys', exact: true }).click()
  await row('Leaked').waitFor()
})

test('a search stands in the address, and shows what it looks for', async () => {
  await page.getByRole('searchbox').fill('alpha')
  await page.waitForURL(/q=alpha/)
  await page.locator('#count').getByText('1 of').waitFor()
  await page.reload()
  expect(await page.locator('#keys tbody tr').count()).toBe(1)
  await page.getByRole('searchbox').fill('')
  await page.getByLabel('State').selectOption('revoked')
  await page.waitForURL(/state=revoked/)
  await row('Team Alpha').waitFor({ state: 'detached' })
  expect(await row('Leaked').count()).toBe(1)
  await page.getByLabel('State').selectOption('')
  await row('Team Alpha').waitFor()
})

test('names, paths and labels are text, whatever stands in them', async () => {
  const hostile = `"><img src=x onerror=alert(1)>`
  await create({ Name: hostile, 'User path': `/${hostile.replaceAll('/', '')}`, Labels: `x=${hostile}` })
  await row(hostile)
    .getByRole('link', { name: /^Edit / })
    .click()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(hostile)
  await page.keyboard.press('Escape')
  await closed(page)
  expect(await page.locator('img').count()).toBe(0)
})

test('a key for an operator says what it means, and who signs in with one that only reads is shown no more', async () => {
  await page.getByRole('link', { name: 'New API key' }).click()
  await fill({ Name: 'Support desk' })
  const operates = page.getByLabel('What its holder may do there')
  expect(await operates.isVisible()).toBe(false)
  await dialog().getByText('For an operator', { exact: false }).first().click()
  const warning = dialog().locator('.operates .trouble:visible')
  expect(await warning.count()).toBe(0)
  await operates.selectOption('write')
  expect(await warning.textContent()).toContain('all that the master key may')
  await operates.selectOption('read')
  expect(await warning.textContent()).toContain('They see every caller')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.getByLabel('The key', { exact: true }).inputValue()
  await page.getByRole('link', { name: 'Done' }).click()
  await closed(page)
  await row('Support desk').getByText('reader', { exact: true }).waitFor()

  const other = await openBrowser(gateway.url)
  const desk = other.page
  await desk.goto(`${gateway.url}/dashboard/keys`)
  await desk.getByLabel('Master key').fill(secret)
  await desk.getByRole('button', { name: 'Sign in' }).click()
  await desk.getByText('Read only').waitFor()
  expect(await desk.getByRole('link', { name: 'New API key' }).count()).toBe(0)
  await desk.getByRole('link', { name: 'View Support desk' }).click()
  const shown = desk.locator('dialog:modal')
  await shown.waitFor()
  expect(await shown.getByLabel('Name', { exact: true }).isDisabled()).toBe(true)
  expect(await shown.getByRole('button').count()).toBe(0)
  await desk.keyboard.press('Escape')
  await shown.waitFor({ state: 'detached' })
  expect(other.problems).toEqual([])
  await other.close()
})

test('a key that makes keys says what that means, and is revoked with what it has made where one says so', async () => {
  await page.getByRole('link', { name: 'New API key' }).click()
  await fill({ Name: 'Ann', 'User path': '/team/ann' })
  const warning = dialog().locator('.makes-keys .trouble:visible')
  expect(await warning.count()).toBe(0)
  await page.getByLabel('Its holder may make keys at or below it').check()
  expect(await warning.textContent()).toContain('Nobody asks you')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.getByLabel('The key', { exact: true }).inputValue()
  await page.getByRole('link', { name: 'Done' }).click()
  await closed(page)
  const made = await fetch(`${gateway.url}/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Service of Ann' }),
  })
  expect(made.status).toBe(201)
  await row('Ann').getByText('makes keys').waitFor()
  await page.reload()
  await row('Service of Ann').getByRole('link', { name: 'Ann', exact: true }).click()
  await page.locator('#count').getByText('2 of').waitFor()

  await page.getByRole('link', { name: 'Edit Service of Ann' }).click()
  await dialog().getByText('It reaches at most what that key does').waitFor()
  expect(await dialog().getByText('may make keys').count()).toBe(0)
  await page.getByRole('button', { name: 'Save' }).click()
  await closed(page)
  await row('Ann').getByRole('link', { name: 'Revoke' }).click()
  await page.getByLabel('Revoke also the 1 key that it has made').check()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await closed(page)
  await said('“Ann” is revoked, and 1 key that it has made')
  await row('Service of Ann').getByText('revoked').waitFor()
})

test('a team lead makes keys at the portal, whose menu leads there only those who may', async () => {
  const make = async (name: string, more: object) => {
    const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ name, user_path: '/team/lead', ...more })
    const answer = await fetch(`${gateway.url}/admin/keys`, { method: 'POST', headers, body })
    return ((await answer.json()) as { key: string }).key
  }
  const enter = async (key: string) => {
    await page.goto(`${gateway.url}/portal`)
    await page.getByLabel('Key').fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Models' }).waitFor()
  }
  await enter(await make('Ann', { makes_keys: true }))
  await page.getByRole('link', { name: 'Keys you make' }).click()
  await page.getByRole('link', { name: 'New key' }).first().click()
  await dialog().waitFor()
  await fill({ Name: 'Invoices', 'User path': '/elsewhere' })
  await page.getByRole('button', { name: 'Make key' }).click()
  await dialog().getByText('is not at or below').waitFor()
  await fill({ 'User path': '/team/lead/invoices' })
  await page.getByRole('button', { name: 'Make key' }).click()
  const secret = await page.getByLabel('The key', { exact: true }).inputValue()
  await page.getByRole('link', { name: 'Done' }).click()
  await closed(page)
  expect(await call(secret)).toBe(200)
  const made = page.locator('#made-keys tbody tr')
  expect(await made.count()).toBe(1)
  await page.getByRole('link', { name: 'Revoke Invoices' }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await said('is revoked')
  expect(await call(secret)).toBe(401)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await enter(await make('Web', {}))
  expect(await page.getByRole('link', { name: 'Keys you make' }).count()).toBe(0)
})
