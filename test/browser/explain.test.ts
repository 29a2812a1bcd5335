import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { createMockProvider, type MockProvider } from '../mock/provider.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway } from './kit.ts'
import { setStage } from './stage.ts'

setDefaultTimeout(60_000)

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  '" is a redirect to "smart',
  'a: b "quoted" \u05d0gnp',
]

let east: MockProvider
let west: MockProvider
let gateway: Running
let page: Page

const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
const api = async (method: string, path: string, body: object) => {
  const response = await fetch(gateway.url + path, { method, headers, body: JSON.stringify(body) })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  return { status: response.status, body: (await response.json()) as any }
}
const put = async (body: object) =>
  expect((await api('PUT', '/admin/virtual-models', { force: true, ...body })).status).toBe(200)

setStage(
  async () => {
    east = createMockProvider({ models: ['gpt-5', 'gpt-4o', 'o4-mini', ...HOSTILE], tokens: 2 })
    west = createMockProvider({ models: ['llama-3.3-70b', 'weak'], tokens: 2 })
    gateway = await startGateway({
      OPENAI_BASE_URL: east.url,
      GROQ_BASE_URL: west.url,
      BREAKER_FAILURES: '2',
      BREAKER_PAUSE: '2m',
      RETRIES: '0',
    })
    await api('POST', '/admin/providers/refresh', {})
    await put({ source: 'smart', targets: [{ model: 'openai/gpt-5' }] })
    await put({
      source: 'smarter',
      strategy: 'failover',
      targets: [{ model: 'smart' }, { model: 'groq/llama-3.3-70b' }],
    })
    await put({ source: 'openai/gpt-4o', target_model: 'groq/llama-3.3-70b' })
    await put({
      source: 'spread',
      targets: [{ model: 'openai/gpt-5', weight: 3 }, { model: 'groq/llama-3.3-70b' }],
    })
    await put({
      source: 'shaky',
      strategy: 'failover',
      targets: [{ model: 'groq/weak' }, { model: 'openai/gpt-5' }],
    })
    await put({ source: 'labs', target_model: 'openai/gpt-5', user_paths: ['/labs'] })
    await put({ source: 'openai/o4-mini', user_paths: ['/team/alpha'] })
    west.setPlan(request => (request.json?.model === 'weak' ? { status: 500 } : undefined))
    for (const text of ['a', 'b'])
      await api('POST', '/v1/chat/completions', {
        model: 'groq/weak',
        messages: [{ role: 'user', content: text }],
      })
    return gateway
  },
  stage => {
    ;({ gateway, page } = stage)
  },
)

afterAll(async () => {
  east?.stop()
  west?.stop()
})

const open = (asked: Record<string, string>) =>
  page.goto(`${gateway.url}/dashboard/explain?${new URLSearchParams(asked)}`)
const verdict = async () => ((await page.locator('.verdict').textContent()) ?? '').replace(/\s+/g, ' ')
const texts = async (selector: string) => (await page.locator(selector).allTextContents()).map(bare)
/** Names are shown without the quotes around them. */
const bare = (text: string) => text.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim()

interface Explained {
  readonly steps: readonly { readonly text: string }[]
  readonly targets: readonly {
    readonly provider: string
    readonly model: string
    readonly skipped?: string
  }[]
  readonly dropped: readonly { readonly name: string }[]
  readonly listed: boolean
  readonly outcome: { readonly status: number; readonly code?: string; readonly message?: string }
}

/** What the page says, next to what the API decides for the same question. */
async function compare(model: string, user_path = '', key = '') {
  await open({ model, ...(user_path && { user_path }), ...(key && { key }) })
  const reply = await api('POST', '/admin/explain', {
    model,
    ...(user_path && { user_path }),
    ...(key && { key_id: key }),
  })
  const body: Explained = reply.body
  const sentence = await verdict()
  const targets = body.targets.map(({ provider, model }) => bare(`${provider}/${model}`))
  expect(await texts('.tried .name')).toEqual(targets)
  expect(await texts('.tried .reason[data-off] .name')).toEqual(
    targets.filter((_, index) => body.targets[index]!.skipped !== undefined),
  )
  expect(await texts('.left-out .name')).toEqual(body.dropped.map(({ name }) => bare(name)))
  expect(await texts('.trail .phrase')).toEqual(body.steps.map(({ text }) => bare(text)))
  expect(sentence.includes(`does not show this name`)).toBe(!body.listed)
  if (body.outcome.code === undefined) {
    const first = body.targets.find(({ skipped }) => skipped === undefined)!
    expect(sentence).toContain(`gets ${first.provider}/${first.model}`)
  } else {
    expect(sentence).toContain(`is refused: ${body.outcome.status} ${body.outcome.code}`)
    // A second may have passed between the two.
    const still = (text: string) => text.replaceAll(/another \d+ s/g, 'another few s')
    expect(still(sentence)).toContain(still(body.outcome.message!))
  }
  return sentence
}

