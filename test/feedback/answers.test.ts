import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { type FeedbackScene, openFeedback } from './scene.ts'

/** The caller's answer and that of the mirror, side by side, and what an operator says of them there. */

let scene: FeedbackScene
let logged: string
beforeAll(async () => {
  scene = await openFeedback({ REQUEST_LOG_BODIES: '/team' })
  await scene.test.admin('PUT', '/admin/virtual-models', {
    source: 'smart',
    target_model: 'openai/one',
    mirror: { model: 'openai/two', share: 1 },
  })
  scene.house.mock.setPlan(({ json }) => ({
    text: json?.model === 'two' ? 'The mirror says so' : 'The <b>caller</b> is told',
  }))
  logged = await scene.key({ user_path: '/team/alpha' })
})
afterAll(() => scene[Symbol.asyncDispose]())

const kept = (id: string) => scene.test.admin('GET', `/admin/requests/${id}`)

/** A call whose copy has been answered, too. */
async function copied(key: string): Promise<string> {
  const { settled } = scene.house
  const before = settled.length
  const id = await scene.call(key, 'smart')
  await until(() => settled.length === before + 2, 'the copy')
  await scene.book.flush()
  return id
}

test('what the mirror said is kept for the caller of the call, who is logged, and both are shown as text', async () => {
  const id = await copied(logged)
  const copy = (await kept(`${id}:mirror`)).body
  expect(copy).toMatchObject({ user_path: '/team/alpha', status: 200, request: { body: null } })
  expect(copy.response.body.choices[0].message.content).toBe('The mirror says so')
  const page = await scene.page(`/dashboard/requests?call=${id}`)
  expect(page).toMatch(/The caller’s answer The &lt;b&gt;caller&lt;\/b&gt; is told You find it/)
  expect(page).toMatch(/The mirror’s answer The mirror says so You find it/)
})

test.each([
  ['chat', '/v1/chat/completions', { messages: [{ role: 'user', content: 'Hello' }] }],
  ['responses', '/v1/responses', { input: 'Hello', store: false }],
  ['messages', '/v1/messages', { max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] }],
])('streams are put together, and shown as what they say: %s', async (_, path, body) => {
  const { settled } = scene.house
  const before = settled.length
  const answer = await scene.test.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${logged}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'smart', stream: true, ...body }),
  })
  await answer.text()
  await until(() => settled.length === before + 2, 'the copy')
  await scene.book.flush()
  const page = await scene.page(`/dashboard/requests?call=${answer.headers.get('x-request-id')}`)
  expect(page).toMatch(/The caller’s answer The &lt;b&gt;caller&lt;\/b&gt; is told You find it/)
  expect(page).toMatch(/The mirror’s answer The mirror says so You find it/)
})

test('of callers who are not logged nothing is kept, and so nothing of copies', async () => {
  const id = await copied(await scene.key({ user_path: '/other' }))
  expect((await kept(id)).status).toBe(404)
  expect((await kept(`${id}:mirror`)).status).toBe(404)
  expect(await scene.page(`/dashboard/requests?call=${id}`)).toMatch(/The mirror’s answer You find it/)
})

test('where a guardrail would change an answer, that of the mirror, which none has looked at, is not kept', async () => {
  const rule = { user_path: '/team', on: 'output', find: { words: ['mirror'] }, action: 'mask' }
  expect((await scene.test.admin('PUT', '/admin/guardrails/words', rule)).status).toBeLessThan(300)
  const id = await copied(logged)
  expect((await kept(id)).status).toBe(200)
  expect((await kept(`${id}:mirror`)).status).toBe(404)
  await scene.test.admin('DELETE', '/admin/guardrails/words')
})

test('an operator scores both by a button, and sees which was pressed', async () => {
  const id = await copied(logged)
  const page = `/dashboard/requests?call=${id}`
  const pressed = await scene.press(page, { request_id: id, mirror: 'true', score: '1', back: 'model=one' })
  expect(pressed.headers.get('location')).toBe(`/dashboard/requests?model=one&call=${id}`)
  await scene.press(page, { request_id: id, mirror: 'false', score: '0' })
  expect(await scene.list(`?request_id=${id}`)).toMatchObject([
    { name: 'operator', score: 0, mirror: false, path: '/', key: null },
    { name: 'operator', score: 1, mirror: true },
  ])
  expect(await scene.page(page)).toMatch(/mirror says so operator 1\.00/)
})

test('a form that is none is refused in words', async () => {
  const id = await copied(logged)
  const page = `/dashboard/requests?call=${id}`
  for (const [form, status] of [
    [{ request_id: id, mirror: 'maybe', score: '1' }, 400],
    [{ request_id: id, mirror: 'true', score: '7' }, 400],
    [{ request_id: 'gone', mirror: 'false', score: '1' }, 404],
    [{ request_id: id, mirror: 'false', score: '1', csrf: 'forged' }, 403],
  ] as const)
    expect([form, (await scene.press(page, { ...form })).status]).toEqual([form, status])
})

test('operators who only read see scores, and nothing that people wrote or were told; and no buttons', async () => {
  const id = await copied(logged)
  await scene.say(logged, { request_id: id, score: 1, name: 'thumbs', comment: 'She told me' })
  expect(await scene.page(`/dashboard/requests?call=${id}`)).toMatch(/She told me.*The mirror says so/)
  const reader = await scene.key({ operates: 'read' })
  const authorization = `Bearer ${reader}`
  const page = await (
    await scene.test.fetch(`/dashboard/requests?call=${id}`, { headers: { authorization } })
  ).text()
  expect(page).toContain('thumbs')
  for (const words of ['The mirror says so', 'is told', 'She told me']) expect(page).not.toContain(words)
  const listed = await scene.test.json(`/admin/feedback?request_id=${id}`, { headers: { authorization } })
  expect(listed.body.data).toMatchObject([{ name: 'thumbs', score: 1, comment: null }])
  expect(page).not.toContain('You find it')
  const said = { data: [{ request_id: id, score: 1 }] }
  const headers = { authorization, 'content-type': 'application/json' }
  const refused = await scene.test.json('/admin/feedback', {
    method: 'POST',
    headers,
    body: JSON.stringify(said),
  })
  expect(refused.status).toBe(403)
})
