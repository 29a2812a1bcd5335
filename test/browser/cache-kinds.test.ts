import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import OpenAI from 'openai'
import type { Page } from 'playwright-core'
import { until } from '../kit.ts'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway, type Watched } from './kit.ts'

setDefaultTimeout(120_000)

/** How answers were come by that were not simply stored: by waiting for another call, or in other words. */

const MEANINGS = [
  { has: 'money back', embedding: [1, 0] },
  { has: 'refund', embedding: [0.97, 0.243] },
]

let mock: MockProvider
let gateway: Running
let watched: Watched
let page: Page
beforeAll(async () => {
  mock = createMockProvider({ models: ['one', 'two'], tokens: 4 })
  mock.setPlan(({ path, json }) => {
    if (!path.endsWith('/embeddings')) return { delayMs: 300 }
    const embedding = MEANINGS.find(({ has }) => String(json?.input).includes(has))?.embedding ?? [0, 1]
    return { body: JSON.stringify({ object: 'list', data: [{ embedding }], usage: { prompt_tokens: 6 } }) }
  })
  gateway = await startGateway({
    OPENAI_API_KEY: 'sk-x',
    OPENAI_BASE_URL: mock.url,
    CACHE_SIMILAR: 'one',
    CACHE_EMBEDDINGS: 'openai/two',
    MODEL_PRICES: '{"openai/one": {"input": 1000, "output": 1000}, "openai/two": {"input": 10, "output": 0}}',
  })
  watched = await openBrowser(gateway.url)
  page = watched.page
  await signIn(page, gateway.url)
})
afterAll(async () => {
  expect(watched.problems).toEqual([])
  await watched.close()
  await gateway.stop()
  mock.stop()
})

test('are told on the page, and in the list of requests', async () => {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: MASTER, maxRetries: 0 })
  const ask = async (content: string) => {
    const asking = client.chat.completions.create({ model: 'one', messages: [{ role: 'user', content }] })
    const { data, response } = await asking.withResponse()
    return { id: data.id, verdict: response.headers.get('x-modelway-cache') }
  }
  const crowd = await Promise.all(Array.from({ length: 10 }, () => ask('How do I get my money back?')))
  expect(new Set(crowd.map(({ id }) => id)).size).toBe(1)
  expect(await ask('What is the way to a refund?')).toEqual({
    id: crowd[0]!.id,
    verdict: 'similar; score=0.97',
  })
  await page.goto(`${gateway.url}/dashboard/cache`)
  await page.getByText('9 waited for an equal call, 1 asked in other words').waitFor()
  await page
    .getByText('questions that mean the same, too: at least 95 % alike, as told by openai/two')
    .waitFor()
  const row = page.locator('tbody tr').filter({ hasText: '97 % alike' })
  // The page shows what is written down by then.
  await until(async () => {
    await page.goto(`${gateway.url}/dashboard/requests?cached=true`)
    return (await row.count()) === 1
  }, 'the record')
  await row.locator('.open').click()
  await page.locator('dialog:modal').getByText('It was first given to another question, 97 % alike').waitFor()
})

test('is fit for all, wide and narrow, light and dark', () =>
  expectFitForAll(page, [() => page.goto(`${gateway.url}/dashboard/cache`)]))
