import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, until } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import type { Recorded } from '../mock/provider.ts'
import { EAST, type Fleet, startFleet, WEST } from '../routing/fleet.ts'

/** A mirror gets copies of calls, and no caller notices. */

/** What became of a copy. */
interface Copied {
  readonly of: string
  readonly target: string
  readonly code: string | undefined
}

const copied: Copied[] = []
/** Answers that whoever taps has seen. */
let tapped = 0
let isAnswered = false
/** Whether callers had their answers when copies of their calls were sent. */
const answeredBefore: boolean[] = []
const witness = definePlugin({
  name: 'witness',
  about: 'Writes down what becomes of copies.',
  setup: () => ({
    attempt({ caller }) {
      if (caller.id === 'mirror') answeredBefore.push(isAnswered)
      return undefined
    },
    tap() {
      tapped++
      return undefined
    },
    settle({ copyOf: of, target, refusal }) {
      if (of !== undefined)
        copied.push({ of, target: `${target?.provider}/${target?.model}`, code: refusal?.code })
    },
  }),
})

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({
    env: {
      MIRROR_CONCURRENCY: '2',
      MIRROR_DEADLINE: '800ms',
      BREAKER_FAILURES: '1000',
      DRAIN_TIMEOUT: '60s',
      CACHE_MODELS: 'openai-east/stored',
    },
    lists: { 'openai-east': ['m', 'stored'], 'openai-west': ['m'] },
    extra: [witness],
  })
  await fleet.redirect('plain', [EAST])
  await fleet.redirect('smart', [EAST], { mirror: { model: WEST, share: 1 } })
})
afterAll(() => fleet[Symbol.asyncDispose]())
beforeEach(() => {
  for (const target of [EAST, WEST]) fleet.plan(target, undefined)
  copied.length = 0
  fleet.calls.length = 0
})

