import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { beat, closed } from './steps.ts'

setDefaultTimeout(120_000)

let gateway: Running
let page: Page

setStage(
  () => startGateway({ MODEL_PRICES: '{"demo/parrot": {"input": 1000, "output": 1000}}' }),
  async stage => {
    ;({ gateway, page } = stage)
    await page.getByRole('link', { name: 'Limits', exact: true }).click()
    await page.getByRole('heading', { name: 'No limits yet' }).waitFor()
  },
)

const dialog = (): Locator => page.locator('dialog:modal')
const row = (name: string): Locator =>
  page.locator('#limits tbody tr').filter({ has: page.locator('.name').getByText(name, { exact: true }) })
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')
const said = (text: string): Promise<void> => page.locator('#notice').getByText(text).waitFor()
const open = (query = '') => page.goto(`${gateway.url}/dashboard/limits${query}`)

async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await dialog().getByLabel(label, { exact: true }).fill(value)
}

/** What somebody else does through the admin API. */
async function other(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>)
}

const call = (path: string): Promise<number> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${MASTER}`,
      'content-type': 'application/json',
      'x-modelway-user-path': path,
    },
    body: JSON.stringify({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }),
  }).then(({ status }) => status)

test('the first limit is made from the empty page, with the keyboard alone, and says what it will do', async () => {
  expect(await page.getByLabel('Search limits').isVisible()).toBe(false)
  await page.locator('#first').focus()
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  expect(await focused()).toBe('f-name')
  await page.keyboard.type('alpha')
  await page.keyboard.press('Tab')
  expect(await dialog().getByLabel('Refuse what has no known price').isVisible()).toBe(false)
  await page.keyboard.type('25')
  expect(await dialog().getByLabel('Refuse what has no known price').isVisible()).toBe(true)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('4')
  await page.keyboard.press('Tab')
  await page.keyboard.press('d')
  await fill({ 'User path': '/team/alpha' })
  await dialog()
    .getByText('All callers at /team/alpha or below it together have $25.00 a day and 4 requests a day.')
    .waitFor()
  await page.keyboard.press('Enter')
  await closed(page)
  await said('“alpha” is saved')
  expect(await focused()).toBe('new')
  await row('alpha').getByText('0 of 4 requests used').waitFor()
  await page.getByLabel('Search limits').waitFor()
  await page.locator('#count').getByText('1 limit').waitFor()
  expect(await other('GET', '/admin/limits/alpha')).toMatchObject({
    user_path: '/team/alpha',
    per: 'day',
    cost_usd: 25,
    requests: 4,
  })
})

test('a limit fills before the eyes while calls are made, and what is typed and where one is stay', async () => {
  await page.locator('[id^="edit-"]').focus()
  const at = await focused()
  for (let calls = 0; calls < 3; calls++) expect(await call('/team/alpha')).toBe(200)
  await row('alpha').getByText('3 of 4 requests used').waitFor()
  expect(await focused()).toBe(at)
  expect(await page.evaluate(() => document.activeElement?.matches('#limits a'))).toBe(true)

  await page.getByRole('searchbox').fill('alpha')
  await page.waitForURL(/q=alpha/)
  await page.getByRole('searchbox').evaluate(input => (input as HTMLInputElement).setSelectionRange(1, 3))
  expect([await call('/team/alpha/ci'), await call('/team/alpha')]).toEqual([200, 429])
  await beat(page)
  await row('alpha').getByText('4 of 4 requests used').waitFor()
  expect(await row('alpha').textContent()).toContain('reached')
  await page.locator('#count').getByText('1 reached').waitFor()
  expect(
    await page.getByRole('searchbox').evaluate(input => {
      const { value, selectionStart, selectionEnd } = input as HTMLInputElement
      return [document.activeElement === input, value, selectionStart, selectionEnd]
    }),
  ).toEqual([true, 'alpha', 1, 3])
  await page.getByRole('searchbox').fill('')
  await page.waitForURL(/limits$/)
})

test('a form that is open keeps what is typed while the figures behind it change', async () => {
  await row('alpha').getByRole('link', { name: 'Edit' }).click()
  await fill({ Requests: '1' })
  await dialog().getByLabel('Description').fill('half a sent')
  await beat(page)
  await page.keyboard.type('ence')
  expect(await dialog().getByLabel('Description').inputValue()).toBe('half a sentence')
  await fill({ Requests: 'several' })
  await dialog().getByRole('button', { name: 'Save' }).click()
  await dialog().getByText('“several” is no number').waitFor()
  expect(await focused()).toBe('f-requests')
  await fill({ Requests: '1,000' })
  await dialog().getByRole('button', { name: 'Save' }).click()
  await closed(page)
  await row('alpha').getByText('4 of 1,000 requests used').waitFor()
  await row('alpha').getByText('half a sentence').waitFor()
  expect(await focused()).toStartWith('edit-')
  expect(await call('/team/alpha')).toBe(200)
})

test('an edit does not overwrite what somebody else has changed, and a deletion shows it', async () => {
  await row('alpha').getByRole('link', { name: 'Edit' }).click()
  await fill({ Requests: '7' })
  await other('PUT', '/admin/limits/alpha', { user_path: '/team/alpha', per: 'day', requests: 50 })
  await dialog().getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('alert').getByText('was changed by somebody else').waitFor()
  expect(await dialog().getByLabel('Requests').inputValue()).toBe('7')
  expect(await other('GET', '/admin/limits/alpha')).toMatchObject({ requests: 50 })
  await page.keyboard.press('Escape')
  await closed(page)
  await beat(page)
  await row('alpha').getByText('of 50 requests used').waitFor()
})

test('the switch turns a limit off and on in place', async () => {
  const toggle = row('alpha').getByRole('switch')
  await toggle.click()
  await said('“alpha” is off: it holds nobody back')
  expect(await toggle.getAttribute('aria-checked')).toBe('false')
  await toggle.click()
  await said('“alpha” is on')
  expect(await focused()).toStartWith('toggle-')
})

test('a deletion can be undone, and fresh figures take neither the offer nor the keyboard away', async () => {
  await row('alpha').getByRole('link', { name: 'Delete' }).click()
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await closed(page)
  await said('“alpha” is deleted')
  await page.getByRole('heading', { name: 'No limits yet' }).waitFor()
  await page.locator('#first').focus()
  await beat(page)
  expect(await focused()).toBe('first')
  expect(await page.locator('#notice').getByRole('button', { name: 'Undo' }).isVisible()).toBe(true)
  await page.locator('#notice').getByRole('button', { name: 'Undo' }).click()
  await said('“alpha” is back')
  await row('alpha').waitFor()
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await beat(page)
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
})

test('the page of a limit tells its members apart, and leads to them', async () => {
  await other('PUT', '/admin/limits/teams', {
    user_path: '/team',
    each: 'user_path',
    per: 'month',
    requests: 9,
  })
  for (const path of ['/team/beta', '/team/beta', '/team/gamma']) await call(path)
  await open()
  await row('teams').getByRole('link', { name: 'teams', exact: true }).click()
  await page.getByRole('heading', { name: 'teams', exact: true }).waitFor()
  const lines = page.locator('#pots tbody tr')
  expect(await lines.count()).toBe(2)
  expect(await lines.first().textContent()).toContain('/team/beta2 of 9')
  await call('/team/delta')
  await beat(page)
  await lines.nth(2).waitFor()
  await page.getByRole('link', { name: '/team/beta' }).click()
  await page.getByRole('heading', { name: 'What /team/beta may call' }).waitFor()
})

test('the pages and their dialogs are fit for all, wide and narrow, light and dark', async () => {
  await other('PUT', '/admin/limits/off', { requests: 5, enabled: false })
  const long = `/${'long'.repeat(30)}`
  await other('PUT', '/admin/limits/crowded', {
    user_path: long,
    models: [`openai/${'x'.repeat(90)}`, 'a', 'b', 'c'],
    requests: 2,
    tokens: 900,
    cost_usd: 0.02,
    concurrent: 3,
    description: 'word '.repeat(60),
  })
  await call(long)
  await expectFitForAll(page, [
    () => open(),
    () => open('?q=nothing-like-it'),
    () => open('?new='),
    () => open('?edit=crowded'),
    () => open('?delete=crowded'),
    () => open('/detail?name=teams'),
    () => open('/detail?name=crowded'),
    () => open('/detail?name=gone'),
  ])
  await page.setViewportSize({ width: 320, height: 800 })
  for (const query of ['', '?edit=crowded', '/detail?name=crowded']) {
    await open(query)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  }
  await open('?edit=crowded')
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('dialog :is(select, label, button)')].flatMap(element =>
      element.scrollWidth > element.clientWidth + 1 && element.checkVisibility() ? [element.textContent] : [],
    ),
  )
  expect(cut).toEqual([])
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('without scripts a limit is made, refused with all that was typed, changed, turned off and deleted', async () => {
  const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
  const { page } = plain
  await signIn(page, gateway.url)
  await page.getByRole('link', { name: 'Limits', exact: true }).click()
  await page.getByRole('link', { name: 'New limit' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('plain')
  await page.getByLabel('Description').fill('by hand')
  await page.getByRole('button', { name: 'Create limit' }).click()
  await page.getByText('fill in at least one of these').waitFor()
  expect(await page.getByLabel('Description').inputValue()).toBe('by hand')
  await page.getByLabel('Requests').fill('12')
  await page.getByRole('button', { name: 'Create limit' }).click()
  await page.getByRole('link', { name: 'Edit plain' }).click()
  await page.getByLabel('Requests').fill('13')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('0 of 13 requests used').waitFor()
  await page.getByRole('switch', { name: 'plain: enabled' }).click()
  await page.getByRole('link', { name: 'Delete plain' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.waitForURL(/\/dashboard\/limits$/)
  expect(await page.getByRole('link', { name: 'plain', exact: true }).count()).toBe(0)
  expect(plain.problems).toEqual([])
  await plain.close()
})

test('models that are not there now are named beside their field and in the row, and no mistake', async () => {
  await open('?new=')
  await dialog().waitFor()
  await fill({ Name: 'doubtful', Requests: '5', Models: 'demo/prrot' })
  await dialog().getByText('Not there now: "demo/prrot"').waitFor()
  await dialog().getByRole('button', { name: 'Create limit' }).click()
  await said('“doubtful” is saved')
  await row('doubtful').getByText('Not there now: "demo/prrot"').waitFor()
})

test('how long calls wait is asked where there is something to wait for, and a slip is told beside its field', async () => {
  await open('?new=')
  await dialog().waitFor()
  const wait = dialog().getByLabel('Longest wait')
  expect(await wait.isVisible()).toBe(false)
  await fill({ Name: 'in-line', 'Calls at the same time': '2', 'Who goes first': '/team/prod' })
  expect(await wait.isVisible()).toBe(true)
  await dialog().getByRole('button', { name: 'Create limit' }).click()
  await dialog().getByText('Say how long a call waits: 20s').waitFor()
  await wait.fill('two hours')
  await dialog().getByRole('button', { name: 'Create limit' }).click()
  await dialog().getByText('expected a time such as 20s, at most 1h').waitFor()
  await wait.fill('90s')
  await dialog().getByText('waits up to 90s for a turn, 100 at most; /team/prod goes first').waitFor()
  await dialog().getByRole('button', { name: 'Create limit' }).click()
  await said('“in-line” is saved')
  await row('in-line').getByText('others wait up to 90s').waitFor()
  await other('DELETE', '/admin/limits/in-line')
})
