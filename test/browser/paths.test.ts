import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { until } from '../config/kit.ts'
import { startGateway as startHouse } from '../kit.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, signIn, startGateway } from './kit.ts'
import { type Stage, setStage } from './stage.ts'

setDefaultTimeout(120_000)

const HOSTILE = `/"><img src=x onerror=alert(1)>`

let stage: Stage
let page: Page

const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
const send = (method: string, path: string, body: object, more: Record<string, string> = {}) =>
  fetch(stage.gateway.url + path, { method, headers: { ...headers, ...more }, body: JSON.stringify(body) })
const call = (path: string) =>
  send(
    'POST',
    '/v1/chat/completions',
    { model: 'demo/parrot', messages: [] },
    { 'x-modelway-user-path': path },
  )

setStage(
  () =>
    startGateway({
      MODEL_PRICES: JSON.stringify({ 'demo/parrot': { input: 1000, output: 1000 } }),
      VIRTUAL_MODELS: JSON.stringify([
        { source: 'smart', target_model: 'demo/parrot', user_paths: ['/team/alpha'] },
        { source: 'demo/storyteller', user_paths: ['/team'] },
      ]),
    }),
  async ready => {
    stage = ready
    page = ready.page
    await send('POST', '/admin/providers/refresh', {})
    await send('POST', '/admin/keys', { name: 'Robot', user_path: '/labs/robot' })
    await send('POST', '/admin/keys', { name: HOSTILE, user_path: '/labs' })
    for (const path of ['/team/alpha', '/team/alpha/ci', '/team/beta', '/team-a', HOSTILE, ''])
      await call(path)
    await until(async () => {
      await open()
      return (await row('/').getByRole('link', { name: '6', exact: true }).count()) === 1
    }, 'the calls')
  },
)

const open = (query: Record<string, string> = {}) =>
  page.goto(`${stage.gateway.url}/dashboard/paths?${new URLSearchParams(query)}`)
const row = (path: string) =>
  page
    .locator('#paths tbody tr')
    .filter({ has: page.locator(`th a[title=${JSON.stringify(`What ${path} may call`)}]`) })
const cells = async (path: string) =>
  (await row(path).locator('td').allInnerTexts()).map(text => text.split('\n').filter(line => line !== ''))

test('grows a tree of paths that callers said, and that keys and rules name', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'User paths' }).click()
  await page.getByRole('heading', { level: 1, name: 'User paths' }).waitFor()
  const names = (await page.locator('#paths th a').allInnerTexts()).map(text => text.replaceAll('\n', ''))
  expect(names.filter(name => !name.includes('img'))).toEqual([
    '/',
    '/labs',
    '/labs/robot',
    '/team',
    '/team/alpha',
    '/team/alpha/ci',
    '/team/beta',
    '/team-a',
  ])
})

test('adds up what is below a path, and tells what is its own', async () => {
  await open()
  const [calls, spend, keys] = await cells('/team')
  expect(calls).toEqual(['3', 'all below'])
  expect(spend).toEqual([expect.stringMatching(/^\$0\.\d+$/)])
  expect(keys).toEqual([])
  expect((await cells('/'))[0]).toEqual(['6', '1 itself'])
  expect((await cells('/'))[1]![1]).toMatch(/^\$0\.\d+ itself$/)
  expect((await cells('/team/beta'))[0]).toEqual(['1'])
  expect((await cells('/labs/robot'))[0]).toEqual(['0'])
  expect((await cells('/labs'))[2]!.at(-1)).toBe('1 below')
  await row('/team').getByRole('link', { name: '3', exact: true }).click()
  await page.waitForURL(/\/dashboard\/usage\?path=%2Fteam&range=30d$/)
})

test('names the keys that stand there, and the rules that name it', async () => {
  await open()
  await row('/team/alpha').getByRole('link', { name: 'smart' }).click()
  await page.waitForURL(/\/dashboard\/models\?edit=smart$/)
  await open()
  await row('/labs/robot').getByRole('link', { name: 'Robot', exact: true }).click()
  await page.waitForURL(/\/dashboard\/keys\?q=Robot$/)
})

