import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { type FeedbackScene, openFeedback } from './scene.ts'

/** What callers say of answers: of whose, when, and what is kept of it. */

let scene: FeedbackScene
const keys: Record<'alpha' | 'below' | 'beta' | 'loose' | 'other', string> = {} as never

beforeAll(async () => {
  scene = await openFeedback()
  keys.alpha = await scene.key({ user_path: '/team/alpha' })
  keys.below = await scene.key({ user_path: '/team/alpha/app' })
  keys.beta = await scene.key({ user_path: '/team/alphabet' })
  keys.loose = await scene.key({})
  keys.other = await scene.key({})
})
afterAll(() => scene[Symbol.asyncDispose]())

/** A call that is written down. */
async function recorded(key: string): Promise<string> {
  const id = await scene.call(key)
  await scene.book.flush()
  return id
}

test('a score is kept with what the call was, and one that is sent again takes its place', async () => {
  const id = await recorded(keys.alpha)
  const first = await scene.say(keys.alpha, { request_id: id, score: 0.25, comment: ' Too long ' })
  expect([first.status, first.body]).toEqual([
    200,
    { request_id: id, name: 'score', score: 0.25, state: 'stored' },
  ])
  await scene.say(keys.alpha, { request_id: id, score: 1, name: 'thumbs' })
  expect((await scene.say(keys.alpha, { request_id: id, score: 0.75 })).status).toBe(200)
  expect(await scene.list(`?request_id=${id}`)).toMatchObject([
    { name: 'thumbs', score: 1, comment: null },
    {
      ...{ name: 'score', score: 0.75, comment: null, mirror: false, state: 'stored' },
      ...{ path: '/team/alpha', key: null, target: 'openai/one' },
    },
  ])
})

test('a score that comes before the record of its call waits, and counts when that is there', async () => {
  // One statement after the answer: its record is 50 ms away from the worker, at least.
  const id = await scene.call(keys.loose)
  const said = await scene.say(keys.loose, { request_id: id, score: 1 })
  expect([said.status, said.body.state]).toEqual([200, 'waiting'])
  await scene.book.flush()
  await until(async () => {
    const [row] = await scene.list(`?request_id=${id}`)
    return row.state === 'stored' && row.target === 'openai/one'
  }, 'the call')
})

test('what somebody says too early of a call that is not theirs counts nowhere', async () => {
  const id = await scene.call(keys.alpha)
  const body = { request_id: id, score: 0 }
  expect((await scene.say(keys.beta, body)).body.state).toBe('waiting')
  expect((await scene.say(keys.alpha, { ...body, score: 1 })).body.state).toBe('waiting')
  await scene.book.flush()
  await until(async () => (await scene.list(`?request_id=${id}`)).length === 1, 'the other one to be gone')
  expect(await scene.list(`?request_id=${id}`)).toMatchObject([{ score: 1, path: '/team/alpha' }])
})

describe('of other people’s calls nobody may speak', () => {
  test.each([
    ['alpha', 'alpha', 200],
    ['alpha', 'below', 404],
    ['alpha', 'beta', 404],
    ['alpha', 'loose', 404],
    ['below', 'alpha', 200],
    ['loose', 'loose', 200],
    ['loose', 'other', 404],
    ['loose', 'alpha', 404],
  ] as const)('a call of %s, by %s: %d', async (owner, speaker, status) => {
    const id = await recorded(keys[owner])
    const said = await scene.say(keys[speaker], { request_id: id, score: 1 })
    expect(said.status).toBe(status)
    if (status === 404) {
      expect(said.body.error).toMatchObject({ code: 'not_found', param: 'request_id' })
      expect(await scene.list(`?request_id=${id}`)).toEqual([])
    }
  })

  test('whoever holds the master key may of all, and nobody knows a call that never was', async () => {
    const id = await recorded(keys.beta)
    expect((await scene.say(MASTER, { request_id: id, score: 1 })).status).toBe(200)
    for (const request_id of ['nothing', '01938c1e-7c3a-7b52-9d0e-0c6f1d3a2b11', `${id}:mirror`])
      expect((await scene.say(MASTER, { request_id, score: 1 })).status).toBe(404)
  })
})

