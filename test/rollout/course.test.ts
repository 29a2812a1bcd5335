import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { EAST, WEST } from '../routing/fleet.ts'
import { MINUTE, openScene, QUICK, type Scene } from './kit.ts'

/** A target takes over step by step, and steps back by itself. */

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene[Symbol.asyncDispose]())
beforeEach(() => {
  for (const target of [EAST, WEST]) scene.fleet.plan(target, undefined)
})

const answered = (count: number) => (rollout: { evidence: { to: { answered: number } } }) =>
  rollout.evidence.to.answered === count
const is = (state: string) => (rollout: { state: string }) => rollout.state === state
const admin = (method: string, path: string, body?: object) => scene.fleet.test.admin(method, path, body)

test('a model is enough: it begins with 5 per cent, and says what comes', async () => {
  const forTeam = { model: 'vllm/m', weight: 1, user_paths: ['/team'] }
  await scene.fleet.redirect('plain', [{ model: EAST, weight: 3 }, forTeam])
  const { body } = await admin('PUT', '/admin/rollouts/plain', { to: WEST })
  expect(body).toMatchObject({
    to: WEST,
    steps: [5, 25, 50, 100],
    every: '30m',
    min_calls: 50,
    stop_when: { error_rate_above: 0.05, error_rate_worse_by: 0.02, slower_by: null, dearer_by: null },
    state: 'running',
    step: 1,
    percent: 5,
    next_at: new Date(scene.now() + 30 * MINUTE).toISOString(),
    author: 'master',
  })
  expect(await scene.leads('plain')).toEqual(['round_robin', `${EAST} 19`, 'vllm/m 1', `${WEST} 1`])
  const { targets } = (await admin('GET', '/admin/virtual-models/plain')).body
  expect(targets[1]).toEqual(forTeam)
})

test('steps wait for their time and for answers; at the end the others stand behind it', async () => {
  await scene.start('walk')
  expect(await scene.leads('walk')).toEqual(['round_robin', `${EAST} 1`, `${WEST} 1`])
  await scene.call('walk', 18)
  expect(await scene.when('walk', answered(9), '9 answers')).toMatchObject({ step: 1 })
  scene.pass(11 * MINUTE)
  expect(await scene.when('walk', () => true, 'a look')).toMatchObject({
    step: 1,
    waits_for: '9 of 10 answers are there',
  })
  await scene.call('walk', 2)
  await scene.when('walk', ({ step }) => step === 2, 'the second step')
  expect(await scene.leads('walk')).toEqual(['failover', `${WEST} 1`, `${EAST} 1`])
  await scene.call('walk', 10)
  // What a step is judged by is its own.
  expect(await scene.when('walk', answered(10), '10 answers')).toMatchObject({ step: 2, state: 'running' })
  scene.pass(11 * MINUTE)
  expect(await scene.when('walk', is('done'), 'the end')).toMatchObject({ why: null, percent: 100 })
  expect(await scene.leads('walk')).toEqual(['failover', `${WEST} 1`, `${EAST} 1`])
  const { body } = await admin('GET', '/admin/history?kind=virtual-model&subject=walk')
  expect(body.data.map(({ author }: { author: string }) => author)).toEqual([
    'rollout of Master key',
    'rollout of Master key',
    'master',
  ])
})

test('a redirect whose callers keep their targets is led to the end, too, where nothing is shared out any more', async () => {
  await scene.start('kept', {}, { session_affinity: undefined, affinity: 'caller' })
  const { body } = await admin('POST', '/admin/rollouts/kept', { action: 'finish' })
  expect(body).toMatchObject({ state: 'done', why: 'finished by Master key' })
  expect(await scene.leads('kept')).toEqual(['failover', `${WEST} 1`, `${EAST} 1`])
  expect((await admin('GET', '/admin/virtual-models/kept')).body.affinity).toBe('session')
})

test('a target that breaks hard is left at once, though callers were answered by another one', async () => {
  const mirror = { model: WEST, share: 0.5 }
  await scene.start('broken', {}, { mirror })
  expect((await admin('GET', '/admin/virtual-models/broken')).body.mirror).toBeUndefined()
  scene.fleet.plan(WEST, { status: 500 })
  const began = scene.now()
  scene.pass(1000)
  for (let i = 0; i < 20; i++) expect((await scene.fleet.ask('broken')).served).toBe(EAST)
  const rollout = await scene.when('broken', is('rolled_back'), 'the way back')
  expect(scene.now() - began).toBeLessThan(10 * MINUTE)
  expect(rollout.why).toMatch(/^\d+ of \d+ calls failed$/)
  expect((await admin('GET', '/admin/virtual-models/broken')).body).toMatchObject({
    target_model: EAST,
    strategy: 'round_robin',
    mirror,
  })
  const concern = { key: 'rollout:broken', tone: 'amber', text: expect.stringContaining(rollout.why) }
  const standing = async () => (await admin('GET', '/admin/notices')).body.standing
  expect(await standing()).toContainEqual(expect.objectContaining(concern))
  expect((await admin('DELETE', '/admin/rollouts/broken')).status).toBe(204)
  expect(await standing()).not.toContainEqual(expect.objectContaining({ key: 'rollout:broken' }))
})

test('limits of a provider speak against it, mistakes of callers against nobody', async () => {
  await scene.start('busy')
  scene.fleet.plan(WEST, { status: 429, delayMs: 3 })
  await scene.call('busy', 20)
  await scene.when('busy', is('rolled_back'), 'the way back')

  for (const target of [EAST, WEST]) scene.fleet.plan(target, { status: 400 })
  await scene.start('mistakes')
  await scene.call('mistakes', 40)
  const rollout = await scene.when('mistakes', ({ evidence }) => evidence.to.refused === 20, '20 refusals')
  expect(rollout).toMatchObject({
    state: 'running',
    evidence: { to: { failed: 0 }, others: { refused: 20 } },
  })
})

