import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { startProvider } from '../browser/kit.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'

setDefaultTimeout(30_000)

/** Names with characters that turn or hide what stands beside them are shown with their numbers, on every page. */

const MODEL = 'gpt\u202e-5'
const SLIP = 'smart\u200f'
const PATH = '/te\u2066am'
const LABEL = 'a\u200eb'
const KEY = 'Key \u202dalpha'
/** What views/name.tsx spells. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u

const provider = startProvider([MODEL])
let gateway: TestGateway
let cookie: string
let call: string

beforeAll(async () => {
  gateway = await startGateway({ env: { OPENAI_API_KEY: 'sk-up', OPENAI_BASE_URL: `${provider.url}/v1` } })
  const { body: made } = await gateway.admin('POST', '/admin/keys', {
    name: KEY,
    user_path: PATH,
    labels: { team: LABEL },
  })
  const ask = (model: string) =>
    gateway.json('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    })
  await gateway.admin('POST', '/admin/models/refresh')
  await gateway.admin('PUT', '/admin/limits/unseen', { user_path: PATH, models: [SLIP], requests: 9 })
  expect((await ask(`openai/${MODEL}`)).status).toBe(200)
  expect((await ask(SLIP)).status).toBe(404)
  const rows = async () => (await gateway.admin('GET', '/admin/usage/log')).body.data
  await until(async () => (await rows()).length === 2, 'both calls to be written down')
  call = (await rows()).find((row: { model: string }) => row.model === MODEL).id
  const signedIn = await gateway.fetch('/sign-in', {
    method: 'POST',
    body: new URLSearchParams({ key: MASTER }),
  })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
})
afterAll(async () => {
  await gateway.close()
  await provider.stop()
})

/** What a reader sees or hears of a page: its texts, and the attributes that are read out or shown. */
async function read(path: string): Promise<readonly string[]> {
  const said: string[] = []
  const page = await gateway.fetch(path, { headers: { cookie } })
  expect(page.status).toBe(200)
  const rewriter = new HTMLRewriter()
    .on('*', {
      element(element) {
        for (const name of ['aria-label', 'title', 'alt'])
          if (element.hasAttribute(name)) said.push(`${name}=${element.getAttribute(name)}`)
      },
    })
    .onDocument({ text: ({ text }) => void said.push(text) })
  await rewriter.transform(page).text()
  return said
}

const asked = (query: Record<string, string>) => new URLSearchParams(query).toString()

const pages: readonly (readonly [what: string, path: () => string])[] = [
  ['the overview', () => '/overview'],
  ...['model', 'path', 'key', 'label:team'].map(
    by => [`the usage by ${by}`, () => `/usage?by=${by}`] as const,
  ),
  ['the usage of a model', () => `/usage?${asked({ model: MODEL, path: PATH, label: `team=${LABEL}` })}`],
  ['the requests', () => '/requests'],
  ['the requests of somebody', () => `/requests?${asked({ path: PATH, virtual_model: SLIP })}`],
  ['a request', () => `/requests?call=${call}`],
  ['a model', () => `/models/detail?${asked({ name: `openai/${MODEL}`, of: 'provider' })}`],
  ['an explanation', () => `/explain?${asked({ model: `openai/${MODEL}`, user_path: PATH })}`],
  ['the explanation of a slip', () => `/explain?${asked({ model: SLIP, user_path: PATH })}`],
  ['the paths', () => '/paths'],
  ['the keys', () => '/keys'],
  ['the limits', () => '/limits'],
  ['the models', () => '/models?kind=provider'],
]

test.each(pages)('%s', async (_what, path) => {
  const said = await read(`/dashboard${path()}`)
  expect(said.filter(text => UNSEEN.test(text))).toEqual([])
  expect(said.join()).toContain('U+20')
  // One of anything is said as one.
  expect(
    said.filter(text => /(?:^|[ =])1 (?:[a-z]+ )?(?:call|request|model|error|key|token|limit)s\b/.test(text)),
  ).toEqual([])
})
