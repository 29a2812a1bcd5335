import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { expectFitForAll, violations } from './axe.ts'
import {
  MASTER,
  openBrowser,
  type Running,
  signIn,
  startGateway,
  startProvider,
  type Watched,
} from './kit.ts'

/** Every page that the menu leads to and every dialog that a page opens is looked at; new ones need no line here. */

/** Looked at by tests of their own, with all that they can show. */
const ELSEWHERE = /\/(?:overview|paths|playground|connect|explain|limits|plugins|settings|usage)$/

setDefaultTimeout(300_000)

const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]
const SCHEMES = ['light', 'dark'] as const

let provider: Running
let gateway: Running
let browser: Watched
/** The key of somebody who calls models. */
let caller: string
let page: Page

beforeAll(async () => {
  provider = startProvider(Array.from({ length: 12 }, (_, index) => `model-${index}`))
  gateway = await startGateway({
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: `${provider.url}/v1`,
    GROQ_API_KEY: 'sk-nobody',
    GROQ_BASE_URL: 'http://127.0.0.1:9/v1',
    GROQ_MODELS: 'configured-one',
    VIRTUAL_MODELS: JSON.stringify([{ source: 'declared', target_model: 'openai/model-1' }]),
  })
  browser = await openBrowser(gateway.url)
  page = browser.page
  await fill()
})

afterEach(() => {
  expect(browser.problems.splice(0).filter(problem => !problem.includes('404'))).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await provider?.stop()
})

/** One of each kind of row, so that nothing is looked at only when it is empty. */
async function fill(): Promise<void> {
  const send = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect([path, answer.ok]).toEqual([path, true])
    return answer
  }
  await send('POST', '/admin/providers/refresh')
  const virtual = (body: object) => send('PUT', '/admin/virtual-models', body)
  await virtual({ source: 'smart', target_model: 'openai/model-1', description: 'The best we have' })
  await virtual({ source: 'nowhere', target_model: 'openai/gone', force: true, enabled: false })
  await virtual({
    source: 'spread',
    targets: [{ model: 'openai/model-1', weight: 3 }, { model: 'groq/configured-one' }],
    user_paths: ['/team/alpha', '/team/beta', '/team/gamma', '/team/delta'],
  })
  await virtual({ source: 'openai/model-2', target_model: 'openai/model-3' })
  await virtual({ source: 'groq/', enabled: false })
  const made = await send('POST', '/admin/keys', {
    name: 'Team Alpha',
    labels: { team: 'alpha' },
    user_path: '/team/alpha',
  })
  caller = ((await made.json()) as { key: string }).key
  for (const [key, model] of [MASTER, caller].flatMap(
    key =>
      [
        [key, 'smart'],
        [key, 'openai/none'],
      ] as const,
  ))
    await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    })
}

/** Looks at what is there: wide in light colours, narrow in dark ones. Colours do not depend on the size, nor it on them. */
async function look(what: string, within = 'html'): Promise<void> {
  for (const [size, colorScheme] of [
    [SIZES[0]!, 'light'],
    [SIZES[1]!, 'dark'],
  ] as const) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const found = [...new Set(await violations(page, within))]
    expect({ what, ...size, colorScheme, found }).toEqual({ what, ...size, colorScheme, found: [] })
  }
  await page.setViewportSize(SIZES[0]!)
}

/** Addresses of the pages in the menu. */
const pages = (below = '/dashboard/'): Promise<string[]> =>
  page
    .locator(`nav[aria-label=Main] a[href*="${below}"]`)
    .evaluateAll(links => links.map(link => (link as HTMLAnchorElement).href))

/** One address for each kind of dialog that the page opens: those of the first row that has it. */
const dialogs = (): Promise<string[]> =>
  page.locator('a[hx-target="#dialog-content"]').evaluateAll(links => {
    const kinds = new Map<string, string>()
    for (const link of links as HTMLAnchorElement[]) {
      const kind = [...new URL(link.href).searchParams.keys()].sort().join()
      if (!kinds.has(kind)) kinds.set(kind, link.href)
    }
    return [...kinds.values()]
  })

test('the sign-in page, with and without a mistake, and the page for unknown addresses', async () => {
  await page.goto(`${gateway.url}/dashboard/nowhere`)
  await look('unknown address, signed out')
  await page.goto(`${gateway.url}/sign-in`)
  await look('sign-in')
  await page.getByLabel('Master key').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('This is not the master key').waitFor()
  await look('sign-in with a mistake')
  await signIn(page, gateway.url)
  await page.goto(`${gateway.url}/dashboard/nowhere`)
  await look('unknown address, signed in')
})

test('every page of the menu, and every dialog that it opens', async () => {
  await page.goto(`${gateway.url}/dashboard/models`)
  const all = await pages()
  expect(all.length).toBeGreaterThan(1)
  for (const address of all.filter(address => !ELSEWHERE.test(address))) {
    await page.goto(address)
    const opens = await dialogs()
    await look(address)
    for (const dialog of opens) {
      await page.goto(dialog)
      await page.locator('dialog:modal').waitFor()
      await look(dialog, 'dialog')
    }
  }
})

test('a page of a search that finds nothing, the open menu', async () => {
  await page.goto(`${gateway.url}/dashboard/models?q=no-such-model`)
  await look('nothing found')
  await page.setViewportSize(SIZES[1]!)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.locator('#menu').waitFor()
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violations(page)).toEqual([])
  }
  await page.setViewportSize(SIZES[0]!)
})

test('forms with several targets and with mistakes, and the messages after a write', async () => {
  await page.goto(`${gateway.url}/dashboard/models?edit=spread`)
  await page.getByLabel('Source').fill('')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('#f-source-error').waitFor()
  await look('a mistake at a field', 'dialog')
  await page.goto(`${gateway.url}/dashboard/models?delete=nowhere`)
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await look('an offer to undo', '#notice')
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('“nowhere” is back').waitFor()
  await page.goto(`${gateway.url}/dashboard/models`)
  await page.getByRole('button', { name: 'Refresh lists' }).click()
  await page.locator('#notice').getByText('could not be fetched').waitFor()
  await look('a message about a failure', '#notice')
  await page.goto(`${gateway.url}/dashboard/keys?new=`)
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.locator('#f-name-error').waitFor()
  await look('a mistake in a key', 'dialog')
  await page.getByLabel('Name', { exact: true }).fill('Shown')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('The key', { exact: true }).waitFor()
  await look('a new key', 'dialog')
})

test('the sign-in and every page of callers', async () => {
  await page.goto(`${gateway.url}/portal`)
  await look('sign-in of callers')
  await page.getByLabel('Your API key').fill(caller)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
  const all = await pages('/portal/')
  expect(all.length).toBeGreaterThan(5)
  // Lines for programs are looked at where operators see them.
  const own = all.filter(address => !address.endsWith('/connect'))
  await expectFitForAll(
    page,
    own.map(address => () => page.goto(address)),
  )
})

test('a form whose session has ended', async () => {
  await page.goto(`${gateway.url}/dashboard/models?new=`)
  await browser.context.clearCookies()
  await page.getByLabel('Source').fill('x')
  await page.getByText('Your session has ended').waitFor()
  await look('the session has ended', 'dialog')
})
