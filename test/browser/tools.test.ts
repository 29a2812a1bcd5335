import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { declared, startServer, type TestServer } from '../mcp/kit.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(120_000)

let server: TestServer
let gateway: Running
let page: Page
let off: Running
beforeAll(async () => {
  off = await startGateway()
})
afterAll(() => Promise.all([off.stop(), server.stop()]))

setStage(
  async () => {
    server = await startServer('search', 'new')
    const search = declared(server, { user_paths: ['/team/alpha'], tools: { deny: ['die'] } })
    const away = { name: 'files', url: 'http://127.0.0.1:9/mcp?key=secret' }
    return startGateway({ MCP_SERVERS: JSON.stringify([search, away]) })
  },
  async stage => {
    ;({ gateway, page } = stage)
    await page.getByRole('link', { name: 'Tools', exact: true }).click()
    await page.getByRole('heading', { name: 'search' }).waitFor()
  },
)

const card = (name: string) =>
  page.locator('.toolbox').filter({ has: page.getByRole('heading', { name, exact: true }) })

test('shows servers, who may use them, and their tools', async () => {
  await page.getByRole('button', { name: 'Ask all servers' }).click()
  await page.getByText('files cannot be reached').first().waitFor()
  await card('search').getByText('ready', { exact: true }).waitFor()
  expect(await card('search').textContent()).toMatch(/\/team\/alpha[\s\S]*8 tools, 1 of them closed/)
  expect(await card('files').textContent()).toMatch(/away[\s\S]*It cannot be reached/)
  await card('search').locator('summary').press('Enter')
  const row = page.getByRole('row').filter({ hasText: 'Does die' })
  await row.getByText('closed').waitFor()
  expect(await page.content()).not.toContain('secret')
})

test('has lines to copy that lead an agent here', async () => {
  const text = await page.locator('.connecting').textContent()
  expect(text).toContain(`claude mcp add --transport http modelway ${gateway.url}/mcp`)
  expect(text).toContain(`url = "${gateway.url}/mcp"`)
  expect(text).not.toContain(MASTER)
})

test('works for everybody, light and dark, wide and narrow', async () => {
  await expectFitForAll(page, [
    async () => {
      await page.goto(`${gateway.url}/dashboard/tools`)
      await card('search').locator('summary').click()
    },
  ])
})

test('says how to begin where there is no server', async () => {
  const browser = await openBrowser(off.url)
  await signIn(browser.page, off.url)
  await expectFitForAll(browser.page, [
    async () => {
      await browser.page.goto(`${off.url}/dashboard/tools`)
      await browser.page.getByRole('heading', { name: 'No MCP server is configured' }).waitFor()
    },
  ])
  await browser.close()
})
