import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, startGateway } from './kit.ts'
import { type Stage, setStage } from './stage.ts'

setDefaultTimeout(60_000)

const HOSTILE = `"><img src=x onerror=alert(1)></pre><script>alert(2)</script>`

let stage: Stage
let page: Page

const declared = (sources: readonly string[]) =>
  JSON.stringify(sources.map(source => ({ source, target_model: 'demo/parrot' })))

const start = (env: Record<string, string> = {}): Promise<Running> =>
  startGateway({ VIRTUAL_MODELS: declared(['smarter', HOSTILE]), ...env })

setStage(start, ready => {
  stage = ready
  page = ready.page
})

const open = (query: Record<string, string> = {}) =>
  page.goto(`${stage.gateway.url}/dashboard/connect?${new URLSearchParams(query)}`)
const piece = (index = 0) => page.locator(`#piece-${index}`)

test('begins with the address at which it was opened, and with a name of the operator', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Connect' }).click()
  await open({ model: 'smarter' })
  expect(await page.getByRole('heading', { level: 2, name: 'Claude Code' }).count()).toBe(1)
  expect(await piece().textContent()).toBe(
    `export ANTHROPIC_BASE_URL=${stage.gateway.url}
export ANTHROPIC_AUTH_TOKEN=YOUR_KEY
export ANTHROPIC_MODEL=smarter
export ANTHROPIC_DEFAULT_HAIKU_MODEL=smarter
export ANTHROPIC_DEFAULT_SONNET_MODEL=smarter
export ANTHROPIC_DEFAULT_OPUS_MODEL=smarter
export ANTHROPIC_DEFAULT_FABLE_MODEL=smarter
export CLAUDE_CODE_MAX_CONTEXT_TOKENS=128000
claude`,
  )
  await page.getByRole('link', { name: 'Go to the keys' }).click()
  await page.waitForURL(/\/dashboard\/keys$/)
})

test('writes the chosen model and address into every program, and into the address of the page', async () => {
  await open()
  await page.getByLabel('Model', { exact: true }).fill('smarter')
  await page.getByLabel('Address').fill('https://models.example.com/ai/v1/')
  await page.getByRole('link', { name: 'Codex' }).click()
  // Whoever clicks faster than the page takes what was typed loses nothing of it.
  await page.waitForURL(url => {
    const { client, model, address } = Object.fromEntries(url.searchParams)
    return client === 'codex' && model === 'smarter' && address === 'https://models.example.com/ai/v1/'
  })
  await page.getByRole('heading', { level: 2, name: 'Codex' }).waitFor()
  expect(await piece().textContent()).toContain('base_url = "https://models.example.com/ai/v1"')
  // What is typed next keeps the program that was chosen.
  await page.getByLabel('Model', { exact: true }).fill('other')
  await page.getByText('model = "other"').waitFor()
  await page.reload()
  expect(await piece().textContent()).toContain('model = "other"')
})

test('says what is no address, and mends it while it is typed', async () => {
  await open()
  await page.getByLabel('Address').fill('models.example.com')
  await page.getByRole('alert').getByText('Not an address').waitFor()
  await page.getByLabel('Address').fill('https://models.example.com')
  await page.getByText('Of this gateway, as its callers see it.').waitFor()
  expect(await piece().textContent()).toContain('https://models.example.com')
})

test.each([
  [{ host: 'models.example.com', 'x-forwarded-proto': 'https' }, 'https://models.example.com'],
  [
    { 'x-forwarded-host': 'ai.example.com:8443', 'x-forwarded-proto': 'https,http' },
    'https://ai.example.com:8443',
  ],
  [{ host: 'gw' }, 'http://gw'],
  [{ 'x-forwarded-host': 'a.example/<script>' }, /^http:\/\/127\.0\.0\.1:\d+$/],
])('knows the address at which a proxy is seen: %j', async (headers, address) => {
  const response = await fetch(`${stage.gateway.url}/dashboard/connect?client=environment`, {
    headers: { authorization: `Bearer ${MASTER}`, ...(headers as Record<string, string>) },
  })
  const said = /ANTHROPIC_BASE_URL=(\S+)/.exec(await response.text())![1]!
  expect(said).toMatch(typeof address === 'string' ? new RegExp(`^${RegExp.escape(address)}$`) : address)
})

test('an address is taken as libraries write it', async () => {
  for (const written of [
    'https://h.example/ai/v1/chat/completions',
    'https://h.example/ai/v1/',
    'https://h.example/ai/',
  ]) {
    await open({ address: written, client: 'environment' })
    expect(await piece(1).textContent()).toContain('ANTHROPIC_BASE_URL=https://h.example/ai\n')
  }
})

test('copies a piece as it stands there', async () => {
  await stage.browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open({ client: 'curl', model: 'smarter' })
  const button = page.getByRole('button', { name: 'Copy: In a shell' })
  await button.click()
  await button.getByText('Copied').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe((await piece().textContent())!)
})

test('names with markup stay names, wherever they come from', async () => {
  for (const client of ['claude-code', 'codex', 'opencode', 'curl', 'nobody', HOSTILE]) {
    await open({ client, model: HOSTILE, address: HOSTILE })
    expect(await page.locator('#setup script, #setup img').count()).toBe(0)
  }
  await open({ client: 'cline', model: HOSTILE })
  expect(await piece(3).textContent()).toBe(HOSTILE)
})

test('a gateway without a key asks for none', async () => {
  await using open = await openGate()
  await open.page.goto(`${open.url}/dashboard/connect?client=aider`)
  const text = await open.page.locator('#piece-0').textContent()
  expect(text).toContain('export OPENAI_API_KEY=none')
  expect(await open.page.getByText('No key is set, so none is asked for').count()).toBe(1)
  expect(await open.page.getByRole('button', { name: /^Copy/ }).count()).toBe(0)
  expect(await open.page.getByRole('link', { name: 'Go to the keys' }).count()).toBe(0)
})

/** A gateway that serves this machine without a key, and a browser without scripts. */
async function openGate() {
  const gateway = await start({ MODELWAY_MASTER_KEY: '' })
  const { page, close } = await openBrowser(gateway.url, { javaScriptEnabled: false })
  return {
    url: gateway.url,
    page,
    async [Symbol.asyncDispose]() {
      await close()
      await gateway.stop()
    },
  }
}

test('is fit for all', () =>
  expectFitForAll(page, [
    () => open(),
    () => open({ client: 'openai-js', model: HOSTILE }),
    () => open({ client: 'curl', address: 'nonsense' }),
  ]))
