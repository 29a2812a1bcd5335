import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { createBook, isOpen } from '../../plugins/rollout/book.ts'
import { openDatabase } from '../../src/database/open.ts'
import { startGateway, type TestGateway, until } from '../kit.ts'
import { EAST } from '../routing/fleet.ts'
import { MINUTE, openScene, QUICK, type Scene } from './kit.ts'

/** Two gateways on one database, and a database that cannot tell. */

let scene: Scene
let other: TestGateway
beforeAll(async () => {
  scene = await openScene()
  const { mocks, test } = scene.fleet
  other = await startGateway({
    folder: test.folder,
    now: scene.now,
    env: {
      OPENAI_EAST_BASE_URL: mocks['openai-east']!.url,
      OPENAI_WEST_BASE_URL: mocks['openai-west']!.url,
      RETRIES: '0',
    },
  })
})
afterAll(async () => {
  await other.close()
  await scene[Symbol.asyncDispose]()
})

const file = () => `file:${scene.fleet.test.folder}/test.db`

const changes = async (source: string): Promise<{ author: string }[]> =>
  (await scene.fleet.test.admin('GET', `/admin/history?kind=virtual-model&subject=${source}`)).body.data

test('each step is made once, and a gateway that knows it later does not take it for the work of a hand', async () => {
  await scene.start('shared', { steps: [50, 70, 100], every: '1s', min_calls: 1 })
  for (let step = 1; step <= 3; step++) {
    await scene.call('shared', 4)
    await scene.when(
      'shared',
      found => found.step > step || found.state === 'done',
      `the end of step ${step}`,
    )
  }
  expect(await scene.rollout('shared')).toMatchObject({ state: 'done', why: null })
  // One by hand, and one for each step.
  expect(await changes('shared')).toHaveLength(4)
  const seen = async () => (await other.admin('GET', '/admin/virtual-models/shared')).body?.strategy
  await until(async () => (await seen()) === 'failover', 'the other gateway')
  scene.pass(MINUTE)
  expect(await scene.when('shared', () => true, 'a look')).toMatchObject({ state: 'done' })
})

test('a gateway that comes later goes on with what is under way, also where the redirect is yet to be written', async () => {
  await scene.start('left', { every: '1s', min_calls: 1 })
  // As if its gateway had died between the two writes.
  const client = createClient({ url: file() })
  await client.execute(
    "update rollouts set step = 1, is_due = 1, version = version + 1 where source = 'left'",
  )
  client.close()
  await scene.when(
    'left',
    () => scene.leads('left').then(([strategy]) => strategy === 'failover'),
    'the write',
  )
  expect(await scene.rollout('left')).toMatchObject({ state: 'running', step: 2 })
})

test('a rollout that cannot be written down leads nobody anywhere', async () => {
  const { admin } = scene.fleet.test
  await scene.fleet.redirect('kept', [EAST], { session_affinity: false })
  const client = createClient({ url: file() })
  await client.execute(
    "create trigger full before insert on rollouts begin select raise(abort, 'disk full'); end",
  )
  const { status } = await admin('PUT', '/admin/rollouts/kept', QUICK)
  await client.execute('drop trigger full')
  client.close()
  expect(status).toBeGreaterThanOrEqual(500)
  expect(await scene.leads('kept')).toHaveLength(2)
  expect(await changes('kept')).toHaveLength(1)
})

test('one that is refused leaves the one before it as it was', async () => {
  const { admin } = scene.fleet.test
  await scene.start('again')
  await admin('POST', '/admin/rollouts/again', { action: 'roll_back' })
  const before = await scene.rollout('again')
  // One more than a redirect takes: only the redirect itself can tell.
  const targets = Array.from({ length: 64 }, (_, at) => ({ model: `openai-east/model-${at}` }))
  const many = { source: 'again', strategy: 'round_robin', targets, force: true }
  expect((await admin('PUT', '/admin/virtual-models', many)).status).toBe(200)
  const { status, body } = await admin('PUT', '/admin/rollouts/again', QUICK)
  expect([status, body.error.param]).toEqual([400, 'to'])
  expect(await scene.rollout('again')).toEqual(before)
})

test('the end of the last one is known to all gateways: none asks the database any more', async () => {
  await scene.start('last')
  const { db, close } = await openDatabase(file())
  const [mine, theirs] = [0, 1].map(() => createBook({ db, now: scene.now, news: () => 1 }))
  await theirs!.glance()
  for (const rollout of await mine!.read()) await mine!.change(rollout, { state: 'done', isDue: false })
  await theirs!.claim()
  expect((await theirs!.glance()).filter(isOpen)).toEqual([])
  close()
})

test('while records cannot be read nothing is decided', async () => {
  await scene.start('blind', { every: '1s', min_calls: 1 })
  await scene.call('blind', 4)
  const client = createClient({ url: file() })
  await client.execute('alter table usage_records rename to gone')
  // The log of the process is that of the gateway that started last.
  const failed = () => other.logs.some(({ message }) => message === 'Plugin "rollout" failed in a tick')
  await scene.when('blind', failed, 'a look that fails')
  scene.pass(MINUTE)
  expect(await scene.rollout('blind')).toMatchObject({ state: 'running', step: 1 })
  await client.execute('alter table gone rename to usage_records')
  client.close()
  await scene.when('blind', ({ step }) => step === 2, 'the second step')
})