const copies = (count: number) => until(() => copied.length === count, `${count} copies`)
/** What a provider was sent last. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
const sentTo = (provider: string): any => fleet.mocks[provider]!.requests.at(-1)!.json
const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
  const response = await fleet.test.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text() }
}

test('a call that its caller got wrong costs nobody anything: it is not copied', async () => {
  for (const status of [400, 409, 413, 422]) {
    fleet.plan(EAST, { status })
    expect((await fleet.ask('smart')).status).toBe(status)
  }
  fleet.plan(EAST, { status: 500 })
  const { headers } = await fleet.ask('smart')
  await copies(1)
  expect(copied.map(({ of }) => of)).toEqual([headers.get('x-request-id')!])
})

test('a call for which a limit of the target has no room is not copied: nobody was asked', async () => {
  await fleet.test.admin('PUT', '/admin/limits/once', {
    user_path: '/',
    per: 'day',
    requests: 1,
    models: [EAST],
  })
  const { headers } = await fleet.ask('smart')
  for (let i = 0; i < 3; i++) expect((await fleet.ask('smart')).status).toBe(429)
  await fleet.test.admin('DELETE', '/admin/limits/once')
  const last = await fleet.ask('smart')
  await copies(2)
  expect(copied.map(({ of }) => of)).toEqual([headers, last.headers].map(each => each.get('x-request-id')!))
})

test('the mirror is asked the same, when the caller has been answered, and nothing tells of it', async () => {
  const plain = await fleet.ask('plain')
  fleet.calls.length = 0
  const { served, headers, body } = await fleet.ask('smart', { temperature: 0.5 })
  expect(served).toBe(EAST)
  expect([...headers.keys()].sort()).toEqual([...plain.headers.keys()].sort())
  expect(Object.keys(body)).toEqual(Object.keys(plain.body))
  await copies(1)
  expect(fleet.calls).toEqual([EAST, WEST])
  expect(sentTo('openai-west')).toEqual(sentTo('openai-east'))
  expect(copied).toEqual([{ of: headers.get('x-request-id')!, target: WEST, code: undefined }])
})

test.each([
  ['hangs', { delayMs: 60_000 }, 'upstream_timeout'],
  ['fails', { status: 500 }, 'upstream_error'],
  ['breaks off', { endAfterBytes: 100, tokens: 50 }, 'upstream_invalid'],
])('whatever a mirror does, callers get the same bytes: it %s', async (_, plan, code) => {
  fleet.plan(WEST, plan)
  fleet.plan(EAST, { text: 'Just as it was' })
  for (const stream of [false, true]) {
    const asked = { stream, messages: [{ role: 'user', content: 'Where does it go?' }] }
    const [bare, mirrored] = [await fleet.open('plain', asked), await fleet.open('smart', asked)]
    const [expected, told] = [await bare.text(), await mirrored.text()]
    expect(told.replaceAll(/chatcmpl-[\w-]+|"created":\d+/g, '')).toBe(
      expected.replaceAll(/chatcmpl-[\w-]+|"created":\d+/g, ''),
    )
    await copies(stream ? 2 : 1)
  }
  expect(copied.map(copy => copy.code)).toEqual([code, code])
})

test('callers have all of their answer while the mirror is still asked', async () => {
  fleet.plan(WEST, { delayMs: 60_000 })
  for (const stream of [false, true]) await (await fleet.open('smart', { stream })).text()
  await until(() => fleet.calls.filter(target => target === WEST).length === 2, 'both copies')
  expect(copied).toEqual([])
  await copies(2)
})

test('a copy is sent when the answer has gone, and no tap sees what comes of it', async () => {
  for (const stream of [false, true]) {
    ;[tapped, isAnswered, answeredBefore.length, copied.length] = [0, false, 0, 0]
    const response = await fleet.open('smart', { stream })
    isAnswered = true
    await response.text()
    await copies(1)
    expect([tapped, answeredBefore]).toEqual([1, [true]])
  }
})

test('a streamed answer of a mirror is read to its end, or to where it breaks', async () => {
  fleet.plan(WEST, { tokens: 40, gapMs: 1 })
  await (await fleet.open('smart', { stream: true })).text()
  await copies(1)
  fleet.plan(WEST, { tokens: 40, endAfterBytes: 2000 })
  await (await fleet.open('smart', { stream: true })).text()
  await copies(2)
  expect(copied.map(({ code }) => code)).toEqual([undefined, 'upstream_cut'])
  expect(fleet.test.logs.filter(({ level }) => level === 'error')).toEqual([])
})

test('what the redirect sets holds for the mirror, and what guardrails mask is masked for it', async () => {
  await fleet.redirect('careful', [EAST], {
    mirror: { model: WEST, share: 1 },
    parameters: { temperature: 0, instructions: 'You write for Acme.' },
  })
  await fleet.test.admin('PUT', '/admin/guardrails/cards', {
    on: 'input',
    find: { presets: ['credit_card'] },
    action: 'mask',
  })
  await fleet.ask('careful', { messages: [{ role: 'user', content: 'Mine is 4111 1111 1111 1111.' }] })
  await copies(1)
  const got = sentTo('openai-west')
  expect(got).toMatchObject({ temperature: 0, messages: [{ role: 'system' }, { role: 'user' }] })
  expect(JSON.stringify(got)).not.toContain('4111')
  expect(got).toEqual(sentTo('openai-east'))
  await fleet.test.admin('DELETE', '/admin/guardrails/cards')
})

test('what guardrails stop, what was stored, what leaves something behind, and what comes through another redirect is not copied', async () => {
  await fleet.test.admin('PUT', '/admin/guardrails/words', {
    on: 'both',
    find: { words: ['forbidden'] },
    action: 'block',
  })
  const chat = (content: string) => ({ messages: [{ role: 'user', content }] })
  expect((await fleet.ask('smart', chat('a forbidden word'))).status).toBe(400)
  fleet.plan(EAST, { text: 'something forbidden' })
  expect((await fleet.ask('smart')).status).toBe(400)
  fleet.plan(EAST, undefined)
  await fleet.test.admin('DELETE', '/admin/guardrails/words')

  expect((await fleet.ask('smart', { store: true })).status).toBe(200)
  expect((await post('/v1/responses', { model: 'smart', input: 'Hello' })).status).toBe(200)
  await fleet.redirect('outer', ['smart'])
  expect((await fleet.ask('outer')).status).toBe(200)

  await fleet.redirect('known', ['openai-east/stored'], { mirror: { model: WEST, share: 1 } })
  await fleet.ask('known', chat('the same'))
  const again = await fleet.ask('known', chat('the same'))
  expect(again.headers.get('x-modelway-cache')).toBe('hit')

  await copies(1)
  const last = await fleet.ask('smart')
  await copies(2)
  expect(copied[1]!.of).toBe(last.headers.get('x-request-id')!)
  expect(fleet.calls.filter(target => target === WEST)).toHaveLength(2)
})

test('a call that the mirror itself has answered is not asked again', async () => {
  await fleet.redirect('inner', [WEST])
  await fleet.redirect('over', [EAST, 'inner'], { strategy: 'failover', mirror: { model: WEST, share: 1 } })
  fleet.plan(EAST, { status: 500 })
  expect((await fleet.ask('over')).served).toBe(WEST)
  fleet.plan(EAST, undefined)
  const { headers } = await fleet.ask('over')
  await copies(1)
  expect(copied[0]!.of).toBe(headers.get('x-request-id')!)
})

test('a call that every target failed is copied: how often the mirror fails is to be known for it, too', async () => {
  fleet.plan(EAST, { status: 500 })
  expect((await fleet.ask('smart')).status).toBe(502)
  await copies(1)
  expect(copied[0]!.code).toBeUndefined()
})

test('another language is spoken to the mirror where that is its own; an idempotency key stays here', async () => {
  const headers = { 'idempotency-key': 'once', 'anthropic-beta': 'some-beta' }
  const body = { model: 'smart', max_tokens: 20, messages: [{ role: 'user', content: 'Hello' }] }
  expect((await post('/v1/messages', body, headers)).status).toBe(200)
  expect((await post('/v1/chat/completions', body, headers)).status).toBe(200)
  await copies(2)
  const keyed = (requests: readonly Recorded[]) =>
    requests.filter(request => request.headers['idempotency-key'] !== undefined).length
  expect(keyed(fleet.mocks['openai-west']!.requests)).toBe(0)
})

test('copies take no room of a limit, and policies do not hold for the mirror', async () => {
  await fleet.test.admin('PUT', '/admin/limits/all', { user_path: '/', per: 'day', requests: 3 })
  await fleet.put({ source: WEST, enabled: false })
  expect((await fleet.ask(WEST)).status).toBe(403)
  for (let i = 1; i <= 3; i++) {
    expect((await fleet.ask('smart')).status).toBe(200)
    await copies(i)
  }
  const { body } = await fleet.test.admin('GET', '/admin/limits/all')
  expect(JSON.stringify(body)).toContain('"requests":3')
  await fleet.test.admin('DELETE', '/admin/limits/all')
  const { steps } = (await fleet.explain({ model: 'smart', user_path: '/team' })).body
  expect(steps.map(({ text }: { text: string }) => text)).toContain(
    `"smart" has a mirror: a copy of each call goes to "${WEST}", whatever policies say of it, and no caller sees its answer`,
  )
  await fleet.test.admin('DELETE', '/admin/virtual-models', { source: WEST })
})

test('more copies than may be under way are left out, counted and told', async () => {
  fleet.plan(WEST, { delayMs: 60_000 })
  for (let i = 0; i < 4; i++) expect((await fleet.ask('smart')).status).toBe(200)
  const scrape = await fleet.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
  const seen = parseScrape(await scrape.text())
  expect(seen.sum('modelway_mirror_dropped_total', { model: 'smart' })).toBe(2)
  expect(seen.sum('modelway_requests_total', { mirror: 'true' })).toBeGreaterThan(0)
  await copies(2)
  const told = () => fleet.test.logs.filter(({ log }) => log === 'mirror')
  await until(() => told().length > 0, 'the log')
  expect(told()).toMatchObject([{ level: 'warning', virtual_model: 'smart', most: 2, dropped: 1 }])
})

test('nobody waits for copies when the gateway stops', async () => {
  fleet.plan(WEST, { delayMs: 60_000 })
  await fleet.ask('smart')
  await until(() => fleet.calls.includes(WEST), 'the copy')
  // It would drain for a minute, which is longer than this test may take.
  await fleet.test.gateway.stop()
  expect(copied).toMatchObject([{ target: WEST, code: 'client_closed' }])
})
