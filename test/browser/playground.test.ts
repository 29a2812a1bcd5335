import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { expectFitForAll, violations } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

const HOSTILE =
  '</pre></p><script>alert(1)</script><img src=x onerror=alert(2)><hx-partial hx-target="body"><b>owned</b></hx-partial>'

let provider: MockProvider
let gateway: Running
let page: Page
let problems: string[]

const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
async function api(method: string, path: string, body: object) {
  const response = await fetch(gateway.url + path, { method, headers, body: JSON.stringify(body) })
  expect([path, response.ok]).toEqual([path, true])
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  return (await response.json()) as any
}

setStage(
  async () => {
    provider = createMockProvider({ models: ['gpt-5', 'secret'], tokens: 4 })
    gateway = await startGateway({
      DEMO: 'true',
      RETRIES: '0',
      OPENAI_BASE_URL: provider.url,
      MODEL_PRICES: JSON.stringify({ 'demo/parrot': { input: 3, output: 15 } }),
    })
    await api('POST', '/admin/providers/refresh', {})
    await api('PUT', '/admin/virtual-models', { source: 'smarter', target_model: 'demo/parrot' })
    await api('PUT', '/admin/virtual-models', { source: 'openai/secret', user_paths: ['/team/alpha'] })
    return gateway
  },
  stage => {
    ;({ gateway, page } = stage)
    problems = stage.browser.problems
  },
)

afterAll(() => provider?.stop())

const open = (query: Record<string, string> = {}, on = page) =>
  on.goto(`${gateway.url}/dashboard/playground?${new URLSearchParams(query)}`)
const panel = (side: 'model' | 'other' = 'model', on = page) => on.locator(`[data-panel=${side}]`)
const place = (name: string, side: 'model' | 'other' = 'model', on = page) =>
  panel(side, on).locator(`[data-place=${name}]`)
const textOf = async (name: string, side: 'model' | 'other' = 'model', on = page) =>
  (await place(name, side, on).textContent()) ?? ''
const send = () => page.getByRole('button', { name: 'Send' }).click()
const ended = (side: 'model' | 'other' = 'model') =>
  page.locator(`[data-panel=${side}]:not([hidden]):not([data-tone=busy])`).waitFor()
/** Its record is written, and all is said. */
const written = (side: 'model' | 'other' = 'model') =>
  place('tokens', side).filter({ hasText: /./ }).waitFor()
const plan = (mock_plan: object) => page.getByLabel('More fields').fill(JSON.stringify({ mock_plan }))
const more = () => page.getByText('As another caller').click()
const focused = () => page.evaluate(() => document.activeElement?.id)

test('the first answer is one click away, and arrives with who served it, how long it took and what it cost', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Playground' }).click()
  expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('smarter')
  expect(await panel().isVisible()).toBe(false)
  await send()
  await written()
  expect(await textOf('answer')).toContain('I am the demo parrot, and you said: "In one sentence')
  expect(await textOf('state')).toBe('Answered')
  expect(await textOf('served')).toBe('demo/parrot')
  expect(await textOf('first')).toMatch(/ m?s$/)
  expect(await textOf('whole')).toMatch(/ m?s$/)
  expect(await textOf('tokens')).toBe('8 in, 17 out')
  expect(await textOf('cost')).toBe('$0.000279')
  expect(await textOf('caller')).toBe('Master key')
  expect(JSON.parse(await textOf('sent'))).toEqual({
    model: 'smarter',
    messages: [{ role: 'user', content: 'In one sentence: why is the sky blue?' }],
    stream: true,
  })
  expect(await textOf('raw')).toEndWith('data: [DONE]\n\n')
  await panel().getByRole('link', { name: 'See it in Requests' }).click()
  await page.locator('dialog:modal').getByRole('heading', { name: 'smarter' }).waitFor()
  expect(await page.locator('dialog:modal').textContent()).toContain('via=playground')
  await page.goBack()
  await page.getByRole('heading', { name: 'Playground' }).waitFor()
})

