import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
import { type Running, startGateway, startProvider } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(30_000)

const MANY = Array.from({ length: 1150 }, (_, index) => `model-${String(index).padStart(4, '0')}`)

let provider: Running
let gateway: Running
let page: Page
const { row } = createSteps(() => page)

setStage(
  async () => {
    provider = startProvider(MANY)
    gateway = await startGateway({
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: `${provider.url}/v1`,
      GROQ_API_KEY: 'sk-nobody',
      GROQ_BASE_URL: 'http://127.0.0.1:9/v1',
      GROQ_MODELS: 'configured-one',
      MISTRAL_API_KEY: 'sk-nobody',
      MISTRAL_BASE_URL: 'http://127.0.0.1:9/v1',
    })
    return gateway
  },
  async stage => {
    ;({ gateway, page } = stage)
    await page.getByRole('button', { name: 'Refresh lists' }).click()
    await row('openai/model-0000').waitFor()
    await page.reload()
  },
)

afterEach(async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
})

afterAll(async () => {
  await provider?.stop()
})

test('a list that could not be fetched is told in words, with what is used instead', async () => {
  const line = (name: string) => page.locator('.providers li').filter({ hasText: name })
  expect(await line('groq').textContent()).toContain(
    'its list could not be fetched: connection refused; the configured models are used',
  )
  expect(await line('mistral').textContent()).toContain('connection refused; every name is tried')
  expect(await page.locator('.providers').textContent()).not.toMatch(/ECONN|ConnectionRefused/)
  const dot = (name: string) =>
    line(name)
      .locator('.dot')
      .evaluate(element => getComputedStyle(element).backgroundColor)
  expect(await dot('groq')).not.toBe(await dot('openai'))
})

test('many pages: the first, the last and those around are one step away', async () => {
  const pager = page.getByRole('navigation', { name: 'Pages' })
  const numbers = async () => (await pager.locator('li').allTextContents()).join(' ')
  await page.goto(`${gateway.url}/dashboard/models?kind=provider`)
  expect(await numbers()).toBe('1 2 … 12')
  await pager.getByRole('link', { name: 'Page 12' }).click()
  await page.waitForURL(/kind=provider&page=12$/)
  expect(await numbers()).toBe('1 … 11 12')
  expect(await pager.getByRole('link', { name: 'Page 12' }).getAttribute('aria-current')).toBe('page')
  expect(await pager.getByRole('link', { name: 'Next' }).count()).toBe(0)
  for (const [number, shown] of [
    [3, '1 2 3 4 … 12'],
    [4, '1 2 3 4 5 … 12'],
    [6, '1 … 5 6 7 … 12'],
    [9, '1 … 8 9 10 11 12'],
  ] as const) {
    await page.goto(`${gateway.url}/dashboard/models?kind=provider&page=${number}`)
    expect(await numbers()).toBe(shown)
  }
  await expectFitForAll(page, [() => page.goto(`${gateway.url}/dashboard/models?kind=provider&page=12`)])
  await page.setViewportSize({ width: 320, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
})

test('a dialog that is opened by its address leaves a long list where it is', async () => {
  for (let i = 0; i < 3; i++) {
    await page.goto(`${gateway.url}/dashboard/models?new=`)
    await page.locator('dialog:modal').waitFor()
    expect(await page.evaluate(() => scrollY)).toBe(0)
  }
})
