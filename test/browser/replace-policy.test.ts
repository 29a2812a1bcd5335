import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { createCalls } from './calls.ts'
import { type Running, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(20_000)

let gateway: Running
let page: Page
const { row, dialog, closed, said, openForm } = createSteps(() => page)
const { send } = createCalls(() => gateway.url)

setStage(startGateway, stage => {
  ;({ gateway, page } = stage)
})

const close = (source: string) =>
  send('PUT', '/admin/virtual-models', { source, user_paths: ['/team/alpha'], force: true })
const kindOf = async (source: string): Promise<string | undefined> =>
  ((await send('GET', '/admin/virtual-models')) as { source: string; kind: string }[]).find(
    view => view.source === source,
  )?.kind
const question = () => dialog().getByText('is an access policy, and a redirect would take its place')
const answer = () => dialog().getByLabel('Replace the access policy')

test('a new redirect with the name of an access policy asks before it takes its place, and keeps what was typed', async () => {
  await close('demo/parrot')
  await openForm()
  await page.getByLabel('Source').fill('demo/parrot')
  await page.getByLabel('Target model 1').fill('demo/storyteller')
  await page.getByLabel('Description').fill('typed with care')
  await dialog().getByText('A redirect ends the access policy “demo/parrot”').waitFor()
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await question().waitFor()
  expect(await kindOf('demo/parrot')).toBe('policy')
  expect(await page.getByLabel('Target model 1').inputValue()).toBe('demo/storyteller')
  expect(await page.getByLabel('Description').inputValue()).toBe('typed with care')
  await answer().check()
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await closed()
  await said('Redirect “demo/parrot” is saved')
  expect(await kindOf('demo/parrot')).toBe('redirect')
  await row('demo/parrot').first().getByText('typed with care').waitFor()
})

test('so does a target that is written into the form of an access policy', async () => {
  await close('demo/slow')
  await page.goto(`${gateway.url}/dashboard/models?edit=demo/slow`)
  await page.getByLabel('Target model 1').fill('demo/storyteller')
  await page.getByRole('button', { name: 'Save' }).click()
  await question().waitFor()
  expect(await kindOf('demo/slow')).toBe('policy')
  await answer().check()
  await page.getByRole('button', { name: 'Save' }).click()
  await closed()
  expect(await kindOf('demo/slow')).toBe('redirect')
})

test('the answer holds for the policy as it was when it was asked, and for no other', async () => {
  await close('one')
  await close('two')
  await openForm()
  await page.getByLabel('Source').fill('one')
  await page.getByLabel('Target model 1').fill('demo/storyteller')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await answer().check()
  await send('PUT', '/admin/virtual-models', { source: 'one', user_paths: ['/team/beta'], force: true })
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await dialog().locator('[name=replaces]:not(:checked)').waitFor()
  await answer().check()
  await page.getByLabel('Source').fill('two')
  await page.getByRole('button', { name: 'Create redirect' }).click()
  await dialog().locator('[name=replaces]:not(:checked)').waitFor()
  expect([await kindOf('one'), await kindOf('two')]).toEqual(['policy', 'policy'])
  await page.keyboard.press('Escape')
  await closed()
})
