import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { createUntil } from '../until.ts'

setDefaultTimeout(60_000)

/** Windows that begin by the clocks of a place. */

const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
/** Half past ten in the evening of Zurich; summer time begins in the night after. */
const EVENING = Date.parse('2026-03-28T22:30:00+01:00')
const ZURICH = { per: 'day', requests: 2, time_zone: 'Europe/Zurich' }

let now = EVENING
const folders: string[] = []
const open: TestGateway[] = []

afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  now = EVENING
})

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-zones-'))
  folders.push(folder)
  return folder
}

async function start(folder = home(), env: Record<string, string> = {}): Promise<TestGateway> {
  const gateway = await startGateway({ folder, env: { DEMO: 'true', ...env }, now: () => now })
  open.push(gateway)
  return gateway
}

const restart = async (folder: string, env?: Record<string, string>): Promise<TestGateway> => {
  await open.pop()!.close()
  return start(folder, env)
}

const usedAt = async (gateway: TestGateway): Promise<number> =>
  (await gateway.admin('GET', '/admin/limits/daily')).body.fullest?.requests.used ?? 0

/** What one gateway stores, another one reads within seconds. */
const inTime = createUntil(20_000)

const knows = (gateway: TestGateway) =>
  inTime(async () => (await gateway.admin('GET', '/admin/limits/daily')).status === 200, 'the limit')

async function counts(gateways: readonly TestGateway[], used: number): Promise<void> {
  for (const gateway of gateways) await inTime(async () => (await usedAt(gateway)) === used, `${used} calls`)
}

const put = (gateway: TestGateway, body: object) => gateway.admin('PUT', '/admin/limits/daily', body)

describe('a day of Zurich', () => {
  test('begins when it is midnight there, and callers are told by its clocks when that is', async () => {
    const gateway = await start()
    expect((await put(gateway, ZURICH)).body).toMatchObject(ZURICH)
    for (let i = 0; i < 2; i++) expect((await gateway.chat(hello)).status).toBe(200)
    const refused = await gateway.chat(hello)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe(String(90 * 60))
    expect(refused.body.error.message).toContain('free again at 2026-03-29T00:00:00+01:00')
    const { body } = await gateway.admin('GET', '/v1/limits')
    expect(body).toMatchObject([{ time_zone: 'Europe/Zurich', requests: { remaining: 0 } }])
    expect(body[0].resets_at).toBe('2026-03-28T23:00:00.000Z')

    now = Date.parse('2026-03-28T23:00:00Z')
    const answered = await gateway.chat(hello)
    expect(answered.status).toBe(200)
    // The clocks go forward in that night.
    expect(answered.headers.get('x-ratelimit-reset-requests')).toBe(`${23 * 3600}s`)
  })

  test('is said on its pages, and chosen in the form', async () => {
    const gateway = await start()
    await put(gateway, ZURICH)
    const signedIn = await gateway.fetch('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key: MASTER }),
    })
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
    const page = async (path: string) =>
      (await gateway.fetch(`/dashboard/limits${path}`, { headers: { cookie } })).text()
    expect(await page('/detail?name=daily')).toContain('by the clocks of Europe/Zurich')
    expect(await page('/detail?name=daily')).toContain('2026-03-29 00:00 Europe/Zurich')
    expect(await page('?edit=daily')).toMatch(/name="time_zone" value="Europe\/Zurich"/)
  })
})

test.each(['Europe/Zürich', 'Mars/Phobos', ''])('the time zone %j is refused with an example', async zone => {
  const gateway = await start()
  const { status, body } = await put(gateway, { ...ZURICH, time_zone: zone })
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ param: 'time_zone', message: expect.stringContaining('Europe/Zurich') })
})

describe('another time zone', () => {
  test('leaves what is used of the present window used, restarts included', async () => {
    const folder = home()
    const first = await start(folder)
    await put(first, { per: 'day', requests: 9 })
    for (let i = 0; i < 2; i++) expect((await first.chat(hello)).status).toBe(200)
    await put(first, { ...ZURICH, requests: 9 })
    expect(await usedAt(first)).toBe(2)
    expect((await first.chat(hello)).status).toBe(200)
    expect(await usedAt(await restart(folder))).toBe(3)
  })

  test('of a declared limit does so, too', async () => {
    const folder = home()
    const declared = (zone: string) => ({
      LIMITS: JSON.stringify([{ ...ZURICH, name: 'daily', requests: 9, time_zone: zone }]),
    })
    const first = await start(folder, declared('UTC'))
    for (let i = 0; i < 2; i++) expect((await first.chat(hello)).status).toBe(200)
    const second = await restart(folder, declared('Asia/Kolkata'))
    expect(await usedAt(second)).toBe(2)
    expect((await second.chat(hello)).status).toBe(200)
    expect(await usedAt(await restart(folder, declared('America/New_York')))).toBe(3)
  })

  test('is followed by other gateways on the database, and none loses what it counted', async () => {
    const folder = home()
    const [first, second] = [await start(folder), await start(folder)]
    await put(first, { per: 'day', requests: 9 })
    await knows(second)
    for (const gateway of [first, first, second]) expect((await gateway.chat(hello)).status).toBe(200)
    await counts([first, second], 3)
    await put(first, { ...ZURICH, requests: 9 })
    for (const gateway of [first, second]) expect((await gateway.chat(hello)).status).toBe(200)
    await counts([first, second], 5)
  })
})
