import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { openScene, type Scene } from '../usage/api/scene.ts'

/** What is left of copies: records of their own, beside those of the calls. */

const CALLS = 40
const PRICES = { 'openai/one': { input: 3, output: 15 }, 'openai/two': { input: 1, output: 5 } }

let scene: Scene
let alpha: { readonly id: string; readonly key: string }
beforeAll(async () => {
  scene = await openScene({ env: { MODEL_PRICES: JSON.stringify(PRICES) } })
  const { test, mock } = scene.house
  await test.admin('PUT', '/admin/virtual-models', {
    source: 'smart',
    target_model: 'openai/one',
    mirror: { model: 'openai/two', share: 1 },
  })
  alpha = await scene.key({ name: 'Alpha', user_path: '/team/alpha' })
  let asked = 0
  // The mirror writes three tokens more, or five, and fails once.
  mock.setPlan(({ json }) => {
    if (json?.model !== 'two') return { tokens: 4 }
    asked++
    return asked === CALLS ? { status: 500 } : { tokens: asked % 2 === 0 ? 7 : 9 }
  })
  const copies = () => mock.requests.filter(({ json }) => json?.model === 'two').length
  for (let i = 1; i <= CALLS; i++) {
    await scene.call(
      { model: 'smart', stream: i % 4 === 0 },
      { headers: { authorization: `Bearer ${alpha.key}` } },
    )
    await until(() => copies() === i, 'the copy')
  }
  await until(() => scene.house.settled.length === 2 * CALLS, 'all copies')
})
afterAll(() => scene[Symbol.asyncDispose]())

test('each copy has one line, with the id of its call, its cost, and nobody who would have to pay', async () => {
  const { body } = await scene.ask('/admin/usage/log', { mirrored: 'true', limit: '100' })
  expect(body.data).toHaveLength(CALLS)
  expect(body.data.at(-1)).toMatchObject({
    mirrored: true,
    virtual_model: 'smart',
    provider: 'openai',
    model: 'two',
    key: 'mirror',
    path: '/',
    code: null,
    billing: 'exact',
  })
  const call = (await scene.ask(`/admin/usage/log/${body.data[1].id}`)).body
  expect(call).toMatchObject({ mirrored: false, model: 'one', path: '/team/alpha' })
  expect(call.parts).toMatchObject([{ mirrored: true, model: 'two', id: call.id }])
  expect(call.parts[0].cost_nano).toBe(call.parts[0].tokens.input * 1000 + call.parts[0].tokens.output * 5000)
})

test('sums of callers do not have them; sums of operators do, and tell them apart', async () => {
  const own = (await scene.askAs(alpha.key, '/v1/usage')).body.total
  expect(own.calls).toBe(CALLS)
  expect((await scene.askAs(MASTER, '/v1/usage')).body.total.calls).toBe(CALLS)
  const all = (await scene.ask('/admin/usage', { group_by: 'mirrored' })).body
  expect(all.total.calls).toBe(2 * CALLS)
  expect(
    all.groups.map(({ group, calls }: { group: object; calls: number }) => ({ ...group, calls })),
  ).toEqual(
    expect.arrayContaining([
      { mirrored: 'false', calls: CALLS },
      { mirrored: 'true', calls: CALLS },
    ]),
  )
  const path = (await scene.ask('/admin/usage', { path: '/team' })).body.total
  expect(path.cost_nano).toBe(own.cost_nano)
  // Roll-ups and records say the same.
  const looked = (await scene.ask('/admin/usage', { mirrored: 'true', operation: 'chat' })).body
  const summed = (await scene.ask('/admin/usage', { mirrored: 'true' })).body
  expect([looked.source, summed.source]).toEqual(['records', 'rollups'])
  expect(looked.total.cost_nano).toBe(summed.total.cost_nano)
})

test('a comparison puts the mirror beside the targets, and both answers to each call side by side', async () => {
  const { body } = await scene.ask('/admin/virtual-models/compare', { source: 'smart' })
  expect(body.sides).toMatchObject([
    { name: 'openai/one', mirror: false, requests: CALLS, failures: 0 },
    { name: 'openai/two', mirror: true, requests: CALLS, failures: 1 },
  ])
  expect(body.differences).toMatchObject([
    { of: 'openai/two', mirror: true, to: 'openai/one', cost_per_request_nano: { verdict: 'lower' } },
  ])
  const [paired] = body.paired
  expect(paired).toMatchObject({ of: 'openai/two', pairs: CALLS - 1 })
  // 20 answers with five tokens more, 19 with three.
  const mean = (20 * 5 + 19 * 3) / 39
  expect(paired.output_tokens.value).toBeCloseTo(mean, 9)
  const variance = (20 * (5 - mean) ** 2 + 19 * (3 - mean) ** 2) / 38
  expect(paired.output_tokens.low).toBeCloseTo(mean - 1.959964 * Math.sqrt(variance / 39), 5)
  expect(paired.output_tokens.verdict).toBe('higher')
  expect(paired.cost_nano).toMatchObject({ verdict: 'lower' })
  expect(paired.cost_nano.high).toBeLessThan(0)
})

test('pages show the mirror: the model, the log, and a call', async () => {
  const { test } = scene.house
  const cookie = (
    await test.fetch('/sign-in', {
      method: 'POST',
      headers: { host: 'localhost:8080' },
      body: new URLSearchParams({ key: MASTER }),
    })
  ).headers
    .get('set-cookie')!
    .split(';')[0]!
  const read = async (path: string) =>
    (await (await test.fetch(path, { headers: { cookie } })).text())
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
  const model = await read('/dashboard/models/detail?name=smart')
  expect(model).toContain('gets copies of all calls')
  expect(model).toContain('The same calls, asked of both')
  expect(model).toMatch(/openai\/two mirror 40 copies of calls/)
  const { body } = await scene.ask('/admin/usage/log', { mirrored: 'true', limit: '1' })
  expect(await read('/dashboard/requests?mirrored=true')).toContain('copies only')
  expect(await read(`/dashboard/requests?call=${body.data[0].id}`)).toContain('a copy went to a mirror')
})