test('the page says what the API decides: redirects, chains, shadows, models, and names that nobody knows', async () => {
  expect(await compare('smart')).toContain('A caller without a user path gets openai/gpt-5')
  expect(await compare('smarter', '/team/beta')).toMatch(
    /smarterredirectchain.*\/team\/beta gets openai\/gpt-5 first, then groq\/llama-3\.3-70b/,
  )
  expect(await compare('openai/gpt-4o')).toMatch(/shadow.*gets groq\/llama-3\.3-70b/)
  expect(await compare('groq/llama-3.3-70b')).toContain('provider model')
  expect(await compare('llama-3.3-70b')).toContain('gets groq/llama-3.3-70b')
  expect(await compare('spread')).toContain('shared out by weight')
  expect(await texts('.way')).toContain('through spread: weight 3 of 4, shared out by weight')
  expect(await compare('nobody')).toMatch(
    /unknown.*404 model_not_found, because no provider lists this model/,
  )
})

test('who is refused reads why: a policy, a redirect of others, a key with a list of its own', async () => {
  expect(await compare('openai/o4-mini', '/team/alpha/x')).toContain('/team/alpha/x gets openai/o4-mini')
  expect(await compare('openai/o4-mini', '/sales')).toContain(
    '403 model_access_denied, because policy “openai/o4-mini” does not open the model to “/sales”',
  )
  expect(await compare('labs', '/labs/x')).toContain('gets openai/gpt-5')
  expect(await compare('labs', '/sales')).toContain(
    'because redirect “labs” does not exist for user path “/sales”',
  )
  const { body: key } = await api('POST', '/admin/keys', {
    name: 'Mobile <b>app</b>',
    user_path: '/team/alpha',
    allowed_models: ['smart'],
  })
  expect(await compare('smart', '', key.id)).toContain(
    'Key “Mobile <b>app</b>” at /team/alpha gets openai/gpt-5',
  )
  expect(await compare('groq/llama-3.3-70b', '', key.id)).toContain(
    'because the key is limited to other models',
  )
  await page.getByRole('combobox', { name: 'Key' }).fill('mobile')
  const found = page.locator('#q-keys option')
  await found.and(page.locator(`[value="${key.id}"]`)).waitFor({ state: 'attached' })
  expect(
    await found.evaluateAll(options => options.map(option => (option as HTMLOptionElement).label)),
  ).toEqual(['Mobile <b>app</b>'])
})

test('a target that keeps failing is passed over, and where no other is left the outcome is the 503 that a caller gets', async () => {
  expect(await compare('shaky')).toMatch(/gets openai\/gpt-5.*groq\/weak rests at the moment/)
  expect(await page.locator('.tried').textContent()).toContain('after 2 failures in a row')
  expect(await compare('groq/weak')).toContain(
    '503 model_unavailable, because model “weak” at “groq” is not called',
  )
  const { status, body } = await api('POST', '/v1/chat/completions', {
    model: 'groq/weak',
    messages: [{ role: 'user', content: 'c' }],
  })
  expect([status, body.error.code]).toEqual([503, 'model_unavailable'])
})

test('the question stands in the address, is asked with the keyboard, and the way back leads to the one before', async () => {
  await page.goto(`${gateway.url}/dashboard/explain`)
  const focused = () => page.evaluate(() => document.activeElement?.id)
  expect(await focused()).toBe('q-model')
  await page.keyboard.type('smarter')
  await page.locator('#q-names option:only-child[value="smarter"]').waitFor({ state: 'attached' })
  await page.keyboard.press('Tab')
  await page.keyboard.type('team/beta')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/explain\?model=smarter&user_path=team%2Fbeta$/)
  await page.locator('.verdict').waitFor()
  const before = await verdict()
  expect(before).toContain('/team/beta gets openai/gpt-5 first')
  expect(await focused()).toBe('q-path')
  await page.getByLabel('Model').fill('nobody')
  await page.keyboard.press('Enter')
  await page.getByText('404 model_not_found').waitFor()
  await page.goBack()
  await page.waitForURL(/model=smarter/)
  await page.locator('.verdict').getByText('first').waitFor()
  expect(await verdict()).toBe(before)
  await page.reload()
  expect(await verdict()).toBe(before)
})

