import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Running, startGateway } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

/** The page at /swagger, as far as it is ours. */

let gateway: Running
let page: Page

setStage(startGateway, stage => {
  ;({ gateway, page } = stage)
})

const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)

test('the API reference is light or dark as the reader’s system is, also when that changes', async () => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${gateway.url}/swagger`)
  await page.locator('.opblock').first().waitFor()
  const light = await ground()
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html.dark-mode').waitFor()
  expect(await ground()).not.toBe(light)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.locator('html:not(.dark-mode)').waitFor()
  expect(await ground()).toBe(light)
})

test('the API reference fits a small screen', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${gateway.url}/swagger`)
  await page.locator('.opblock').first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