test('an answer is read while it arrives, and can be stopped', async () => {
  await open({ model: 'demo/storyteller' })
  await send()
  await place('answer')
    .filter({ hasText: /\w+ \w+/ })
    .waitFor()
  expect(await textOf('state')).toBe('Arriving')
  const early = (await textOf('answer')).length
  await page.getByRole('button', { name: 'Stop' }).click()
  await ended()
  expect(await textOf('state')).toBe('Stopped')
  expect(await textOf('note')).toContain('Nobody listens any more')
  const late = (await textOf('answer')).length
  expect(late).toBeGreaterThanOrEqual(early)
  expect(await page.getByRole('button', { name: 'Stop' }).isVisible()).toBe(false)
  await panel().getByRole('link', { name: 'See it in Requests' }).waitFor()
  const href = await panel().getByRole('link', { name: 'See it in Requests' }).getAttribute('href')
  const id = new URL(href!, gateway.url).searchParams.get('call')
  for (let i = 0; i < 100; i++) {
    const response = await fetch(`${gateway.url}/admin/usage/log/${id}`, { headers })
    if (response.ok && (await response.json()).hung_up === true) return
    await Bun.sleep(50)
  }
  throw new Error('There is no record of a call that was stopped')
})

test('a call that hangs at the provider can be stopped, too', async () => {
  await open({ model: 'openai/gpt-5' })
  await more()
  await plan({ hang: true })
  await send()
  await place('state').filter({ hasText: 'Waiting' }).waitFor()
  expect(await focused()).toBe('p-stop')
  await page.keyboard.press('Enter')
  await ended()
  expect(await textOf('state')).toBe('Stopped')
  expect(await focused()).toBe('p-send')
})

test('two models are asked the same side by side, each in the language that was chosen', async () => {
  for (const [language, path] of [
    ['OpenAI Responses', '/v1/responses'],
    ['Anthropic Messages', '/v1/messages'],
  ] as const) {
    await open({ model: 'smarter' })
    await page.getByLabel('Beside it').fill('openai/gpt-5')
    await page.getByLabel('Language').selectOption(language)
    await page.getByLabel('Answer').selectOption('As a whole')
    await page.getByLabel('System').fill('Be kind')
    await page.getByLabel('User', { exact: true }).fill('Good morning')
    await send()
    await written()
    await written('other')
    expect(await textOf('answer')).toContain('"Good morning"')
    expect(await textOf('served')).toBe('demo/parrot')
    expect(await textOf('served', 'other')).toBe('openai/gpt-5')
    expect((await textOf('answer', 'other')).length).toBeGreaterThan(3)
    expect(JSON.parse(await textOf('sent', 'other')).model).toBe('openai/gpt-5')
    expect(JSON.parse(await textOf('raw', 'other')).model).toContain('gpt-5')
    expect(await textOf('curl', 'other')).toContain(`${gateway.url}${path}`)
    const [left, right] = [(await panel().boundingBox())!, (await panel('other').boundingBox())!]
    expect([left.y, left.x + left.width < right.x]).toEqual([right.y, true])
  }
  // All but the texts stand in the address.
  const { searchParams } = new URL(page.url())
  expect(Object.fromEntries(searchParams)).toEqual({
    model: 'smarter',
    other: 'openai/gpt-5',
    language: 'messages',
    stream: 'off',
  })
  await page.reload()
  expect(await page.getByLabel('Beside it').inputValue()).toBe('openai/gpt-5')
  expect(await page.getByLabel('Answer').inputValue()).toBe('off')
  await page.getByLabel('Beside it').fill('')
  await send()
  await ended()
  expect(await panel('other').isVisible()).toBe(false)
})

test('an operator sees what a team would get: a refusal by policy in words, with the way to its reasons', async () => {
  const key = await api('POST', '/admin/keys', { name: 'Alpha <b>app</b>', user_path: '/team/alpha' })
  await open({ model: 'openai/secret', user_path: '/sales' })
  await send()
  await written()
  expect(await textOf('state')).toBe('Refused: 403 model_access_denied')
  expect(await textOf('note')).toContain('openai/secret')
  expect(await textOf('caller')).toBe('Master key, for /sales')
  await panel().getByRole('link', { name: 'Explain' }).click()
  await page.locator('.verdict').getByText('does not open the model to').waitFor()
  await page.getByRole('link', { name: 'Try it in the Playground' }).click()
  expect(await page.getByLabel('User path').inputValue()).toBe('/sales')
  await open({ model: 'openai/secret' })
  await more()
  await page.getByLabel('Key').fill('<b>APP')
  await page
    .locator(`#p-keys option:only-child[value="${key.id}"][label="Alpha <b>app</b>"]`)
    .waitFor({ state: 'attached' })
  await page.getByLabel('Key').fill(key.id)
  await send()
  await written()
  expect(await textOf('caller')).toBe('Key “Alpha <b>app</b>”, for /team/alpha')
  expect(await textOf('state')).toBe('Answered')
})

