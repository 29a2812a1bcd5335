import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createAlarm, type Told } from '../../plugins/limits/alarm.ts'
import type { Filled } from '../../plugins/limits/look.ts'
import type { Log } from '../../src/log.ts'
import { MASTER, until } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import { type Limited, openLimited } from './kit.ts'

/** Operators see limits fill before callers feel them. */

let limited: Limited
beforeAll(async () => {
  limited = await openLimited()
  await limited.limit('daily', { user_path: '/a', per: 'day', requests: 5 })
  await limited.limit('rate', { user_path: '/a', per: 'minute', requests: 5 })
  for (let i = 0; i < 4; i++) await (await limited.as('/a')).text()
})
afterAll(() => limited[Symbol.asyncDispose]())

test('/metrics says how full each limit is', async () => {
  const scrape = await limited.house.test.fetch('/metrics', {
    headers: { authorization: `Bearer ${MASTER}` },
  })
  const seen = parseScrape(await scrape.text())
  expect(seen.sum('modelway_limit_used_ratio', { limit: 'daily', per: 'day' })).toBeCloseTo(0.8, 9)
  expect(seen.sum('modelway_limit_used_ratio', { limit: 'rate', per: 'minute' })).toBeCloseTo(0.8, 9)
})

test('the Overview names limits of a day and more that are nearly reached, and no others', async () => {
  const signedIn = await limited.house.test.fetch('/dashboard/overview', {
    headers: { cookie: await signIn() },
  })
  const page = await signedIn.text()
  const said = page.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')
  expect(said).toMatch(/The limit daily is used up to 80 %; it is free again in 18 h/)
  expect(said).not.toContain('The limit rate')
  expect(page).toContain('/dashboard/limits/detail?name=daily')
})

test('calls under way fill no limit for a month: nobody is told to wait for its end', async () => {
  await limited.limit('busy', { user_path: '/b', per: 'month', concurrent: 1, requests: 2 })
  const slow = limited.as('/b', {}, { delayMs: 1500 })
  await until(() => limited.house.received().length === 5, 'the call')
  const overview = async () =>
    (await limited.house.test.fetch('/dashboard/overview', { headers: { cookie: await signIn() } })).text()
  const during = await overview()
  expect((await limited.as('/b')).status).toBe(429)
  await (await slow).text()
  expect(during).toContain('The limit')
  expect(during.replace(/<[^>]+>/g, '')).not.toContain('The limit busy')
})

async function signIn(): Promise<string> {
  const response = await limited.house.test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  return response.headers.get('set-cookie')!.split(';')[0]!
}

test('the log is told once when a limit is nearly reached, once when it is, and again in the next window', () => {
  const lines: string[] = []
  const log = { warn: (message: string, facts: object) => lines.push(`${message} ${JSON.stringify(facts)}`) }
  const told: Told = new Map()
  const warn = createAlarm(log as unknown as Log, told)
  const at = (share: number, end: number): Filled[] => [{ name: 'a', per: 'day', share, member: null, end }]
  for (const share of [0.8, 0.85, 1, 1.2, 0.9]) warn(at(share, 1000))
  warn(at(0.8, 2000))
  // A reload of the configuration is no news.
  createAlarm(log as unknown as Log, told)(at(0.85, 2000))
  expect(lines.map(line => line.slice(0, line.indexOf('{') - 1))).toEqual([
    'A limit is nearly reached',
    'A limit is reached',
    'A limit is nearly reached',
  ])
})

test('the Overview names the key that has taken most of a limit', async () => {
  const { admin } = limited.house.test
  const { body: key } = await admin('POST', '/admin/keys', { name: 'Night build', user_path: '/nights' })
  await limited.limit('nightly', { user_path: '/nights', each: 'key', per: 'day', requests: 1 })
  const call = { headers: { authorization: `Bearer ${key.key}` } }
  await (await limited.house.ask(undefined, {}, call)).text()
  const page = await limited.house.test.fetch('/dashboard/overview', { headers: { cookie: await signIn() } })
  const said = (await page.text()).replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')
  expect(said).toMatch(/The limit nightly is reached by Night build; it is free again in/)
})
