import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test'
import fc from 'fast-check'
import { MASTER } from '../kit.ts'
import { type Fleet, startFleet } from './fleet.ts'

/** Small pools, so that names meet: shadowed models, chains, ids that read like another provider's model. */
const lists = { 'openai-east': ['a', 'b', 'x/y'], vllm: ['a', 'c', 'openai-east/b'] }
const real = Object.entries(lists).flatMap(([provider, ids]) => ids.map(id => `${provider}/${id}`))
const bare = ['a', 'b', 'c', 'x/y']
const redirects = ['r1', 'r2', 'r3', 'r4', 'r5', 'vllm/a', 'openai-east/b', 'a', 'x/y']
const selectors = ['/', 'openai-east/', 'vllm/', 'vllm/a', 'openai-east/x/y', 'c', 'b', 'vllm/openai-east/b']
const unlisted = ['vllm/none', 'ghost', 'nobody/a', 'r9']
const paths = ['/', '/t', '/t/a', '/t/a/b', '/t-a', '/u']
const strategies = ['round_robin', 'cost', 'failover', 'latency']

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const userPaths = fc.option(fc.uniqueArray(some(...paths), { minLength: 1, maxLength: 2 }), {
  nil: undefined,
})
const target = fc.record({
  model: some(...real, ...real, ...bare, ...redirects, ...unlisted),
  weight: some(1, 2, 3),
  user_paths: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: userPaths }),
})
const isEnabled = some(true, true, true, false)

const redirect = fc.record({
  source: some(...redirects),
  targets: fc.uniqueArray(target, { minLength: 1, maxLength: 3, selector: ({ model }) => model }),
  strategy: some(...strategies),
  failover: fc.boolean(),
  affinity: some('session', 'caller', 'off'),
  user_paths: userPaths,
  enabled: isEnabled,
})
const policy = fc.record({
  source: some(...selectors),
  user_paths: userPaths,
  reach: some('any', 'any', 'redirect'),
  enabled: isEnabled,
})
const question = fc.record({
  model: fc.oneof(
    { weight: 3, arbitrary: some(...redirects) },
    { weight: 2, arbitrary: some(...real, ...bare, ...unlisted) },
  ),
  key: fc.nat(),
  path: some(undefined, ...paths, 't/a/', '/t//a', '../t'),
})
/** A world is the one before with one change; then callers ask. */
const step = fc.record({
  write: fc.oneof(
    { weight: 6, arbitrary: fc.record({ put: redirect }) },
    { weight: 3, arbitrary: fc.record({ put: policy }) },
    { weight: 4, arbitrary: fc.record({ drop: some(...redirects, ...selectors) }) },
  ),
  questions: fc.array(question, { minLength: 2, maxLength: 2 }),
})

const keys = [
  {},
  { user_path: '/t/a' },
  { user_path: '/t', sub_paths: true },
  { allowed_models: ['r1', 'vllm/', 'x/y'] },
  { user_path: '/u', allowed_models: ['openai-east/b', 'r2', 'a'] },
  { user_path: '/t', sub_paths: true, allowed_models: ['/'] },
  { allowed_models: [] },
]

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Caller {
  readonly id?: string
  readonly headers: Readonly<Record<string, string>>
}

/** The master key, and a key of each kind. */
async function createCallers({ test: { admin } }: Fleet): Promise<readonly Caller[]> {
  const callers: Caller[] = [{ headers: { authorization: `Bearer ${MASTER}` } }]
  for (const key of keys) {
    const { body } = await admin('POST', '/admin/keys', { name: 'test', ...key })
    callers.push({ id: body.id, headers: { authorization: `Bearer ${body.key}` } })
  }
  return callers
}

/** What `explain` says, and what then happens; fails where they differ. */
async function compare(fleet: Fleet, caller: Caller, question: Question): Promise<number> {
  const { id, headers } = caller
  const { model, path } = question
  const called = fleet.calls.length
  const told = await fleet.explain({ model, key_id: id ?? null, user_path: path ?? null })
  expect(fleet.calls.length).toBe(called)
  const as = { ...headers, ...(path !== undefined && { 'x-modelway-user-path': path }) }
  const said = await fleet.ask(model, {}, as)
  const list = await fleet.test.json('/v1/models', { headers: as })
  const status: number = told.status === 200 ? told.body.outcome.status : told.status
  expect([said.status, list.status]).toEqual([status, told.status])
  if (told.status !== 200) return status
  expect(told.body.listed).toBe(list.body.data.some((entry: { id: string }) => entry.id === model))
  expect(told.body.outcome.code ?? null).toBe(said.code ?? null)
  expect(told.body.outcome.message ?? '').toBe(said.message)
  const [first] = told.body.targets
  expect(said.served).toBe(first && `${first.provider}/${first.model}`)
  return status
}

async function change({ test: { admin } }: Fleet, { write }: Step): Promise<boolean> {
  const { status } =
    'put' in write
      ? await admin('PUT', '/admin/virtual-models', { force: true, ...write.put })
      : await admin('DELETE', '/admin/virtual-models', { source: write.drop })
  expect(status).toBeOneOf([200, 204, 404, 409, 422])
  return status < 300
}

async function walk(worlds: number, env: Record<string, string>, expected: readonly number[]): Promise<void> {
  const MODEL_PRICES = JSON.stringify({ 'vllm/a': { input: 1, output: 1 } })
  await using fleet = await startFleet({ lists, env: { MODEL_PRICES, ...env } })
  const callers = await createCallers(fleet)
  const seed = Date.now() % 2 ** 31
  const seen = new Map<number, number>()
  let last: unknown
  let changes = 0
  try {
    for (const one of fc.sample(step, { seed, numRuns: worlds })) {
      if (await change(fleet, one)) changes++
      for (const question of one.questions) {
        last = question
        const status = await compare(fleet, callers[question.key % callers.length]!, question)
        seen.set(status, (seen.get(status) ?? 0) + 1)
      }
    }
  } catch (error) {
    const { body } = await fleet.test.admin('GET', '/admin/virtual-models')
    throw new Error(`Seed ${seed}, after ${changes} changes: ${JSON.stringify({ last, rows: body })}`, {
      cause: error,
    })
  }
  // Worlds that stay the same, or in which everything or nothing is open, would prove little.
  expect(changes).toBeGreaterThan(worlds / 3)
  for (const status of expected) expect([status, seen.get(status)! > worlds / 20]).toEqual([status, true])
}

// Without chance nobody explores: balancing by latency is as certain as the rest.
const steady = spyOn(Math, 'random')
beforeAll(() => void steady.mockReturnValue(0.5))
afterAll(() => steady.mockRestore())

test('X1 explain tells what really happens, in hundreds of worlds', async () => {
  await walk(700, {}, [200, 403, 404])
}, 60_000)

test('X1 explain tells what really happens where models are closed and hidden unless a policy opens them', async () => {
  const env = {
    MODELS_ENABLED_BY_DEFAULT: 'false',
    HIDE_DENIED_MODELS: 'true',
    UNQUALIFIED_MODEL_IDS_AT_MODELS_ENDPOINT: 'true',
  }
  await walk(400, env, [200, 404])
}, 60_000)
