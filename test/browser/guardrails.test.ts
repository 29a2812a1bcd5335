import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { expectFitForAll, violations } from './axe.ts'
import { MASTER, type Running, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { beat, closed } from './steps.ts'

setDefaultTimeout(120_000)

let gateway: Running
let page: Page

setStage(
  () =>
    startGateway({
      GUARDRAILS: JSON.stringify([{ name: 'fixed', find: { presets: ['secrets'] }, action: 'block' }]),
    }),
  async stage => {
    ;({ gateway, page } = stage)
    await page.getByRole('link', { name: 'Guardrails', exact: true }).click()
    await page.getByRole('heading', { name: 'Guardrails', exact: true }).waitFor()
  },
)

const dialog = (): Locator => page.locator('dialog:modal')
const row = (name: string): Locator =>
  page.locator('#guardrails tbody tr').filter({ has: page.locator('.name').getByText(name, { exact: true }) })
const said = (text: string): Promise<void> => page.locator('#notice').getByText(text).waitFor()
const open = (query = '') => page.goto(`${gateway.url}/dashboard/guardrails${query}`)
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')
const stored = async (name: string): Promise<Record<string, unknown>> =>
  (
    await fetch(`${gateway.url}/admin/guardrails/${name}`, { headers: { authorization: `Bearer ${MASTER}` } })
  ).json() as Promise<Record<string, unknown>>
const call = (content: string): Promise<number> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo/parrot', messages: [{ role: 'user', content }] }),
  }).then(({ status }) => status)

test('a guardrail is made with the keyboard, and tried while it is typed', async () => {
  await page.locator('#new').focus()
  await page.keyboard.press('Enter')
  await dialog().waitFor()
  expect(await focused()).toBe('f-name')
  await page.keyboard.type('no-cards')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('f-credit_card')
  await page.keyboard.press('Space')
  await dialog()
    .getByText(
      'Looks for card numbers with a right check digit in what models are told, and refuses calls with any of it.',
    )
    .waitFor()
  await dialog().getByLabel('Try it').fill('Card 4111 1111 1111 1111, 4111 1111 1111 1112')
  await dialog().getByText('It is refused').waitFor()
  expect(await dialog().locator('mark').allTextContents()).toEqual(['4111 1111 1111 1111'])
  await dialog().getByLabel('What to do').selectOption('mask')
  await dialog().locator('.trial pre').getByText('Card [CREDIT_CARD], 4111 1111 1111 1112').waitFor()
  await dialog().getByLabel('Try it').fill('Nothing special')
  await dialog().getByText('Nothing is found').waitFor()
  expect(await violations(page)).toEqual([])
  await dialog().getByRole('button', { name: 'Create guardrail' }).click()
  await closed(page)
  await said('“no-cards” is saved')
  expect(await stored('no-cards')).toMatchObject({ action: 'mask', find: { presets: ['credit_card'] } })
  await row('no-cards').getByText('Masks card numbers').waitFor()
  await page.locator('#count').getByText('2 guardrails').waitFor()
})

test('patterns that cannot be read are told while they are typed, and where they stand', async () => {
  await page.locator('#new').click()
  await dialog().getByLabel('Name', { exact: true }).fill('broken')
  await dialog().getByLabel('Patterns').fill('(?=ahead)\nfine')
  await dialog().locator('.fault').getByText('invalid or unsupported Perl syntax').waitFor()
  await dialog().getByRole('button', { name: 'Create guardrail' }).click()
  await dialog().locator('#f-patterns-error').getByText('invalid or unsupported').waitFor()
  expect(await focused()).toBe('f-patterns')
  await dialog().getByLabel('Patterns').fill('ACME-\\d{2,4}')
  await dialog().getByLabel('Words').fill('project phoenix\none, with a comma')
  await dialog().getByLabel('Try it').fill('<b>Project  Phoenix</b> & ACME-12')
  await dialog().locator('mark').first().waitFor()
  expect(await dialog().locator('mark').allTextContents()).toEqual(['Project  Phoenix', 'ACME-12'])
  await dialog().getByRole('button', { name: 'Create guardrail' }).click()
  await closed(page)
  expect(await stored('broken')).toMatchObject({
    find: { words: ['project phoenix', 'one, with a comma'], patterns: ['ACME-\\d{2,4}'] },
  })
})

