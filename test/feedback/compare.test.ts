import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { type FeedbackScene, openFeedback } from './scene.ts'

/** What operators say of answers, of copies too, and what a comparison makes of scores. */

const CALLS = 40
let scene: FeedbackScene
const ids: string[] = []

beforeAll(async () => {
  scene = await openFeedback()
  const { test, house, book } = scene
  await test.admin('PUT', '/admin/virtual-models', {
    source: 'smart',
    target_model: 'openai/one',
    mirror: { model: 'openai/two', share: 1 },
  })
  await test.admin('PUT', '/admin/virtual-models', {
    source: 'both',
    targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
    session_affinity: false,
  })
  const key = await scene.key({ user_path: '/team' })
  for (let i = 0; i < CALLS; i++) ids.push(await scene.call(key, 'smart'))
  await until(() => house.settled.length === 2 * CALLS, 'all copies')
  await book.flush()
})
afterAll(() => scene[Symbol.asyncDispose]())

const post = (items: object[]) => scene.test.admin('POST', '/admin/feedback', { data: items })
const compare = async (query: string) =>
  (await scene.test.admin('GET', `/admin/virtual-models/compare?${query}`)).body

test('an operator scores a list, copies too, and is told what is not there', async () => {
  const nobody = { request_id: 'gone', score: 1, name: 'judge' }
  const items = ids.flatMap((request_id, i) => [
    { request_id, name: 'judge', score: i % 2 === 0 ? 0.5 : 0.7 },
    { request_id, name: 'judge', score: i % 2 === 0 ? 0.9 : 0.8, mirror: true },
  ])
  const { status, body } = await post([...items, nobody])
  expect([status, body]).toEqual([
    200,
    { stored: 2 * CALLS, waiting: 0, unknown: [{ request_id: 'gone', mirror: false }] },
  ])
  // The same again: in the place of the first.
  expect((await post(items)).body.stored).toBe(2 * CALLS)
  expect(await scene.list('?limit=500')).toHaveLength(2 * CALLS)
})

test('a comparison has scores by name beside the other figures, and of pairs what the copy scored more', async () => {
  const { sides, differences, paired } = await compare('source=smart')
  const [one, two] = sides
  const mean = (figures: { low: number; high: number; value: number }) =>
    [figures.value, figures.low, figures.high].map(figure => Number(figure.toFixed(4)))
  // s² = n/(n-1) · 0.1², and 0.05² of the copies; ± 1.96 · s / √n.
  expect(one.scores).toMatchObject([{ name: 'judge', by: 'operator', count: CALLS }])
  expect(mean(one.scores[0].mean)).toEqual([0.6, 0.5686, 0.6314])
  expect(mean(two.scores[0].mean)).toEqual([0.85, 0.8343, 0.8657])
  expect(differences[0].scores).toMatchObject([{ name: 'judge', verdict: 'higher' }])
  expect(paired[0].scores).toMatchObject([{ name: 'judge', pairs: CALLS, verdict: 'higher' }])
  expect(mean(paired[0].scores[0])).toEqual([0.25, 0.2029, 0.2971])
})

test('thumbs are shares: an interval also where they are few, and all alike', async () => {
  const key = await scene.key({ user_path: '/app' })
  const calls: { id: string; target: string }[] = []
  for (let i = 0; i < 8; i++) calls.push({ id: await scene.call(key, 'both'), target: '' })
  await scene.book.flush()
  const rows = await scene.book.rows()
  for (const call of calls) call.target = rows.find(({ requestId }) => requestId === call.id)!.model!
  for (const { id, target } of calls)
    await scene.say(key, { request_id: id, name: 'thumbs', score: target === 'one' ? 1 : 0 })
  const { sides, differences } = await compare('source=both&baseline=openai/one')
  expect(sides.map((side: { scores: unknown[] }) => side.scores)).toMatchObject([
    [{ name: 'thumbs', count: 4, mean: { value: 1, high: 1 } }],
    [{ name: 'thumbs', count: 4, mean: { value: 0, low: 0 } }],
  ])
  // Wilson: 4 of 4.
  expect(sides[0].scores[0].mean.low).toBeCloseTo(0.5101, 4)
  expect(differences[0].scores[0]).toMatchObject({ value: -1, verdict: 'lower' })
})

