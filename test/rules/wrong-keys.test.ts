import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

const TOKEN = 'token-of-the-scraper'
const HOUR = 3_600_000

let gateway: TestGateway
let time = Date.UTC(2026, 0, 1)
beforeAll(async () => {
  gateway = await startGateway({ env: { METRICS_TOKEN: TOKEN }, now: () => time })
})
afterAll(() => gateway.close())

const as = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } })
const statusOf = async (path: string, key: string) => (await gateway.fetch(path, as(key))).status
const counted = async () => {
  const text = await (await gateway.fetch('/metrics', as(TOKEN))).text()
  const found = text.matchAll(/^modelway_refused_credentials_total\{at="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...found].map(([, at, count]) => [at, Number(count)]))
}
const standing = async (asked = gateway, key = MASTER): Promise<string[]> =>
  (await asked.json('/admin/notices', as(key))).body.standing.map(({ key }: { key: string }) => key)

test('keys that nobody knows are counted by where they were sent, and never slow down the right one', async () => {
  for (let i = 0; i < 20; i++) expect(await statusOf('/admin/keys', `guess-${i}`)).toBe(401)
  for (let i = 0; i < 100; i++) expect(await statusOf('/v1/models', `guess-${i}`)).toBe(401)
  const form = { method: 'POST', body: new URLSearchParams({ key: 'wrong' }) }
  expect((await gateway.fetch('/sign-in', form)).status).toBe(401)
  expect(await counted()).toEqual({ admin: 20, call: 100, sign_in: 1 })
  expect(await statusOf('/admin/keys', MASTER)).toBe(200)
  expect(await statusOf('/v1/models', MASTER)).toBe(200)
})

test('many within an hour need attention, and are over an hour later', async () => {
  expect(await standing()).toEqual(expect.arrayContaining(['wrong-keys:admin', 'wrong-keys:call']))
  expect(await standing()).not.toContain('wrong-keys:sign_in')
  time += HOUR
  expect((await standing()).filter(key => key.startsWith('wrong-keys'))).toEqual([])
})

test('who is known for something else has no wrong key', async () => {
  const before = await counted()
  const { key } = (await gateway.admin('POST', '/admin/keys', { name: 'Alpha' })).body
  expect(await statusOf('/admin/keys', key)).toBe(401)
  expect(await statusOf('/metrics', TOKEN)).toBe(200)
  expect(await statusOf('/admin/keys', '')).toBe(401)
  expect(await counted()).toEqual(before)
})

test('a short master key is told of where others than this machine can call', async () => {
  const short = 'short-key'
  for (const [HOST, key, isTold] of [
    ['0.0.0.0', short, true],
    ['0.0.0.0', 'a-master-key-that-is-long-enough', false],
    ['127.0.0.1', short, false],
  ] as const) {
    const other = await startGateway({ env: { HOST, MODELWAY_MASTER_KEY: key } })
    expect([key, (await standing(other, key)).includes('master-key:short')]).toEqual([key, isTold])
    expect([key, JSON.stringify(other.logs).includes('The master key has fewer')]).toEqual([key, isTold])
    expect(JSON.stringify(other.logs)).not.toContain(short)
    await other.close()
  }
})