test('what breaks is said in words: a provider that fails, an answer that breaks off, a gateway that is gone', async () => {
  await open({ model: 'openai/gpt-5' })
  await more()
  await plan({ status: 503 })
  await send()
  await written()
  expect(await textOf('state')).toStartWith('Failed: 5')
  expect(await textOf('note')).not.toBe('')
  await plan({ tokens: 50, cutAfterBytes: 1500 })
  await send()
  await written()
  expect(await textOf('state')).toStartWith('Broke off')
  expect(await textOf('answer')).not.toBe('')
  await page.route('**/admin/playground', route => route.abort())
  await send()
  await ended()
  expect(await textOf('note')).toContain('The gateway cannot be reached')
  await page.unroute('**/admin/playground')
  expect(problems.splice(0)).toEqual(['console: Failed to load resource: net::ERR_FAILED'])
})

test('mistakes are said at their fields, which get the keyboard; whoever mends them goes on', async () => {
  await open()
  await page.getByLabel('Model', { exact: true }).fill('')
  await page.getByLabel('User', { exact: true }).fill('')
  await send()
  await page.locator('#p-text-error, #p-model-error').first().waitFor()
  expect(await page.locator('#p-model-error').textContent()).toBe('Name a model')
  expect(await focused()).toBe('p-model')
  expect(await panel().isVisible()).toBe(false)
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Model', { exact: true }).fill('smarter')
  await page.keyboard.press('Enter')
  await page.getByText('Write what to ask').waitFor()
  expect(await page.locator('.mistake').count()).toBe(1)
  expect(await focused()).toBe('p-text')
  await page.keyboard.type('Hello')
  await more()
  await page.getByLabel('Key').fill('key_none')
  await page.getByLabel('Key').press('Enter')
  await page.getByText('There is no working key “key_none”').waitFor()
  expect(await focused()).toBe('p-key')
  await page.getByLabel('Key').fill('')
  await page.keyboard.press('Enter')
  await written()
  expect(await page.locator('.mistake').count()).toBe(0)
  expect(await textOf('answer')).toContain('"Hello"')
})

test('with the keyboard alone: names are suggested, the text is sent from where it is written', async () => {
  await open()
  await page.keyboard.press('/')
  expect(await focused()).toBe('p-model')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('parrot')
  await page.locator('#p-names option:only-child[value="demo/parrot"]').waitFor({ state: 'attached' })
  await page.keyboard.press('Control+a')
  await page.keyboard.type('demo/parrot')
  for (let i = 0; i < 5; i++) await page.keyboard.press('Tab')
  expect(await focused()).toBe('p-text')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('From the keyboard')
  await page.keyboard.press('Control+Enter')
  await written()
  expect(await textOf('answer')).toContain('"From the keyboard"')
  expect(await focused()).toBe('p-text')
  const summary = panel().getByText('As a curl command')
  await summary.focus()
  await page.keyboard.press('Enter')
  await place('curl').waitFor()
})

test('the command that is copied makes the same call', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open({ model: 'smarter', user_path: "/team/o'brien" })
  await page.getByLabel('User', { exact: true }).fill(`It's "quoted" $HOME \`id\``)
  await send()
  await written()
  await panel().getByText('As a curl command').click()
  await panel().getByRole('button', { name: 'Copy: In a shell' }).click()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  const shell = Bun.spawn(['sh', '-c', command.replace('YOUR_KEY', MASTER).replace('curl', 'curl -s')])
  expect(await new Response(shell.stdout).text()).toContain('data: [DONE]')
  const log = await (await fetch(`${gateway.url}/admin/usage/log?limit=1`, { headers })).json()
  expect(log.data[0].path).toBe("/team/o'brien")
})

test('whatever a model says stays text, while it arrives and when the page is drawn with it', async () => {
  await open({ model: 'openai/gpt-5' })
  await more()
  for (const stream of ['As a stream', 'As a whole']) {
    await page.getByLabel('Answer').selectOption(stream)
    await plan({ text: HOSTILE, reasoning: HOSTILE })
    await send()
    await written()
    expect((await textOf('answer')).trim()).toBe(HOSTILE)
    expect((await textOf('thought')).trim()).toBe(HOSTILE)
    expect(await panel().locator('script, img, b, hx-partial').count()).toBe(0)
    await plan({ status: 400, body: JSON.stringify({ error: { message: HOSTILE } }) })
    await send()
    await written()
    expect(await textOf('note')).toContain('<script>alert(1)</script>')
    expect(await panel().locator('script, img, b, hx-partial').count()).toBe(0)
  }
  expect(problems).toEqual([])
})

