import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { variables } from '../../plugins/model-lists/page/adding.tsx'
import { expectFitForAll, violations } from './axe.ts'
import { MASTER, openBrowser, type Running, sessionOf, signIn, startGateway, type Watched } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

const SECRET = 'sk-upstream-secret-4711'
const HOSTILE = '<img src=x onerror=alert(1)>"\'><hx-partial hx-target="body"><b>owned</b></hx-partial>'

/** A provider that answers as it is told: a status and a body for its list, the same for calls. */
function startUpstream(ids: readonly string[]) {
  const calls: string[] = []
  const list = { status: 200, body: JSON.stringify({ data: ids.map(id => ({ id })) }) }
  const chat = { status: 200, says: 'OK' }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (request.method === 'GET') return new Response(list.body, { status: list.status })
      const { model } = (await request.json()) as { model: string }
      calls.push(model)
      if (chat.status !== 200) return Response.json({ error: { message: SECRET } }, { status: chat.status })
      return Response.json({
        id: 'x',
        object: 'chat.completion',
        model,
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: chat.says } }],
        usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 },
      })
    },
  })
  return {
    calls,
    list,
    chat,
    url: `http://127.0.0.1:${server.port}`,
    stop: () => server.stop(true),
  }
}

let east: ReturnType<typeof startUpstream>
let west: ReturnType<typeof startUpstream>
let gateway: Running
let browser: Watched
let page: Page

const admin = async (method: string, path: string, body?: object) => {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  return (await response.json()) as any
}

setStage(
  async () => {
    east = startUpstream(['gpt-5', 'gpt-5-mini', HOSTILE])
    west = startUpstream(['llama'])
    gateway = await startGateway({
      OPENAI_API_KEY: SECRET,
      OPENAI_BASE_URL: `${east.url}/hidden-token/v1`,
      GROQ_EU_API_KEY: SECRET,
      GROQ_EU_BASE_URL: west.url,
      VERTEX_API_KEY: SECRET,
      BREAKER_FAILURES: '2',
      RETRIES: '0',
    })
    await admin('POST', '/admin/providers/refresh')
    return gateway
  },
  async stage => {
    ;({ gateway, browser, page } = stage)
    await page.goto(`${gateway.url}/dashboard/providers`)
  },
)

afterAll(async () => {
  east?.stop()
  west?.stop()
})

const card = (name: string): Locator =>
  page.locator('.upstream').filter({ has: page.getByRole('heading', { name, exact: true }) })
const textOf = async (name: string) => ((await card(name).textContent()) ?? '').replace(/\s+/g, ' ')
const said = (text: string | RegExp) => page.locator('#notice').getByText(text).waitFor()
const testCall = async (name: string, model: string) => {
  await page.getByLabel(`Model of ${name} for a test call`).fill(model)
  await card(name).getByRole('button', { name: 'Test call' }).click()
}

test('each provider says what it lists, where it is, what it speaks and what set it, as the API does, without any secret', async () => {
  const statuses = await admin('GET', '/admin/providers')
  expect(await page.locator('.upstream h2').allTextContents()).toEqual(
    statuses.map(({ name }: { name: string }) => name),
  )
  const openai = await textOf('openai')
  for (const part of ['fresh', '3 models', `${east.url}`, 'openai-chat', 'OPENAI_API_KEY OPENAI_BASE_URL'])
    expect(openai).toContain(part)
  expect(openai).toMatch(/fetched just now, next in (?:59|60) min/)
  expect(await textOf('groq-eu')).toContain('GROQ_EU_API_KEY GROQ_EU_BASE_URL')
  expect(await textOf('vertex')).toContain('has none: every name is tried there')
  const html = await page.content()
  for (const hidden of [SECRET, 'hidden-token', MASTER]) expect(html).not.toContain(hidden)
  await card('openai').getByRole('link', { name: '3 models' }).click()
  await page.waitForURL(/\/models\?kind=provider&provider=openai$/)
  expect(await page.locator('#models tbody tr').count()).toBe(3)
  await page.goBack()
})

