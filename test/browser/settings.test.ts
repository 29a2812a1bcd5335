import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { createFolder } from '../config/kit.ts'
import { expectFitForAll } from './axe.ts'
import { MASTER, openBrowser, signIn, startGateway } from './kit.ts'
import { type Stage, setStage } from './stage.ts'

setDefaultTimeout(120_000)

const HOSTILE = `"><img src=x onerror=alert(1)></pre><script>alert(2)</script>`

const template = await Bun.file(new URL('../../.env.template', import.meta.url)).text()
/** Variables that hold secrets by their names, whatever the schemas say of them. */
const SECRETS = [...template.matchAll(/^([A-Z0-9_]*(?:KEY|KEY_ID|TOKEN|CREDENTIALS|HEADERS))=/gm)]
  .map(([, name]) => name!)
  .filter(name => !['USAGE_LABEL_HEADERS', 'SERVED_MODEL_HEADERS', 'MODELWAY_MASTER_KEY'].includes(name))

const account = {
  type: 'authorized_user',
  client_id: 'hidden-client',
  client_secret: 'hidden-VERTEX_CREDENTIALS-secret',
  refresh_token: 'hidden-VERTEX_CREDENTIALS-refresh',
}
const SEALING = Buffer.alloc(32, 'hidden').toString('base64')
const secretFor = (name: string): string => {
  if (name === 'SECRETS_KEY') return SEALING
  if (name.endsWith('_HEADERS')) return `authorization=Bearer%20hidden-${name}`
  return name === 'VERTEX_CREDENTIALS' ? JSON.stringify(account) : `hidden-${name}`
}

const folder = createFolder()
afterAll(() => folder[Symbol.dispose]())

const plugin = folder.write(
  'night-shift.ts',
  `import * as v from 'valibot'
import { definePlugin } from 'modelway'
export default definePlugin({
  name: 'night-shift',
  about: ${JSON.stringify(`Closes at night. ${HOSTILE}`)},
  config: v.object({
    opensAt: v.optional(v.pipe(v.number(), v.description('When it opens. <b>Early</b>')), 6),
    webhook: v.optional(v.string()),
    motto: v.optional(v.pipe(v.string(), v.metadata({ secret: false })), 'Sleep well'),
  }),
  env: { webhook: ['NIGHT_WEBHOOK'] },
  setup: () => ({}),
})`,
)
const file = folder.write(
  'modelway.yaml',
  `# ours
upstream_timeout: 5m
log_level: info
night_shift:
  motto: ${JSON.stringify(HOSTILE)}
providers:
  gpu:
    type: vllm
    base_url: http://gpu:8000/v1
    api_key: \${MY_GPU_KEY}
`,
)

let stage: Stage
let page: Page

setStage(
  () =>
    startGateway({
      ...Object.fromEntries(SECRETS.map(name => [name, secretFor(name)])),
      // At once away: to look for hosts by the dozen that nobody knows takes its time.
      ...Object.fromEntries(
        SECRETS.filter(name => name.endsWith('_API_KEY')).map(name => [
          name.replace(/_API_KEY$/, '_BASE_URL'),
          'http://127.0.0.1:9',
        ]),
      ),
      AZURE_BASE_URL: 'https://hidden-away.openai.azure.com',
      AZURE_MODELS: 'a',
      BEDROCK_REGION: 'eu-west-1',
      VERTEX_PROJECT: 'project',
      VERTEX_LOCATION: 'europe-west4',
      VERTEX_API_KEY: '',
      CONFIG_FILE: file,
      PLUGINS: plugin,
      MY_GPU_KEY: 'hidden-in-the-file',
      NIGHT_WEBHOOK: 'https://hooks.example.com/hidden-hook',
      METRICS_TOKEN: '',
      METRICS_TOKEN_FILE: folder.write('token', 'hidden-METRICS_TOKEN\n'),
      RETRIES: '1',
    }),
  ready => {
    stage = ready
    page = ready.page
  },
)