test('periods have the scores of their own calls, of all targets or of one', async () => {
  const from = new Date(Date.now() - 3_600_000).toISOString()
  const before = new Date(Date.now() - 7_200_000).toISOString()
  const query = `source=both&from=${from}&against_from=${before}`
  const sidesOf = async (more = '') =>
    (await compare(query + more)).sides.map(({ name, scores }: { name: string; scores: object[] }) => [
      name,
      scores,
    ])
  expect(await sidesOf()).toMatchObject([
    ['against', []],
    ['period', [{ name: 'thumbs', count: 8, mean: { value: 0.5 } }]],
  ])
  expect(await sidesOf('&target=openai/one')).toMatchObject([
    ['against', []],
    ['period', [{ name: 'thumbs', count: 4, mean: { value: 1 } }]],
  ])
})

test('what was said is listed page by page, and chosen by call, model, name and mirror', async () => {
  const page = async (query: string) => (await scene.test.admin('GET', `/admin/feedback?${query}`)).body
  const seen: number[] = []
  for (let before: number | null = null; ; ) {
    const { data, next } = await page(
      `limit=30&virtual_model=smart${before === null ? '' : `&before=${before}`}`,
    )
    seen.push(...data.map(({ id }: { id: number }) => id))
    if (next === null) break
    before = next
  }
  expect(seen).toHaveLength(2 * CALLS)
  expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  expect((await page('mirror=true&limit=500')).data).toHaveLength(CALLS)
  expect((await page('name=thumbs')).data).toHaveLength(8)
  const own = (await page(`request_id=${ids[0]}`)).data
  expect(own).toMatchObject([
    { mirror: true, target: 'openai/two', path: '/' },
    { mirror: false, target: 'openai/one', virtual_model: 'smart' },
  ])
})

test('the page of a virtual model has them in its table, and only where there are some', async () => {
  const page = await scene.page('/dashboard/models/detail?name=smart')
  expect(page).toMatch(/Cost per call Scores/)
  expect(page).toMatch(/0\.60 judge of operators 0\.57 to 0\.63 40 scores/)
  expect(page).toMatch(/0\.85 judge of operators 0\.83 to 0\.87 higher at 95 % .* 40 scores/)
  expect(page).toMatch(/Score: judge .*\+0\.25 \+0\.20 to \+0\.30 40 calls/)
  await scene.test.admin('PUT', '/admin/virtual-models', { source: 'plain', target_model: 'openai/one' })
  await scene.call(await scene.key({}), 'plain')
  await scene.book.flush()
  expect(await scene.page('/dashboard/models/detail?name=plain')).not.toContain('Scores')
})

test('what is not a list of scores is refused by name', async () => {
  const item = { request_id: ids[0], score: 1 }
  for (const [items, param] of [
    [[], 'data'],
    [Array.from({ length: 1001 }, () => item), 'data'],
    [[item, { ...item, score: 2 }], 'data.1.score'],
    [[{ ...item, who: 'me' }], 'data.0.who'],
  ] as const) {
    const { status, body } = await post([...items])
    expect([status, body.error.param]).toEqual([400, param])
  }
})

test('a caller who takes the name of a judge has no say in what the judge says', async () => {
  const before = (await compare('source=smart')).paired[0].scores[0]
  const key = await scene.key({ user_path: '/team' })
  for (const request_id of ids.slice(0, 5)) await scene.say(key, { request_id, name: 'judge', score: 0 })
  const { sides, differences, paired } = await compare('source=smart')
  const { scores } = sides[0]
  expect(scores).toMatchObject([
    { name: 'judge', by: 'caller', count: 5, mean: { value: 0 } },
    { name: 'judge', by: 'operator', count: CALLS },
  ])
  expect(scores[1].mean.value).toBeCloseTo(0.6, 10)
  expect(differences[0].scores).toMatchObject([{ name: 'judge', by: 'operator', verdict: 'higher' }])
  expect(paired[0].scores).toEqual([before])
})