test('the keyboard begins where something can be changed, and where a mistake can be mended', async () => {
  await open('?edit=broken')
  await dialog().waitFor()
  expect(await focused()).toBe('f-email')
  for (const field of ['Words', 'Patterns']) await dialog().getByLabel(field).fill('')
  await dialog().getByRole('button', { name: 'Save' }).click()
  await dialog().locator('#f-find-error').waitFor()
  expect(await focused()).toBe('f-email')
  await page.keyboard.press('Escape')
  await closed(page)
})

test('models that are not there now are told while they are typed, and in the row', async () => {
  await open('?edit=broken')
  await dialog().getByLabel('Models').fill('demo/parrot\ndemmo/')
  await dialog().getByText('Not there now: "demmo/" (did you mean "demo/"?)').waitFor()
  await dialog().getByRole('button', { name: 'Save' }).click()
  await closed(page)
  await row('broken').getByText('Not there now: "demmo/" (did you mean "demo/"?)').waitFor()
})

test('it is counted while one looks, switched off, deleted and brought back', async () => {
  await row('broken').getByText('Nothing found').waitFor()
  expect(await call('About project phoenix')).toBe(400)
  await beat(page)
  await row('broken').getByText('1 call refused').waitFor()
  await row('broken').getByRole('switch').click()
  await said('“broken” is off')
  expect(await call('About project phoenix')).toBe(200)
  await row('broken').getByRole('link', { name: 'Delete broken' }).click()
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await closed(page)
  await said('“broken” is deleted')
  await page.locator('#notice').getByRole('button', { name: 'Undo' }).click()
  await said('“broken” is back')
  await row('broken').getByRole('switch').click()
  await said('“broken” is on')
})

test('declared ones are shown, and edited elsewhere', async () => {
  await row('fixed').getByText('Declared in GUARDRAILS: edit it there').waitFor()
  expect(await row('fixed').getByRole('switch').count()).toBe(0)
  await page.goto(`${gateway.url}/dashboard/guardrails?edit=fixed`)
  await dialog().getByText('“fixed” is declared in GUARDRAILS: edit it there.').waitFor()
  await page.goto(`${gateway.url}/dashboard/guardrails`)
})

test('the page is fit for all, and finds by what is looked for', async () => {
  await expectFitForAll(page, [
    () => open(),
    () => open('?q=nothing-like-it'),
    () => open('?new='),
    () => open('?edit=broken'),
    () => open('?delete=broken'),
  ])
  await open()
  await page.getByLabel('Search guardrails').fill('card numbers')
  await page.locator('#count').getByText('1 of 3').waitFor()
  await page.getByLabel('Search guardrails').fill('')
  await page.locator('#count').getByText('3 guardrails').waitFor()
  if (process.env.SHOTS !== undefined) {
    await page.screenshot({ path: `${process.env.SHOTS}/list.png` })
    await page.goto(`${gateway.url}/dashboard/guardrails?edit=broken`)
    await page.getByLabel('Try it').fill('Tell them about Project Phoenix and ACME-1234')
    await page.locator('mark').first().waitFor()
    await page.locator('dialog').evaluate(d => d.scrollTo(0, 0))
    await page.setViewportSize({ width: 1280, height: 1500 })
    await page.screenshot({ path: `${process.env.SHOTS}/edit.png` })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: `${process.env.SHOTS}/edit-dark.png` })
    await page.setViewportSize({ width: 390, height: 1800 })
    await page.screenshot({ path: `${process.env.SHOTS}/narrow.png` })
    await page.goto(`${gateway.url}/dashboard/guardrails`)
    await page.screenshot({ path: `${process.env.SHOTS}/narrow-list.png` })
  }
})