/** As it is laid out. */
const read = async (at: Locator): Promise<string> => (await at.first().allInnerTexts())[0] ?? ''
const open = (query: Record<string, string> = {}) =>
  page.goto(`${stage.gateway.url}/dashboard/settings?${new URLSearchParams(query)}`)
const line = (name: string) =>
  page.locator('details.entry').filter({ has: page.getByText(name, { exact: true }) })
const count = () => read(page.locator('#count'))

test('shows each setting with its meaning, its value, the default, and who says so', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  const timeout = await read(line('upstream_timeout'))
  expect(timeout).toContain('How long a call may take until its answer begins, over all tries.')
  expect(timeout).toMatch(/5m\s+default\s+10m/)
  expect(timeout).toContain(`${file}:2`)
  expect(await read(line('retries'))).toContain('RETRIES')
  expect(await read(line('body_limit'))).toMatch(/10M\s+default$/)
  expect(await read(line('log_level'))).toContain(`${file}:3`)
  expect(await read(line('metrics.token'))).toMatch(/set\s+not shown/)
  expect(await read(line('metrics.token'))).toContain(`METRICS_TOKEN_FILE, what ${folder.path}/token holds`)
  expect(await read(line('providers.gpu.api_key'))).toContain(`${file}:10, with MY_GPU_KEY`)
  const changed = page.locator('[data-changed]')
  expect(await changed.filter({ has: line('upstream_timeout') }).count()).toBe(1)
  expect(await changed.filter({ has: line('log_level') }).count()).toBe(0)
})

test('says how to change it: in the file, in the environment, on the command line', async () => {
  await open({ q: 'retries' })
  await line('retries').locator('summary').click()
  const text = await read(line('retries').locator('.entry-ways'))
  expect(text).toContain('retries: 1')
  expect(text).toContain('RETRIES=1')
  expect(text).toContain('bun run gateway --retries 1')
  expect(text).toContain('RETRIES wins')
  await open({ q: 'access.enabled_by_default' })
  // The keyboard opens it too.
  await line('access.enabled_by_default').locator('summary').press('Enter')
  expect(await read(line('access.enabled_by_default').locator('pre').first())).toBe(
    'access:\n  enabled_by_default: true',
  )
  await open({ q: 'gpu.api_key' })
  await line('providers.gpu.api_key').locator('summary').click()
  expect(await read(line('providers.gpu.api_key').locator('pre').first())).toContain('api_key: …')
})

test('searches names, variables, meanings and values while it is typed, and keeps it in the address', async () => {
  await open()
  const all = await count()
  await page.keyboard.press('/')
  await page.keyboard.type('HTTP_TIMEOUT')
  await page.waitForURL(/q=HTTP_TIMEOUT/)
  expect(await page.locator('details.entry').count()).toBe(1)
  for (const [q, name] of [
    ['silent connections', 'ping_interval'],
    ['gpu:8000', 'providers.gpu.base_url'],
    ['NIGHT_WEBHOOK', 'night_shift.webhook'],
    ['--on-hang-up', 'on_hang_up'],
  ] as const) {
    await open({ q })
    expect(await page.locator('details.entry').count()).toBe(1)
    expect(await line(name).count()).toBe(1)
  }
  await open({ q: 'no such thing' })
  await page.getByRole('link', { name: 'see all settings' }).click()
  expect(await count()).toBe(all)
})

