import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { createFolder, until } from '../config/kit.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, signIn, startGateway } from './kit.ts'
import { type Stage, setStage } from './stage.ts'

setDefaultTimeout(120_000)

const HOSTILE = `"><img src=x onerror=alert(1)></pre><script>alert(2)</script>`

const folder = createFolder()
afterAll(() => folder[Symbol.dispose]())

const plugin = folder.write(
  'night-shift.tsx',
  `import * as v from 'valibot'
import { defineApi, definePage, definePlugin } from 'modelway'
export default definePlugin({
  name: 'night-shift',
  about: ${JSON.stringify(`Closes at night. ${HOSTILE}`)},
  config: v.object({ opensAt: v.optional(v.number(), 6) }),
  needs: ['auth'],
  setup: ({ log }) => ({
    permit({ request }) {
      if (request.headers.has('x-night')) throw new Error('a bug with a secret in it')
    },
    settle({ request }) {
      if (request.headers.has('x-late')) throw new Error('too late')
    },
    api: [
      defineApi({
        method: 'GET', path: '/night', access: 'anyone', tag: 'Night', summary: 'Tells the time',
        answer: { about: 'Nothing' },
        run: () => { throw new Error('no clock') },
      }),
      defineApi({
        method: 'POST', path: '/night', access: 'anyone', tag: 'Night', summary: 'Complains',
        answer: { about: 'Nothing' },
        run: () => { log.error(${JSON.stringify(HOSTILE)}) },
      }),
    ],
    pages: [definePage({ path: '/night', title: 'Night', load: () => '', view: () => <h1>Night</h1> })],
    ticks: [{ every: 90_000, run() {} }],
  }),
})`,
)

const file = folder.write('modelway.yaml', 'upstream_timeout: 5m\n')

let stage: Stage
let page: Page

setStage(
  () =>
    startGateway({
      PLUGINS: plugin,
      CONFIG_FILE: file,
      DEMO: 'true',
      OPENAI_API_KEY: 'sk-x',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    }),
  ready => {
    stage = ready
    page = ready.page
  },
)

const open = (query: Record<string, string> = {}) =>
  page.goto(`${stage.gateway.url}/dashboard/plugins?${new URLSearchParams(query)}`)
const line = (name: string) => page.locator(`#plugin-${name}`)
/** As it is laid out. */
const read = async (at: Locator): Promise<string> => (await at.first().allInnerTexts())[0] ?? ''
const at = (hook: string) =>
  page.getByRole('list', { name: `Plugins at ${hook}`, exact: true }).getByRole('listitem')