test('what only the new target turns down leads back', async () => {
  await scene.start('picky')
  scene.fleet.plan(WEST, { status: 400 })
  await scene.call('picky', 40)
  const rollout = await scene.when('picky', is('rolled_back'), 'the way back')
  expect(rollout.why).toMatch(/^\d+ of \d+ calls failed or were turned down, of the others' 0 %$/)
})

test('slower is slower by the median, and only where that is certain', async () => {
  await scene.start('slow', { stop_when: { slower_by: 2 } })
  scene.fleet.plan(WEST, { delayMs: 12 })
  await scene.call('slow', 40)
  await scene.when('slow', answered(20), '20 answers')
  expect(await scene.rollout('slow')).toMatchObject({ state: 'running' })
  scene.pass(11 * MINUTE)
  const rollout = await scene.when('slow', is('rolled_back'), 'the way back')
  expect(rollout.why).toContain('2 times as long is the most')
})

test('paused it stays at its share, whatever happens; resumed it goes on', async () => {
  await scene.start('held')
  expect((await admin('POST', '/admin/rollouts/held', { action: 'pause' })).body.state).toBe('paused')
  await scene.call('held', 20)
  scene.pass(20 * MINUTE)
  expect(await scene.when('held', () => true, 'a look')).toMatchObject({ state: 'paused', step: 1 })
  await admin('POST', '/admin/rollouts/held', { action: 'resume' })
  await scene.when('held', ({ step }) => step === 2, 'the second step')
  // While the step is being made it is refused.
  await until(
    async () => (await admin('POST', '/admin/rollouts/held', { action: 'roll_back' })).status === 200,
    'the way back',
  )
  expect(await scene.rollout('held')).toMatchObject({ state: 'stopped', why: 'rolled back by Master key' })
  expect(await scene.leads('held')).toEqual(['round_robin', `${EAST} 1`])
  expect((await admin('POST', '/admin/rollouts/held', { action: 'pause' })).status).toBe(409)
})

test('finished now, it is at its last step', async () => {
  await scene.start('hurry')
  const { body } = await admin('POST', '/admin/rollouts/hurry', { action: 'finish' })
  expect(body).toMatchObject({ state: 'done', percent: 100, why: 'finished by Master key' })
  expect(await scene.leads('hurry')).toEqual(['failover', `${WEST} 1`, `${EAST} 1`])
})

test('whoever edits, deletes or renames the redirect takes over', async () => {
  await scene.start('edited')
  await scene.fleet.redirect('edited', [EAST, WEST], { description: 'By hand' })
  const edited = await scene.when('edited', is('stopped'), 'the end')
  expect(edited.why).toBe('the redirect was changed by hand')
  expect(await scene.leads('edited')).toEqual(['round_robin', `${EAST} 1`, `${WEST} 1`])

  await scene.start('deleted')
  await admin('DELETE', '/admin/virtual-models', { source: 'deleted' })
  const deleted = await scene.when('deleted', is('stopped'), 'the end')
  expect(deleted.why).toBe('the redirect was deleted or renamed')
})

const PLAN = { to: WEST }
test.each([
  ['declared', PLAN, 409, 'declared in VIRTUAL_MODELS'],
  ['nobody', PLAN, 404, 'no virtual model "nobody"'],
  ['policy', PLAN, 409, 'access policy'],
  ['ordered', PLAN, 409, 'set "strategy" to "round_robin"'],
  ['off', PLAN, 409, 'is off'],
  ['good', { to: 'nobody/m' }, 422, 'Provider "nobody" is not configured'],
  ['good', { to: 'openai-west/gone' }, 422, 'gone'],
  ['some', PLAN, 422, 'is there for some callers only'],
  ['few', PLAN, 409, 'needs one for everybody'],
  ['good', { to: EAST }, 422, 'leads to "openai-east/m" already'],
  ['good', { to: 'm' }, 400, 'Field "to": expected the model of a provider'],
  ['good', { ...PLAN, steps: [50, 20] }, 400, 'Field "steps": expected steps that rise'],
  ['good', { ...PLAN, stop_when: { error_rate_above: 5 } }, 400, 'Field "stop_when.error_rate_above"'],
  ['good', { ...PLAN, stop_when: { slow: 5 } }, 400, 'not known here'],
])('a rollout of "%s" by %j is refused with %d', async (source, plan, status, text) => {
  await scene.fleet.put({ source: 'policy', enabled: false })
  await scene.fleet.redirect('ordered', [EAST, 'vllm/m'], { strategy: 'failover' })
  await scene.fleet.redirect('off', [EAST], { enabled: false })
  await scene.fleet.redirect('good', [EAST])
  const forTeam = { model: WEST, weight: 1, user_paths: ['/team'] }
  await scene.fleet.redirect('some', [EAST, forTeam])
  await scene.fleet.redirect('few', [forTeam])
  const answer = await admin('PUT', `/admin/rollouts/${source}`, plan)
  expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringContaining(text)])
  // That is a field of virtual models.
  expect(answer.body.error.message).not.toContain('force')
  expect((await admin('GET', `/admin/rollouts/${source}`)).status).toBe(404)
})

test('one rollout of a redirect is under way at a time; a new one takes the place of one that is over', async () => {
  await scene.start('twice')
  expect((await admin('PUT', '/admin/rollouts/twice', QUICK)).status).toBe(409)
  await admin('POST', '/admin/rollouts/twice', { action: 'roll_back' })
  const { body } = await admin('PUT', '/admin/rollouts/twice', QUICK)
  expect(body).toMatchObject({ state: 'running', step: 1, why: null })
})