test('a page that is loaded anew keeps what was asked, and the call that was under way ends', async () => {
  provider.setPlan({ gapMs: 200, tokens: 100 })
  await open({ model: 'openai/gpt-5' })
  await page.getByLabel('User', { exact: true }).fill('Much was thought about this')
  await page.getByText('As another caller').click()
  await page.getByLabel('More fields').fill('{"temperature": 0}')
  await send()
  await place('answer').filter({ hasText: /./ }).waitFor()
  await page.reload()
  expect(await page.getByLabel('User', { exact: true }).inputValue()).toBe('Much was thought about this')
  expect(await page.getByLabel('More fields').inputValue()).toBe('{"temperature": 0}')
  expect(await page.getByLabel('More fields').isVisible()).toBe(true)
  expect(page.url()).not.toContain('thought')
  for (let i = 0; i < 100 && provider.ledger.active() > 0; i++) await Bun.sleep(20)
  expect(provider.ledger.entries.at(-1)?.ending).toBe('client_closed')
  provider.setPlan(undefined)
  // Another visit begins anew.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Playground' }).click()
  await page.waitForURL(/\/playground$/)
  expect(await page.getByLabel('User', { exact: true }).inputValue()).toContain('why is the sky blue')
})

test('a session that is over takes nothing of what was typed with it', async () => {
  await open({ model: 'smarter' })
  await page.getByLabel('User', { exact: true }).fill('A long text')
  const cookies = await page.context().cookies()
  await page.context().clearCookies()
  await send()
  await page.locator('#notice').getByText('Your session has ended').waitFor()
  expect(await page.getByLabel('User', { exact: true }).inputValue()).toBe('A long text')
  expect(await textOf('state')).toBe('Not asked')
  expect(await textOf('name')).toBe('smarter')
  expect(await textOf('note')).toBe('Your session has ended: sign in, then send it again.')
  expect(await violations(page)).toEqual([])
  const way = page.getByRole('link', { name: 'Sign in in a new tab' })
  expect(new URL((await way.getAttribute('href'))!).searchParams.get('next')).toContain('model=smarter')
  await page.context().addCookies(cookies)
  await page.keyboard.press('Escape')
  await send()
  await written()
  expect(await textOf('answer')).toContain('"A long text"')
})

describe('without scripts', () => {
  test('the form is sent, and the page comes back with both answers, or with the mistake at its field', async () => {
    const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
    await signIn(plain.page, gateway.url)
    await open({ model: 'smarter', other: 'openai/gpt-5' }, plain.page)
    await plain.page.getByLabel('User', { exact: true }).fill('Without a script')
    await plain.page.getByRole('button', { name: 'Send' }).click()
    await panel('model', plain.page).waitFor()
    expect(await textOf('answer', 'model', plain.page)).toContain('"Without a script"')
    expect(await textOf('cost', 'model', plain.page)).toStartWith('$0.000')
    expect(await textOf('served', 'other', plain.page)).toBe('openai/gpt-5')
    expect(await plain.page.getByRole('button', { name: 'Stop' }).isVisible()).toBe(false)
    expect(await plain.page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
    await plain.page.getByLabel('Beside it').fill('')
    await plain.page.getByText('As another caller').click()
    await plain.page.getByLabel('More fields').fill(JSON.stringify({ mock_plan: { text: HOSTILE } }))
    await plain.page.getByLabel('Model', { exact: true }).fill('openai/gpt-5')
    await plain.page.getByRole('button', { name: 'Send' }).click()
    await place('answer', 'model', plain.page).getByText('<script>alert(1)').waitFor()
    expect((await textOf('answer', 'model', plain.page)).trim()).toBe(HOSTILE)
    expect(await panel('other', plain.page).isVisible()).toBe(false)
    await plain.page.getByLabel('More fields').fill('{')
    await plain.page.getByRole('button', { name: 'Send' }).click()
    await plain.page.getByText('This is not JSON').waitFor()
    expect(await plain.page.getByLabel('More fields').inputValue()).toBe('{')
    expect(await panel('model', plain.page).isVisible()).toBe(false)
    await plain.close()
    expect(plain.problems).toEqual([])
  })
})

test('is fit for all: light and dark, wide and narrow, before and after', async () => {
  await expectFitForAll(page, [
    () => open({ model: 'smarter', user_path: '/team/alpha' }),
    async () => {
      await open({ model: 'smarter', other: 'openai/none' })
      await send()
      await written()
      await written('other')
      for (const text of await page.getByText('As a curl command').all()) await text.click()
    },
  ])
}, 180_000)
