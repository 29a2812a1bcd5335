import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Running, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(30_000)

let gateway: Running
let page: Page
const { closed, openForm } = createSteps(() => page)

setStage(startGateway, stage => {
  ;({ gateway, page } = stage)
})

afterEach(async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
})

const resize = (width: number) => page.setViewportSize({ width, height: 800 })
const box = async (selector: string) => (await page.locator(selector).first().boundingBox())!
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

test('with little room one button opens the menu and the way out, with the keyboard and without a script', async () => {
  for (const width of [320, 390, 768]) {
    await resize(width)
    expect(await overflow()).toBeLessThanOrEqual(0)
    const menu = page.getByRole('button', { name: 'Menu' })
    const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'API keys' })
    if (width === 768) {
      expect(await menu.isVisible()).toBe(false)
      expect(await link.isVisible()).toBe(true)
      const [brand, out] = [await box('.brand'), await box('form.leave')]
      expect(Math.abs(brand.y + brand.height / 2 - out.y - out.height / 2)).toBeLessThan(4)
      continue
    }
    expect((await box('.side')).height).toBeLessThan(64)
    expect(await link.isVisible()).toBe(false)
    await menu.press('Enter')
    await link.waitFor()
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await link.waitFor({ state: 'hidden' })
    await menu.click()
    await link.click()
    await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor()
    expect(await link.isVisible()).toBe(false)
    await page.goto(`${gateway.url}/dashboard/models`)
  }
})

test('a menu that is open while the window grows becomes a part of the page, in groups', async () => {
  await resize(390)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.locator('#menu:popover-open').waitFor()
  await resize(1280)
  await page.locator('#menu:popover-open').waitFor({ state: 'detached' })
  expect((await box('#menu')).width).toBeLessThan(220)
  expect(await page.locator('#menu h2').allTextContents()).toEqual([
    'Gateway',
    'Access',
    'Insight',
    'Developers',
    'System',
  ])
})

test('a table that is no pile of cards has the room that its columns need, beside the menu or below it', async () => {
  for (const width of [900, 1000, 1024, 1200, 1217, 1280]) {
    await resize(width)
    expect([width, (await box('#models .table')).width > 820]).toEqual([width, true])
  }
})

test('badges are as wide as their word, and no choice is cut', async () => {
  await resize(390)
  const cell = await box('#models td[data-label="Kind"]')
  expect((await box('#models td[data-label="Kind"] .badge')).width).toBeLessThan(cell.width / 3)
  for (const width of [320, 390]) {
    await resize(width)
    await openForm()
    await page.getByLabel('Target model 1').fill('demo/parrot')
    await page.getByRole('button', { name: 'Add target' }).click()
    await page.getByLabel('Target model 2').fill('demo/storyteller')
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLSelectElement>('dialog select')]
        .filter(select => select.checkVisibility())
        .flatMap(select => {
          const has = select.offsetWidth
          select.style.width = 'max-content'
          const needs = select.offsetWidth
          select.style.width = ''
          return needs > has ? [`${select.name} needs ${needs}, has ${has}`] : []
        }),
    )
    expect(cut).toEqual([])
    const [field, remove] = [await box('#f-target-1'), await box('[aria-label="Remove target 2"]')]
    expect(Math.abs(field.y + field.height / 2 - remove.y - remove.height / 2)).toBeLessThan(4)
    for (const button of await page.locator('dialog footer :is(a, button)').all()) {
      const [outer, inner] = [await box('dialog'), (await button.boundingBox())!]
      expect(inner.x).toBeGreaterThan(outer.x)
      expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width)
    }
    expect(await overflow()).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    await closed()
  }
})

test('on paper there is the page without menu, search and buttons, dark on light', async () => {
  const main = () => page.evaluate(() => getComputedStyle(document.querySelector('main')!).color)
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  await page.setViewportSize({ width: 794, height: 1123 })
  await page.goto(`${gateway.url}/dashboard/models`)
  await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
  expect(await page.locator('#models tbody tr').first().isVisible()).toBe(true)
  for (const role of ['navigation', 'button', 'searchbox'] as const)
    expect([role, await page.getByRole(role).count()]).toEqual([role, 0])
  expect(await overflow()).toBeLessThanOrEqual(0)
  const printed = await main()
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
  expect(await main()).toBe(printed)
  await page.emulateMedia({ media: null, colorScheme: null })
})
