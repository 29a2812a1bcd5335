import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { MASTER, openBrowser, type Running, startGateway, type Watched } from './kit.ts'

setDefaultTimeout(60_000)

/** A page of another origin than the gateway's. */
const site = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () =>
    new Response('<!doctype html><title>App</title>', { headers: { 'content-type': 'text/html' } }),
})
const app = `http://127.0.0.1:${site.port}`

let browser: Watched
const gateways: Running[] = []
beforeAll(async () => {
  browser = await openBrowser(app)
  await browser.page.goto(app)
})
afterAll(async () => {
  await browser.close()
  for (const gateway of gateways) await gateway.stop()
  await site.stop(true)
})

async function open(origins: string): Promise<string> {
  const gateway = await startGateway({ CORS_ORIGINS: origins })
  gateways.push(gateway)
  return gateway.url
}

/** What a script of the page gets: text and a header of the answer, or the browser's refusal. */
const callFrom = (url: string, path: string) =>
  browser.page.evaluate(
    async ([url, path, key]) => {
      try {
        const response = await fetch(`${url}${path}`, {
          method: path === '/v1/models' ? 'GET' : 'POST',
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            'x-stainless-lang': 'js',
          },
          ...(path !== '/v1/models' && {
            body: JSON.stringify({
              model: 'demo/parrot',
              stream: true,
              messages: [{ role: 'user', content: 'Hello' }],
            }),
          }),
        })
        return {
          status: response.status,
          id: response.headers.get('x-request-id'),
          text: await response.text(),
        }
      } catch (error) {
        return { refused: String(error) }
      }
    },
    [url, path, MASTER] as const,
  )

test('a page of an origin that is named streams an answer, reads its headers and the list', async () => {
  const url = await open(app)
  const answer = await callFrom(url, '/v1/chat/completions')
  expect(answer).toMatchObject({ status: 200, id: expect.stringMatching(/^[\w-]{36}$/) })
  expect(answer.text).toEndWith('data: [DONE]\n\n')
  expect(await callFrom(url, '/v1/models')).toMatchObject({ status: 200 })
})

test('a page of any other origin is kept out by the browser, and a named one from the admin API', async () => {
  const refused = { refused: expect.stringContaining('Failed to fetch') }
  expect(await callFrom(await open('https://elsewhere.example'), '/v1/chat/completions')).toMatchObject(
    refused,
  )
  expect(await callFrom(await open(''), '/v1/chat/completions')).toMatchObject(refused)
  expect(await callFrom(await open('*'), '/admin/virtual-models')).toMatchObject(refused)
})
