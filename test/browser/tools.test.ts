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
    const search = declared(server, {
      user_paths: ['/team/alpha'],
      tools: { deny: ['die'] },
      review_changes: true,
    })
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
  await card('search').locator('.tool-list summary').press('Enter')
  const row = page.getByRole('row').filter({ hasText: 'Does die' })
  await row.getByText('closed').waitFor()
  expect(await page.content()).not.toContain('secret')
})

test('shows a tool that is new, closed until it is accepted', async () => {
  await server.grow('shell')
  await page.getByRole('button', { name: 'Ask all servers' }).click()
  const changes = page.getByRole('region', { name: 'Changed tools of search' })
  await changes.getByText('Closed until you accept what they are now').waitFor()
  await changes.locator('summary').click()
  await changes.getByText('"description": "Does shell"').waitFor()
  await changes.getByRole('button', { name: 'Accept shell of search' }).click()
  await page.getByText('1 tool of search accepted').waitFor()
  expect(await changes.count()).toBe(0)
})

test('has lines to copy that lead an agent here', async () => {
  const text = await page.locator('.connecting').textContent()
  expect(text).toContain(`claude mcp add --transport http modelway ${gateway.url}/mcp`)
  expect(text).toContain(`url = "${gateway.url}/mcp"`)
  expect(text).not.toContain(MASTER)
})

test('lists calls, and finds them', async () => {
  const ask = (method: string, params: object) =>
    fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${MASTER}`,
        'x-modelway-user-path': '/team/alpha',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }).then(answer => answer.text())
  await ask('prompts/get', { name: 'search__greet' })
  for (const name of ['search__echo', 'search__fail']) await ask('tools/call', { name, arguments: {} })
  await page.getByRole('link', { name: 'Calls', exact: true }).click()
  const rows = page.locator('#tool-calls tbody tr')
  await rows.nth(2).waitFor()
  expect(await rows.first().textContent()).toMatch(
    /fail.*tool of search.*tool failed.*\/team\/alpha.*Master key.*no price/,
  )
  await page.getByLabel('Kind').selectOption('prompt')
  await page.locator('#tool-calls tbody tr:only-child').waitFor()
  expect(await rows.textContent()).toMatch(/greet.*prompt of search.*done/)
  await page.getByLabel('Kind').selectOption('tool')
  await page.getByLabel('Outcome').selectOption('ok')
  await page.locator('#tool-calls tbody tr:only-child th:has-text("echo")').waitFor()
})

test('works for everybody, light and dark, wide and narrow', async () => {
  await server.grow('eval')
  await page.goto(`${gateway.url}/dashboard/tools`)
  await page.getByRole('button', { name: 'Ask all servers' }).click()
  await page.locator('.tool-changes').waitFor()
  await expectFitForAll(page, [
    async () => {
      await page.goto(`${gateway.url}/dashboard/tools`)
      for (const closed of await card('search').locator('summary').all()) await closed.click()
    },
    async () => {
      await page.goto(`${gateway.url}/dashboard/tools/calls`)
      await page.locator('#tool-calls tbody tr').first().waitFor()
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