const call = (headers: Record<string, string>, model = 'demo/parrot') =>
  fetch(`${stage.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })

test('draws the path of a request: its hooks in order, and the plugins that stand there in theirs', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plugins' }).click()
  await page.getByRole('heading', { level: 1, name: 'Plugins' }).waitFor()
  expect(await page.locator('ol.path h3').allInnerTexts()).toEqual([
    'authenticate',
    'scope',
    'permit',
    'route',
    'order',
    'shape',
    'admit',
    'guard',
    'recall',
    'attempt',
    'tap',
    'head',
    'spend',
    'resume',
    'settle',
  ])
  expect(await at('route').allInnerTexts()).toEqual(['virtual-models', 'catalog', 'access', 'ollama-api'])
  expect(await at('permit').allInnerTexts()).toEqual(['night-shift'])
  expect(await at('recall').allInnerTexts()).toEqual(['nobody'])
  expect(await read(page.locator('#hook-authenticate'))).toContain('The first answer counts')
  expect(await page.locator('ul.path h3').allInnerTexts()).toEqual([
    'administrate',
    'recognize',
    'audit',
    'list',
  ])
})

test('lists every plugin in the order of the house, with what it brings', async () => {
  await open()
  const names = await page.locator('.member-name').allInnerTexts()
  expect(names.slice(0, 5)).toEqual(['history', 'audit', 'concerns', 'redis', 'auth'])
  expect(names.at(-1)).toBe('night-shift')
  expect(await read(line('groq'))).toContain('nothing to do')
  expect(await read(line('openai'))).toContain('1 provider')
  expect(await read(line('prices'))).toMatch(/needed by \d/)
  await line('auth').locator('summary').press('Enter')
  const facts = await read(line('auth').locator('.entry-facts'))
  expect(facts).toContain('part of the gateway')
  expect(facts).toContain('POST /admin/keys/:id/roll')
  expect(facts).toContain('API keys')
  expect(facts).toContain('none in the log since')
  await line('auth').getByRole('link', { name: '3 settings of auth' }).click()
  await page.waitForURL(/\/dashboard\/settings\?plugin=auth$/)
  expect(await page.getByText('auth.master_key', { exact: true }).count()).toBe(1)
})

test('says what came from outside, and as what it was named', async () => {
  await open({ show: 'brought' })
  expect(await page.locator('.member-name').allInnerTexts()).toEqual(['night-shift'])
  await line('night-shift').locator('summary').click()
  const facts = await read(line('night-shift').locator('.entry-facts'))
  for (const words of [plugin, 'permit', 'settle', 'GET /night', 'every 1 min 30 s', 'auth'])
    expect(facts).toContain(words)
  await line('night-shift').getByRole('link', { name: 'Night', exact: true }).click()
  await page.getByRole('heading', { name: 'Night', exact: true }).waitFor()
})

test('counts the errors of each plugin, says where the last one was, and never what it was about', async () => {
  expect((await call({})).status).toBe(200)
  await open({ show: 'errors' })
  await page.getByText('Nothing went wrong since the start.').waitFor()
  const failed = await call({ 'x-night': '1' })
  expect(failed.status).toBe(500)
  await open({ show: 'errors' })
  expect(await page.locator('.member-name').allInnerTexts()).toEqual(['night-shift'])
  expect(await read(line('night-shift').locator('summary'))).toContain('1 error')
  await line('night-shift').locator('summary').click()
  const facts = await read(line('night-shift').locator('.entry-facts'))
  expect(facts).toMatch(/1 error in the log, the last just now: permit/)
  expect(facts).toContain(failed.headers.get('x-request-id')!)
  expect(await page.content()).not.toContain('a bug with a secret')
  expect((await call({ 'x-late': '1' })).status).toBe(200)
  await open({ show: 'errors' })
  expect((await line('night-shift').locator('.entry-facts dd').nth(1).allTextContents())[0]).toMatch(
    /2 errors .*: settle/,
  )
  await fetch(`${stage.gateway.url}/night`)
  await open({ show: 'errors' })
  expect((await line('night-shift').locator('.entry-facts dd').nth(1).allTextContents())[0]).toMatch(
    /3 errors .*: GET \/night/,
  )
  await fetch(`${stage.gateway.url}/night`, { method: 'POST' })
  await open({ show: 'errors' })
  expect(await read(line('night-shift').locator('summary'))).toContain('4 errors')
})

test('a reload of the configuration forgets none of them', async () => {
  const headers = { authorization: `Bearer ${MASTER}` }
  folder.write('modelway.yaml', 'upstream_timeout: 7m\n')
  await until(async () => {
    const settings = await (await fetch(`${stage.gateway.url}/admin/settings`, { headers })).text()
    return settings.includes('"7m"')
  }, 'the reload')
  await open({ show: 'errors' })
  expect(await read(line('night-shift').locator('summary'))).toContain('4 errors')
})

test('a call that is refused is no error of anybody', async () => {
  await open({ show: 'errors' })
  const before = await read(line('night-shift').locator('summary'))
  expect((await call({}, 'no/such-model')).status).toBe(404)
  await open({ show: 'errors' })
  expect(await read(line('night-shift').locator('summary'))).toBe(before)
  expect(await page.locator('.member-name').count()).toBe(1)
})

test('searches names, hooks and endpoints while it is typed, and keeps it in the address', async () => {
  await open()
  await page.keyboard.press('/')
  await page.keyboard.type('chat/completions')
  await page.waitForURL(/q=chat/)
  await open({ q: 'recall' })
  await page.getByText('No plugin is like that').waitFor()
  await page.getByRole('link', { name: 'See all plugins' }).click()
  await page.getByLabel('Which plugins').selectOption('idle')
  await page.waitForURL(/show=idle/)
  expect(await page.locator('.member-name').allInnerTexts()).toContain('groq')
  expect(await page.locator('.member-name').allInnerTexts()).not.toContain('auth')
})

test('sentences and log lines with markup stay words', async () => {
  await open({ show: 'brought' })
  expect(await read(line('night-shift').locator('summary'))).toContain(HOSTILE)
  await line('night-shift').locator('summary').click()
  expect(await read(line('night-shift').locator('.entry-facts'))).toContain(HOSTILE)
  await open({ q: HOSTILE })
  expect(await page.locator('main :is(script, img)').count()).toBe(0)
})

test('works without a script', async () => {
  const plain = await openBrowser(stage.gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, stage.gateway.url)
  await plain.page.goto(`${stage.gateway.url}/dashboard/plugins`)
  await plain.page.getByRole('searchbox').fill('passthrough')
  await plain.page.getByRole('button', { name: 'Search' }).click()
  await plain.page.waitForURL(/q=passthrough/)
  await plain.page.locator('#plugin-passthrough summary').click()
  await plain.page.getByText('GET /p/:provider/*').waitFor()
  expect(plain.problems).toEqual([])
  await plain.close()
})

test('fits, and has no violation, light and dark, wide and narrow', async () => {
  await expectFitForAll(page, [
    async () => {
      await open()
      for (const name of ['auth', 'night-shift', 'usage', 'groq']) await line(name).locator('summary').click()
    },
    () => open({ q: 'no such thing' }),
  ])
})