test('shows what a path may call, as /v1/models does, and leads to the reasons', async () => {
  await open()
  await row('/team/alpha').locator('th a').click()
  await page.waitForURL(/path=%2Fteam%2Falpha/)
  const models = () => page.locator('.effective-name bdi').allInnerTexts()
  // The operator's own names come first.
  expect(await models()).toEqual(['smart', 'demo/parrot', 'demo/storyteller'])
  await open({ path: '/team-a' })
  expect(await models()).toEqual(['demo/parrot'])
  const said = await fetch(`${stage.gateway.url}/v1/models`, {
    headers: { ...headers, 'x-modelway-user-path': '/team/beta' },
  })
  const ids = ((await said.json()) as { data: { id: string }[] }).data.map(({ id }) => id)
  await open({ path: '/team/beta' })
  expect(await models()).toEqual(ids)
  await page.locator('.effective').getByRole('link', { name: 'demo/parrot' }).click()
  await page.getByText('gets').first().waitFor()
  expect(new URL(page.url()).searchParams.get('user_path')).toBe('/team/beta')
})

test('says what cannot be a path', async () => {
  await open({ path: '/team/../root' })
  await page.getByRole('alert').getByText('has a segment ".."').waitFor()
})

test('searches while it is typed, and keeps it in the address with the chosen path', async () => {
  await open({ path: '/team' })
  await page.keyboard.press('/')
  await page.keyboard.type('robot')
  await page.waitForURL(
    url => url.searchParams.get('q') === 'robot' && url.searchParams.get('path') === '/team',
  )
  expect(await page.locator('#paths tbody tr').count()).toBe(1)
  expect(await page.locator('#count').allInnerTexts()).toEqual(['1 of 9'])
})

test('searches for what was typed before the scripts of the page had come', async () => {
  const scripts = Promise.withResolvers<void>()
  await page.route(/htmx.*\.js$/, route => scripts.promise.then(() => route.continue()))
  await page.goto(`${stage.gateway.url}/dashboard/paths`, { waitUntil: 'commit' })
  await page.getByRole('searchbox').fill('robot')
  scripts.resolve()
  await page.waitForURL(/q=robot/)
  await page.unrouteAll({ behavior: 'wait' })
})

test('names with markup stay names', async () => {
  await open({ path: HOSTILE })
  await open({ q: HOSTILE, path: '/labs' })
  expect(await page.locator('main :is(script, img)').count()).toBe(0)
})

test('what cannot be seen in a path is shown by its number, also in what stands above it', async () => {
  const key = { name: 'Backwards', user_path: '/a\u202egnp/b' }
  await send('POST', '/admin/keys', key)
  await open({ q: 'Backwards' })
  expect(await row('/a[U+202E]gnp/b').getByRole('rowheader').textContent()).toBe('/aU+202Egnp/b')
  expect(await page.locator('main').innerHTML()).not.toContain('\u202e')
})

test('works without a script', async () => {
  const plain = await openBrowser(stage.gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, stage.gateway.url)
  await plain.page.goto(`${stage.gateway.url}/dashboard/paths`)
  await plain.page.getByRole('searchbox').fill('alpha')
  await plain.page.getByRole('button', { name: 'Search' }).click()
  await plain.page.waitForURL(/q=alpha/)
  expect(await plain.page.locator('#paths tbody tr').count()).toBe(2)
  expect(plain.problems).toEqual([])
  await plain.close()
})

test('fits, and has no violation, light and dark, wide and narrow', async () => {
  await expectFitForAll(page, [() => open({ path: '/team/alpha' }), () => open({ q: 'no such thing' })])
})

test('says so where more paths have called than it shows', async () => {
  const house = await startHouse({ env: { DEMO: 'true' } })
  const open = async () => {
    const headers = { authorization: 'Bearer master-key-for-tests' }
    return (await (await house.fetch('/dashboard/paths', { headers })).text()).replaceAll(/<[^>]*>/g, '')
  }
  const call = (number: number) => house.chat({ model: 'nothing' }, { 'x-modelway-user-path': `/p${number}` })
  const makeCalls = async (from: number, to: number) => {
    for (let number = from; number < to; number++) await call(number)
    const recorded = async () => (await house.admin('GET', '/admin/usage')).body.total.calls === to
    await until(recorded, `${to} calls`)
  }
  try {
    await makeCalls(0, 2000)
    expect(await open()).not.toContain('More than')
    await makeCalls(2000, 2001)
    expect(await open()).toContain(
      'More than 2,000 paths have called. Here are the 2,000 with the most calls',
    )
  } finally {
    await house.close()
  }
})