describe('what cannot be read is refused by name', () => {
  test.each([
    [{ score: 1 }, 'request_id'],
    [{ request_id: 'x' }, 'score'],
    [{ request_id: 'x', score: 1.5 }, 'score'],
    [{ request_id: 'x', score: '1' }, 'score'],
    [{ request_id: 'x', score: 1, name: ' ' }, 'name'],
    [{ request_id: 'x', score: 1, name: 'x'.repeat(65) }, 'name'],
    [{ request_id: 'x', score: 1, name: 'a\u0000b' }, 'name'],
    [{ request_id: 'x', score: 1, comment: 'x'.repeat(2001) }, 'comment'],
    [{ request_id: 'x', score: 1, mirror: true }, 'mirror'],
  ])('%j', async (body, param) => {
    const { status, body: answer } = await scene.say(keys.alpha, body)
    expect([status, answer.error.param]).toEqual([400, param])
  })
})

test('no caller speaks in the name of operators', async () => {
  const id = await recorded(keys.alpha)
  const refused = await scene.say(keys.alpha, { request_id: id, score: 1, name: ' Operator ' })
  expect([refused.status, refused.body.error.param]).toEqual([400, 'name'])
  expect(refused.body.error.message).toContain('is what operators say on the dashboard')
})

test('one answer takes ten names of one caller', async () => {
  const id = await recorded(keys.alpha)
  for (let n = 0; n < 10; n++)
    expect((await scene.say(keys.alpha, { request_id: id, score: 1, name: `n${n}` })).status).toBe(200)
  const more = await scene.say(keys.alpha, { request_id: id, score: 1, name: 'n10' })
  expect([more.status, more.body.error.param]).toEqual([400, 'name'])
  expect((await scene.say(keys.alpha, { request_id: id, score: 0, name: 'n3' })).status).toBe(200)
})

test('a caller cannot fill the table with calls that never come', async () => {
  const key = await scene.key({ user_path: '/flood' })
  const id = Bun.randomUUIDv7()
  const { db } = scene.book
  const rows = Array.from(
    { length: 999 },
    () => `('${Bun.randomUUIDv7()}', 0, 'x', 1, ${Date.now()}, '/flood', '')`,
  )
  await db.run(
    `insert into feedback (request_id, mirrored, name, score, said_at, within, holder) values ${rows.join(',')}`,
  )
  expect((await scene.say(key, { request_id: id, score: 1 })).status).toBe(200)
  const full = await scene.say(key, { request_id: Bun.randomUUIDv7(), score: 1 })
  expect([full.status, full.body.error.code]).toEqual([429, 'rate_limit_exceeded'])
  // Others are not in its way.
  expect((await scene.say(keys.alpha, { request_id: Bun.randomUUIDv7(), score: 1 })).status).toBe(200)
  await db.run(`delete from feedback where within = '/flood'`)
})

test('a comment is kept without credentials, is text on the page, and stands in no log', async () => {
  const id = await recorded(keys.alpha)
  const secret = `sk-${'x1'.repeat(12)}`
  await scene.say(keys.alpha, { request_id: id, score: 0, comment: `<b>Wrong</b> ${secret}` })
  const [row] = await scene.list(`?request_id=${id}`)
  expect(row.comment).toBe('<b>Wrong</b> [redacted]')
  const page = await scene.page(`/dashboard/requests?call=${id}`)
  expect(page).toContain('&lt;b&gt;Wrong&lt;/b&gt; [redacted]')
  expect(page).toMatch(/score 0\.00/)
  expect(JSON.stringify(scene.test.logs)).not.toContain('Wrong')
})

test('metrics count by name, and only what looks like one', async () => {
  const id = await recorded(keys.alpha)
  await scene.say(keys.alpha, { request_id: id, score: 0, name: 'What I think of it' })
  const metrics = await (
    await scene.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
  ).text()
  expect(metrics).toMatch(/modelway_feedback_total\{name="thumbs",by="caller"\} 1/)
  expect(metrics).toMatch(/modelway_feedback_total\{name="other",by="caller"\} 1/)
  expect(metrics).not.toContain('What I think')
})