test('a list that cannot be fetched says why, in place, and what is used meanwhile; the next good one heals it', async () => {
  const refresh = card('groq-eu').getByRole('button', { name: 'Refresh list' })
  west.list.status = 401
  await refresh.focus()
  await page.keyboard.press('Enter')
  await said('groq-eu: the provider refused the gateway’s credentials (status 401)')
  await card('groq-eu').getByText('stale', { exact: true }).waitFor()
  expect(await textOf('groq-eu')).toContain(
    'The list could not be fetched: the provider refused the gateway’s credentials (status 401). The list before stays in use.',
  )
  expect(await textOf('groq-eu')).toContain('1 model')
  expect(await textOf('openai')).toContain('fresh')
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Refresh list')
  expect((await admin('GET', '/admin/providers'))[1]).toMatchObject({ name: 'groq-eu', state: 'stale' })
  west.list.status = 200
  await page.getByRole('button', { name: 'Refresh all lists' }).click()
  await card('groq-eu').getByText('fresh', { exact: true }).waitFor()
  await said('All lists are fresh')
})

test('a test call takes the way of every call: it is answered, recorded and counted', async () => {
  await testCall('openai', 'gpt-5-mini')
  await said(/^openai: Answered in \d+ ms: “OK” \(14 tokens\)$/)
  expect(await card('openai').locator('.tested').textContent()).toMatch(/gpt-5-mini just now: Answered in/)
  expect(east.calls).toEqual(['gpt-5-mini'])
  const recorded = async () => (await admin('GET', '/admin/usage/log')).data
  for (let i = 0; i < 50 && (await recorded()).length === 0; i++) await Bun.sleep(100)
  expect(JSON.stringify(await recorded())).toContain('gpt-5-mini')
})

test('a test call that fails says why without the provider’s own words, and two of them let the model rest', async () => {
  east.chat.status = 401
  await testCall('openai', 'gpt-5')
  await said(
    /^openai: No answer after \d+ ms: Provider "openai" rejected the gateway's credentials \(status 401\) \(502 upstream_rejected\)$/,
  )
  await card('openai').getByRole('button', { name: 'Test call' }).click()
  await card('openai').getByText('resting', { exact: true }).waitFor()
  expect(await textOf('openai')).toMatch(
    /Provider “openai” is not called for another \d+ s, after 2 failures/,
  )
  await testCall('openai', 'gpt-5-mini')
  await said(/503 model_unavailable/)
  expect(await page.content()).not.toContain(SECRET)
  east.chat.status = 200
  expect(east.calls).toEqual(['gpt-5-mini', 'gpt-5', 'gpt-5'])
})

test('a test call asks nobody but this provider, and nobody whom a policy closes', async () => {
  await admin('PUT', '/admin/virtual-models', {
    source: 'groq-eu/llama',
    target_model: 'openai/gpt-5',
    force: true,
  })
  await testCall('groq-eu', 'llama')
  await said('Not called: a redirect leads groq-eu/llama to openai/gpt-5')
  await admin('PUT', '/admin/virtual-models', { source: 'groq-eu/llama', user_paths: ['/team'], force: true })
  await testCall('groq-eu', 'llama')
  await said(/is not open to you.*403 model_access_denied/)
  await testCall('groq-eu', '')
  await said('groq-eu: Name a model to ask')
  expect(west.calls).toEqual([])
})

test('without the token of the session nothing is refreshed and nobody is called', async () => {
  const cookie = await sessionOf(browser.context)
  for (const action of ['refresh', 'test']) {
    const response = await fetch(`${gateway.url}/dashboard/providers/${action}`, {
      method: 'POST',
      headers: { cookie: `${cookie!.name}=${cookie!.value}` },
      body: new URLSearchParams({ provider: 'groq-eu', model: 'llama' }),
      redirect: 'manual',
    })
    expect(response.status).toBe(403)
  }
  expect(west.calls).toEqual([])
})

