import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type Cookie, chromium, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

export const MASTER = 'sk-master-for-browsers'
const ROOT = new URL('../..', import.meta.url).pathname

export interface Running {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  stop(): Promise<void>
}

/** A provider that lists these models, and answers calls of them as it is told. */
export function startProvider(
  ids: readonly string[],
  answer: (model: string) => Response | Promise<Response> = sayYes,
): Running {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async request =>
      request.method === 'GET'
        ? Response.json({ object: 'list', data: ids.map(id => ({ id, object: 'model' })) })
        : answer(((await request.json()) as { model: string }).model),
  })
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}

/** A chat answer of one word. */
export const sayYes = (model: string, prompt_tokens = 7, completion_tokens = 3): Response =>
  Response.json({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Yes' }, finish_reason: 'stop' }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  })

/** What a provider that is down says. */
export const sayNo = (status = 503): Response =>
  Response.json({ error: { message: 'Out of order' } }, { status })

/** The real gateway in a process of its own, on a free port, with an empty database. */
export async function startGateway(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-browser-'))
  const child = Bun.spawn([process.execPath, 'src/main.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_FORMAT: 'json',
      DATABASE_URL: `file:${join(folder, 'x.db')}`,
      MODELWAY_MASTER_KEY: MASTER,
      ...env,
    },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const url = await readUrl(child.stdout)
  return {
    url,
    async stop() {
      child.kill('SIGKILL')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Reads the log until the gateway says where it listens; goes on reading, so that the pipe never fills. */
function readUrl(stdout: ReadableStream<Uint8Array>): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder()
    let text = ''
    const read = async () => {
      for await (const chunk of stdout) {
        text += decoder.decode(chunk, { stream: true })
        const url = /"message":"Listening","url":"([^"]+)"/.exec(text)?.[1]
        if (url !== undefined) resolve(url)
      }
      reject(new Error(`The gateway ended before it listened: ${text}`))
    }
    void read()
  })
}

export interface Watched {
  readonly context: BrowserContext
  readonly page: Page
  /** Script dialogs, errors on the console or on the page, policy violations, requests to elsewhere. Expected to stay empty. */
  readonly problems: string[]
  close(): Promise<void>
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let running: Browser | undefined

/** One process for all files of a runner, as its start costs more than most tests. It ends with the runner. */
async function openChromium(): Promise<Browser> {
  if (running?.isConnected()) return running
  const executablePath = findChromium()
  // There is no skipping: a dashboard that nobody looked at is not tested.
  if (executablePath === undefined)
    throw new Error('The browser tests need Chromium: install it, or set CHROMIUM_PATH to it')
  running = await chromium.launch({ executablePath, headless: true, args: flags })
  return running
}

/** A real Chromium with an empty profile; everything that should not happen in it is written down. */
export async function openBrowser(
  origin: string,
  options: { readonly javaScriptEnabled?: boolean } = {},
): Promise<Watched> {
  const browser = await openChromium()
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(10_000)
  const problems: string[] = []
  const page = await context.newPage()
  watch(page, origin, problems)
  return { context, page, problems, close: () => context.close() }
}

/** Chromium itself reports each answer that says no; the ones that these tests ask for are no problem. */
const EXPECTED = /^Failed to load resource: the server responded with a status of (?:401|403|422|429) /

function watch(page: Page, origin: string, problems: string[]): void {
  page.on('dialog', dialog => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', message => {
    if (message.type() === 'error' && !EXPECTED.test(message.text()))
      problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => problems.push(`error: ${error.message}`))
  page.on('request', request => {
    if (new URL(request.url()).origin !== origin) problems.push(`request: ${request.url().slice(0, 200)}`)
  })
}

/** What the session is known by; the other cookie only remembers that the right key was typed here. */
export async function sessionOf(context: BrowserContext): Promise<Cookie | undefined> {
  return (await context.cookies()).find(({ name }) => name === '__Host-modelway')
}

export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/dashboard/models`)
  await page.getByLabel('Master key').fill(MASTER)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Models', exact: true }).waitFor()
}
