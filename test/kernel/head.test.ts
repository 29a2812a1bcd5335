import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'

/** HEAD is answered as GET is, without the body, wherever GET is answered, and whoever asks. */

let gateway: TestGateway
let paths: readonly string[]
const as: Record<string, Record<string, string>> = {
  nobody: {},
  'a caller': { authorization: `Bearer ${MASTER}` },
}

beforeAll(async () => {
  gateway = await startGateway({ env: { METRICS_TOKEN: 'scrape-me-please' } })
  const signedIn = await gateway.fetch('/sign-in', {
    method: 'POST',
    body: new URLSearchParams({ key: MASTER }),
  })
  as['an operator in a browser'] = { cookie: signedIn.headers.getSetCookie()[0]!.split(';')[0]! }
  as['a scraper'] = { authorization: 'Bearer scrape-me-please' }
  const { body: document } = await gateway.json('/swagger/json')
  const documented = Object.entries(document.paths as Record<string, { readonly get?: object }>)
    .filter(([, { get }]) => get !== undefined)
    .map(([path]) => path.replaceAll(/\{\w+\}/g, 'nothing'))
  const pages = ['/', '/dashboard', '/dashboard/overview', '/dashboard/limits', '/dashboard/nothing']
  paths = [...documented, ...pages, '/swagger', '/swagger/json']
})
afterAll(() => gateway.close())

/** What differs from call to call. */
const PASSING = ['date', 'x-request-id', 'request-id', 'set-cookie']

async function headersOf(method: string, path: string, headers: Record<string, string>) {
  const answer = await gateway.fetch(path, { method, headers, redirect: 'manual' })
  const body = await answer.text()
  const kept = [...answer.headers].filter(([name]) => !PASSING.includes(name))
  return { status: answer.status, body, headers: Object.fromEntries(kept) }
}

test.each(['nobody', 'a caller', 'an operator in a browser', 'a scraper'])(
  '%s is told by HEAD what GET would tell',
  async who => {
    expect(paths.length).toBeGreaterThan(25)
    for (const path of paths) {
      const get = await headersOf('GET', path, as[who]!)
      const head = await headersOf('HEAD', path, as[who]!)
      expect(`${path} ${head.status} ${head.body}`).toBe(`${path} ${get.status} `)
      const { 'content-length': length, ...rest } = head.headers
      const { 'content-length': _, ...wanted } = get.headers
      expect({ path, ...rest }).toEqual({ path, ...wanted })
      // The length is that of a moment later: /metrics counts these calls, too.
      if (length !== undefined) expect([path, length !== '0']).toEqual([path, get.body !== ''])
    }
  },
)

test('HEAD changes nothing, so it is not in the audit trail', async () => {
  await gateway.fetch('/admin/keys', { method: 'HEAD', headers: as['a caller']! })
  await gateway.admin('POST', '/admin/keys', { name: 'later' })
  const methods = async (): Promise<string[]> =>
    (await gateway.admin('GET', '/admin/audit')).body.data.map(({ method }: { method: string }) => method)
  await until(async () => (await methods()).includes('POST'), 'the later call in the trail')
  expect(await methods()).toEqual(['POST'])
})
