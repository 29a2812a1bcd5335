import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
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

const stored = async (source: string) =>
  ((await send('GET', '/admin/virtual-models')) as { source: string; parameters?: object }[]).find(
    view => view.source === source,
  )?.parameters
const summary = () => dialog().getByText('How it is asked', { exact: true })
const save = (name = 'Save') => page.getByRole('button', { name }).click()

test('a redirect may say how it is asked; an access policy has no such thing', async () => {
  await openForm()
  await page.getByLabel('Source').fill('careful')
  expect(await summary().isVisible()).toBe(false)
  await page.getByLabel('Target model 1').fill('demo/parrot')
  await summary().waitFor()
  expect(await page.getByLabel('Temperature').isVisible()).toBe(false)
  await summary().press('Enter')
  await page.getByLabel('Temperature').fill('0.2')
  await page.getByLabel('Most output tokens').fill('2000')
  await page.getByLabel('Reasoning effort').selectOption('high')
  await page.getByLabel('Instructions').fill('Be kind.\n\nBe short.')
  await save('Create redirect')
  await closed()
  await said('Redirect “careful” is saved')
  expect(await stored('careful')).toEqual({
    temperature: 0.2,
    max_output_tokens: 2000,
    reasoning_effort: 'high',
    instructions: 'Be kind.\n\nBe short.',
  })
  await row('careful')
    .first()
    .getByText('asked with temperature 0.2, at most 2,000 tokens, high effort and instructions')
    .waitFor()
})

test('a redirect may be mirrored; what cannot be a mirror is said beside its field', async () => {
  await page.goto(`${gateway.url}/dashboard/models?edit=careful`)
  await dialog().getByText('Mirror to another model').press('Enter')
  await page.getByLabel('Mirror model').fill('demo/parrot')
  await page.getByLabel('Share of calls, in percent').fill('12.5 %')
  await save()
  await dialog().getByText('is a target already, whose own calls tell how it does').waitFor()
  await page.getByLabel('Mirror model').fill('demo/storyteller')
  await page.getByLabel('Share of calls, in percent').fill('200')
  await save()
  await dialog().getByText('Write a number above 0 and up to 100').waitFor()
  await page.getByLabel('Share of calls, in percent').fill('12.5 %')
  await save()
  await closed()
  await row('careful').first().getByText('mirrored to demo/storyteller, 12.5 %').waitFor()
})

test('the form is fit for all while it is open', () =>
  expectFitForAll(page, [
    async () => {
      await page.goto(`${gateway.url}/dashboard/models?edit=careful`)
      await page.getByLabel('Temperature').waitFor()
    },
  ]))

test('what is wrong stands beside its field, and nothing that was typed is lost', async () => {
  await page.goto(`${gateway.url}/dashboard/models?edit=careful`)
  await page.getByLabel('Temperature').fill('hot')
  await page.getByLabel('Top p').fill('0.5')
  await save()
  const field = page.locator('.field', { has: page.getByLabel('Temperature') })
  await field.getByText('expected a number from 0 to 2').waitFor()
  expect(await page.getByLabel('Temperature').inputValue()).toBe('hot')
  expect(await page.getByLabel('Instructions').inputValue()).toBe('Be kind.\n\nBe short.')
  expect(await page.locator(':focus').getAttribute('name')).toBe('temperature')
  await page.getByLabel('Temperature').fill('')
  await save()
  await closed()
  expect(await stored('careful')).toMatchObject({ top_p: 0.5, max_output_tokens: 2000 })
  expect(await stored('careful')).not.toHaveProperty('temperature')
})

test('turning it off and on leaves it as it is', async () => {
  const before = await stored('careful')
  for (const isOn of [false, true]) {
    await row('careful').first().getByRole('switch').click()
    await said(`“careful” is ${isOn ? 'on' : 'off'}`)
  }
  expect(await stored('careful')).toEqual(before!)
})

test('a redirect to one that says how it is asked is warned about while it is typed, and refused', async () => {
  await openForm()
  await page.getByLabel('Source').fill('outer')
  await page.getByLabel('Target model 1').fill('careful')
  await dialog().getByText('“careful” says itself how its model is asked').waitFor()
  await save('Create redirect')
  await dialog().getByText('"outer" leads to "careful", which sets parameters of its own').waitFor()
  await page.keyboard.press('Escape')
  await closed()
})

test('its own page says it, too', async () => {
  await page.goto(`${gateway.url}/dashboard/models/detail?name=careful`)
  const fact = page.locator('dl.facts > div', { hasText: 'Asked with' })
  expect(await fact.textContent()).toContain('top_p 0.5, at most 2,000 tokens, high effort and instructions')
})

test('empty fields set nothing', async () => {
  await page.goto(`${gateway.url}/dashboard/models?edit=careful`)
  for (const name of ['Top p', 'Most output tokens', 'Instructions']) await page.getByLabel(name).fill('')
  await page.getByLabel('Reasoning effort').selectOption('')
  await save()
  await closed()
  expect(await stored('careful')).toBeUndefined()
})