test('shows what is not as by default, the secrets, or one plugin alone', async () => {
  await open()
  await page.getByLabel('Which settings').selectOption('changed')
  await page.waitForURL(/show=changed/)
  expect(await page.locator('details.entry').count()).toBe(
    await page.locator('.ledger > [data-changed]').count(),
  )
  await page.getByLabel('Which settings').selectOption('hidden')
  await page.waitForURL(/show=hidden/)
  expect(await line('auth.master_key').count()).toBe(1)
  expect(await line('retries').count()).toBe(0)
  await open({ plugin: 'night-shift', show: 'nonsense' })
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toContain('night-shift')
  expect(await page.locator('details.entry').count()).toBe(3)
  await page.getByRole('link', { name: 'See the plugin night-shift' }).click()
  await page.waitForURL(/\/dashboard\/plugins#plugin-night-shift$/)
})

test('an index leads to the settings of each plugin, and only what somebody has set can be shown', async () => {
  await open()
  const index = page.getByRole('navigation', { name: 'Settings of' })
  const groups = await page.locator('.house-group').count()
  expect(await index.getByRole('link').count()).toBe(groups)
  await index.getByRole('link', { name: /^night-shift/ }).click()
  await page.waitForURL(/#of-night-shift$/)
  expect(
    await page.locator('#of-night-shift').evaluate(one => one.getBoundingClientRect().top < innerHeight),
  ).toBe(true)
  await page.getByLabel('Which settings').selectOption('set')
  await page.waitForURL(/show=set/)
  // Said as it is by default, and said otherwise; the rest is not.
  for (const name of ['log_level', 'retries']) expect(await line(name).count()).toBe(1)
  expect(await line('body_limit').count()).toBe(0)
})

test('no value of a secret is in the page or in the JSON, though each is set, and said to be', async () => {
  const headers = { authorization: `Bearer ${MASTER}` }
  const get = async (path: string) => (await fetch(stage.gateway.url + path, { headers })).text()
  const json = await get('/admin/settings')
  const told = (JSON.parse(json) as { settings: { variables: string[]; set: boolean; hidden: boolean }[] })
    .settings
  const others = ['', '?show=hidden', '?show=changed', '?q=hidden', '?plugin=openai']
  const pages = await Promise.all(others.map(query => get(`/dashboard/settings${query}`)))
  const house = await get('/dashboard/plugins')
  const seen = [json, ...pages, house].flatMap(text =>
    [...text.matchAll(/hidden-(?!away)[\w-]+/g)].map(([all]) => all),
  )
  expect(seen).toEqual([])
  for (const text of [json, ...pages, house])
    for (const secret of [MASTER, SEALING]) expect(text.includes(secret)).toBe(false)
  expect(SECRETS.length).toBeGreaterThan(20)
  const silent = SECRETS.filter(
    name =>
      name !== 'VERTEX_API_KEY' && !told.some(one => one.variables.includes(name) && one.set && one.hidden),
  )
  expect(silent).toEqual([])
})

test('a search for the value of a secret finds nothing', async () => {
  for (const q of [MASTER, 'hidden-in-the-file', 'hidden-OPENAI_API_KEY', 'hidden-hook']) {
    await open({ q })
    expect(await page.locator('details.entry').count()).toBe(0)
  }
})

test('values with markup stay values', async () => {
  await open({ plugin: 'night-shift' })
  expect(await page.locator('main :is(script, img, b)').count()).toBe(0)
  expect(await read(line('night_shift.motto').locator('.value'))).toContain(HOSTILE)
  await open({ q: HOSTILE, plugin: HOSTILE })
  expect(await page.locator('main :is(script, img, b)').count()).toBe(0)
})

test('a setting is changed with the keyboard alone: what is wrong is said while it is typed, what is right holds', async () => {
  await open({ q: 'breaker.pause' })
  await line('breaker.pause').locator('summary').press('Enter')
  await line('breaker.pause').getByRole('link', { name: 'Change breaker.pause' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Change breaker.pause' })
  const value = dialog.getByLabel('Value')
  expect(await value.inputValue()).toBe('10s')
  expect(await value.evaluate(one => one === document.activeElement)).toBe(true)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('soon')
  await dialog.locator('#effect', { hasText: 'Expected a time such as 30s' }).waitFor()
  await page.keyboard.press('Enter')
  await dialog.locator('#f-value-error', { hasText: 'Expected a time such as 30s' }).waitFor()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('90000ms')
  await dialog.locator('#effect', { hasText: 'Saved, 90s holds at once.' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=breaker.pause&changed=breaker.pause/)
  const changed = line('breaker.pause')
  expect(await read(changed)).toMatch(/90s\s+default\s+10s\s+dashboard, by Master key, in the dashboard/)
  expect(await changed.locator('summary').evaluate(one => one === document.activeElement)).toBe(true)
  await changed.getByText('This holds now.').waitFor()

  await changed.getByRole('link', { name: 'History' }).click()
  await page.getByText('breaker.pause').first().waitFor()
  await open({ q: 'breaker.pause' })
  await line('breaker.pause').locator('summary').click()
  await line('breaker.pause').getByRole('button', { name: 'Back to default: breaker.pause' }).click()
  await page.waitForURL(/changed=breaker.pause/)
  expect(await read(line('breaker.pause'))).toMatch(/10s\s+default/)
})

test('each kind of setting has its field, and a switch stays as it is where nobody touches it', async () => {
  const edit = async (name: string) => {
    await page.goto(`${stage.gateway.url}/dashboard/settings?${new URLSearchParams({ edit: name })}`)
    return page.getByRole('dialog', { name: `Change ${name}` })
  }
  const access = await edit('access.enabled_by_default')
  expect(await access.getByRole('checkbox', { name: 'On' }).isChecked()).toBe(true)
  expect(await read(access.locator('#effect'))).toContain('true holds')
  const failures = (await edit('breaker.failures')).getByRole('spinbutton', { name: 'Value' })
  expect([await failures.getAttribute('min'), await failures.getAttribute('max')]).toEqual(['1', '1000'])
  expect(await (await edit('response_model.names')).getByRole('option').allInnerTexts()).toEqual([
    'served',
    'requested',
  ])
  const list = await edit('responses_store.providers')
  expect(await list.getByRole('textbox', { name: 'Value' }).inputValue()).toBe('openai\nazure\nxai')
})

test('what cannot be changed here says why, and has no form', async () => {
  for (const [name, words] of [
    ['retries', 'is declared in RETRIES: change it there'],
    ['auth.master_key', 'is a secret, or may be one'],
    ['night_shift.motto', 'in the config file, the environment or on the command line only'],
  ] as const) {
    await open({ q: name })
    await line(name).locator('summary').click()
    expect(await read(line(name).locator('.entry-acts'))).toContain(words)
    expect(
      await line(name)
        .getByRole('link', { name: /^Change/ })
        .count(),
    ).toBe(0)
    await page.goto(`${stage.gateway.url}/dashboard/settings?${new URLSearchParams({ edit: name })}`)
    expect(await read(page.getByRole('dialog'))).toContain(words)
  }
})

test('it is for operators only', async () => {
  for (const path of ['/dashboard/settings', '/dashboard/plugins']) {
    const response = await fetch(stage.gateway.url + path, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')?.split('?')[0]]).toEqual([303, '/sign-in'])
  }
})

test('works without a script', async () => {
  const plain = await openBrowser(stage.gateway.url, { javaScriptEnabled: false })
  await signIn(plain.page, stage.gateway.url)
  await plain.page.goto(`${stage.gateway.url}/dashboard/settings`)
  await plain.page.getByRole('searchbox').fill('retries')
  await plain.page.getByLabel('Which settings').selectOption('changed')
  await plain.page.getByRole('button', { name: 'Search' }).click()
  await plain.page.waitForURL(/q=retries&show=changed/)
  await plain.page.locator('details.entry summary').click()
  await plain.page.getByText('RETRIES=1').waitFor()
  await plain.page.goto(`${stage.gateway.url}/dashboard/settings?edit=notify.name`)
  await plain.page.getByLabel('Value').fill('ours')
  await plain.page.getByRole('button', { name: 'Save' }).click()
  await plain.page.waitForURL(/changed=notify.name/)
  await plain.page.getByRole('button', { name: 'Back to default: notify.name' }).click()
  await plain.page.getByText('modelway', { exact: true }).first().waitFor()
  expect(plain.problems).toEqual([])
  await plain.close()
})

test('fits, and has no violation, light and dark, wide and narrow', async () => {
  await expectFitForAll(page, [
    async () => {
      await open({ plugin: 'the-gateway' })
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true
      })
    },
    () => open({ plugin: 'metrics' }),
    () => open({ q: 'no such thing' }),
    () => open({ plugin: 'breaker', edit: 'breaker.pause' }),
  ])
})