test('a mistake is shown at its field, which takes the focus', async () => {
  await open({ model: 'smart', user_path: '/a/../b' })
  expect(await page.locator('#q-path-error').textContent()).toContain('has a segment ".."')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('q-path')
  await page.getByLabel('User path').fill('')
  await page.getByLabel('Key').fill('key_unknown')
  await page.keyboard.press('Enter')
  await page.locator('#q-key-error').getByText('There is no working key "key_unknown"').waitFor()
  expect(await page.getByLabel('Model').inputValue()).toBe('smart')
  await open({ model: ' ' })
  expect(await page.locator('#q-model-error').textContent()).toBe('Name a model')
})

test('steps lead to the redirect or policy that they speak of, and rows of the models lead here', async () => {
  await open({ model: 'smarter' })
  await page.locator('.trail').getByRole('link', { name: 'smart', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Edit smart' }).waitFor()
  await page.goto(`${gateway.url}/dashboard/models`)
  await page.getByRole('link', { name: 'Explain labs' }).click()
  await page.waitForURL(/\/explain\?model=labs&user_path=%2Flabs$/)
  expect(await verdict()).toContain('/labs gets openai/gpt-5')
  await open({ model: 'openai/o4-mini', user_path: '/sales' })
  await page.locator('.left-out').getByRole('link', { name: 'openai/o4-mini' }).click()
  await page.getByRole('heading', { name: 'Edit openai/o4-mini' }).waitFor()
})

test('a limit that is called like a redirect is no redirect', async () => {
  expect((await api('PUT', '/admin/limits/shaky', { per: 'day', requests: 1000 })).status).toBe(200)
  await open({ model: 'smart' })
  await page.locator('.trail').getByText('shaky').waitFor()
  expect(await page.locator('.trail').getByRole('link', { name: 'shaky' }).count()).toBe(0)
  await fetch(`${gateway.url}/admin/limits/shaky`, { method: 'DELETE', headers })
})

test('hostile names are inert as question, redirect, target, path and key', async () => {
  const planted = () =>
    page.evaluate(() => document.querySelectorAll('main :is(script, img, b, svg[onload])').length)
  for (const name of HOSTILE) {
    await put({ source: name, target_model: `openai/${name}` })
    await open({ model: name, user_path: name.replaceAll(':', ''), key: name })
    expect(await planted()).toBe(0)
    expect(await page.getByLabel('Key').inputValue()).toBe(name)
    expect(await compare(name)).toContain(`gets openai/${name}`)
    expect(await planted()).toBe(0)
    const links = await page
      .locator('.trail a')
      .evaluateAll(all => all.map(a => (a as HTMLAnchorElement).href))
    const edited = links.map(href => new URL(href).searchParams.get('edit'))
    expect(edited).toContain(name)
    expect(new Set(edited)).toEqual(new Set([name]))
  }
  await open({ model: 'x'.repeat(5000) })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
})

test('nothing is wrong for readers of any kind, light and dark, wide and narrow', async () => {
  const asked: Record<string, string>[] = [
    {},
    { model: 'shaky' },
    { model: 'nobody' },
    { model: 'x', user_path: '..' },
  ]
  await expectFitForAll(
    page,
    asked.map(each => () => open(each)),
  )
})

test('without scripts the form asks, and the answer is the same', async () => {
  const plain = await openBrowser(gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, gateway.url)
  await plain.page.goto(`${gateway.url}/dashboard/explain`)
  await plain.page.getByLabel('Model').fill('smarter')
  await plain.page.getByRole('button', { name: 'Explain' }).click()
  await plain.page.waitForURL(/model=smarter&user_path=&key=$/)
  await open({ model: 'smarter' })
  expect(await plain.page.locator('#verdict').innerHTML()).toBe(await page.locator('#verdict').innerHTML())
  expect(await plain.page.locator('#decision').innerHTML()).toBe(await page.locator('#decision').innerHTML())
  expect(plain.problems).toEqual([])
  await plain.close()
})