test('hostile models, reasons and answers are inert', async () => {
  const planted = () => page.evaluate(() => document.querySelectorAll('main :is(script, img, b)').length)
  west.list.body = HOSTILE
  west.chat.says = HOSTILE
  await admin('PUT', '/admin/virtual-models', { source: 'groq-eu/llama', user_paths: ['/'], force: true })
  await card('groq-eu').getByRole('button', { name: 'Refresh list' }).click()
  await card('groq-eu').getByText('The list could not be fetched').waitFor()
  await testCall('groq-eu', 'llama')
  await card('groq-eu').getByText('Answered in').waitFor()
  expect(await card('groq-eu').locator('.tested').textContent()).toContain(HOSTILE.slice(0, 80))
  await testCall('groq-eu', HOSTILE)
  await card('groq-eu').getByText('does not exist').waitFor()
  expect(await page.getByLabel('Model of groq-eu for a test call').inputValue()).toBe(HOSTILE)
  expect(await planted()).toBe(0)
  await page.reload()
  expect(await planted()).toBe(0)
})

test('nothing is wrong for readers of any kind, light and dark, wide and narrow', async () => {
  await expectFitForAll(page, [
    async () => {
      await page.goto(`${gateway.url}/dashboard/providers`)
      await page.getByText('Add another provider').click()
    },
  ])
})

test('an operator adds one with the keyboard: chosen, tried, mended without typing the key again, and used', async () => {
  await page.goto(`${gateway.url}/dashboard/providers`)
  await page.getByRole('link', { name: 'New provider' }).press('Enter')
  // Of all that there are, those that have these words.
  await page.getByLabel('Search providers').fill('GPT openai')
  await page.getByRole('link', { name: /^groq/ }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /^openai/ }).press('Enter')
  await page.getByLabel('Name').fill('Not a name')
  await page.getByLabel('API key').fill(SECRET)
  await page.getByLabel('Base URL').fill(`${west.url}/v1`)
  await page.getByLabel('Base URL').press('Enter')
  await page.getByText('Name: Expected small letters').waitFor()
  await page.getByLabel('Name').fill('openai-west')
  Object.assign(west.list, { status: 200, body: JSON.stringify({ data: [{ id: 'llama' }] }) })
  await page.getByRole('button', { name: 'Test', exact: true }).press('Enter')
  await page.getByText('It lists 1 model').waitFor()
  await page.getByRole('button', { name: 'Create provider' }).press('Enter')
  await page.waitForURL('**/dashboard/providers')
  west.chat.says = 'From the west'
  await testCall('openai-west', 'llama')
  await said(/From the west/)
  expect(await page.content()).not.toContain(SECRET)
})

test('the pages that add and change one fit everybody', async () => {
  await expectFitForAll(
    page,
    ['?new=', '?name=openai-west'].map(query => async () => {
      await page.goto(`${gateway.url}/dashboard/providers/edit${query}`)
    }),
  )
})

test('without scripts lists are refreshed and models are tested, and the page comes back at the provider', async () => {
  const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, gateway.url)
  await plain.page.goto(`${gateway.url}/dashboard/providers`)
  west.list.status = 500
  await plain.page.getByRole('button', { name: 'Refresh list of groq-eu' }).click()
  await plain.page.waitForURL(/\/dashboard\/providers#provider-[0-9a-f]{8}$/)
  await plain.page.getByText('the provider failed (status 500)').waitFor()
  west.chat.says = 'Plainly OK'
  await plain.page.getByLabel('Model of groq-eu for a test call').fill('llama')
  await plain.page.getByRole('button', { name: 'Test call to groq-eu' }).click()
  await plain.page.getByText('“Plainly OK”').waitFor()
  expect(plain.problems).toEqual([])
  await plain.close()
})

test('with only the demo, the page teaches which variables add a provider', async () => {
  const demo = await startGateway({})
  const fresh = await openBrowser(demo.url)
  await signIn(fresh.page, demo.url)
  await fresh.page.getByRole('link', { name: 'Providers' }).click()
  await fresh.page.getByRole('heading', { name: 'Add your first provider' }).waitFor()
  const template = await Bun.file(new URL('../../.env.template', import.meta.url)).text()
  for (const [name] of variables) {
    expect(template).toContain(`\n${name}=`)
    expect(await fresh.page.locator('.variables').textContent()).toContain(name)
  }
  await fresh.page.getByRole('button', { name: 'Test call to demo' }).click()
  await fresh.page.locator('#notice').getByText('demo: Answered in').waitFor()
  expect(await violations(fresh.page)).toEqual([])
  expect(fresh.problems).toEqual([])
  await fresh.close()
  await demo.stop()
})
