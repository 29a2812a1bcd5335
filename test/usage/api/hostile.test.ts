import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openScene, type Scene } from './scene.ts'

/** Whatever stands in a query: an answer, or a refusal that names the parameter; never a fault, never SQL (H-31). */

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
  await scene.call({ model: 'openai/one' })
})
afterAll(() => scene[Symbol.asyncDispose]())

const ROUTES = {
  '/admin/usage': {},
  '/admin/usage/series': {},
  '/admin/usage/log': {},
  '/admin/usage/export': {},
  '/admin/virtual-models/compare': { source: 'x' },
  '/admin/forecast': { source: 'x', target: 'openai/one' },
  '/v1/usage': {},
} as const
const PARAMS =
  'from,to,time_zone,virtual_model,model,provider,target,path,key,session,label,operation,dialect,status,code,streamed,sort,limit,group_by,path_depth,latency,interval,before,format,source,baseline,against_from,against_to,order,no,__proto__,constructor'.split(
    ',',
  )
const EVIL = [
  "'",
  '"',
  '--',
  '%',
  '_',
  '%%%%%%%%%%%%%%%%%%',
  '\\',
  '\u0000',
  '\ud800',
  '💥',
  ' ',
  '/',
  '//',
  '..',
  '=',
  'a=',
  '=a',
  'label:',
  'label:"',
  "label:' or 1=1",
  'label:$."x"',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '1;drop table usage_records',
  "x') union select * from api_keys --",
  'd0',
  'g.id',
  'cost_nano',
  'no desc',
  'hasOwnProperty',
  '[object Object]',
  '{"$ne":1}',
  '1970-01-01',
  '9999-99-99',
  '0000.0',
  '1.1',
  '99999999999999999.1',
  'model,model',
  'model,,',
  'x'.repeat(100_000),
]

const check = async (route: string, query: Record<string, string>) => {
  const before = performance.now()
  const response = await scene.house.test.fetch(`${route}?${new URLSearchParams(query)}`, {
    headers: { authorization: 'Bearer master-key-for-tests' },
  })
  const text = await response.text()
  expect(performance.now() - before).toBeLessThan(2000)
  if (response.status === 200) return
  const { error } = JSON.parse(text) as { error: { param: string | null; message: string } }
  expect([400, 404]).toContain(response.status)
  if (response.status === 400) expect(Object.keys(query)).toContain(error.param!)
  expect(text).not.toMatch(/sqlite|syntax error|near "|no such column|at .*\.ts:/i)
}

test('each parameter with each evil value, at each address', async () => {
  for (const [route, needed] of Object.entries(ROUTES))
    for (const param of PARAMS) for (const value of EVIL) await check(route, { ...needed, [param]: value })
}, 120_000)

test('several at once', async () => {
  const query = fc.dictionary(fc.constantFrom(...PARAMS), fc.oneof(fc.constantFrom(...EVIL), fc.string()), {
    maxKeys: 5,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(ROUTES)), query, (route, found) =>
      check(route, { ...ROUTES[route as keyof typeof ROUTES], ...found }),
    ),
    { numRuns: 500 },
  )
}, 60_000)

test('the tables are still there', async () => {
  expect((await scene.ask('/admin/usage', { from: '2027-01-01' })).body.total.calls).toBe(1)
})

test.each([
  ['/admin/usage', { from: 'soon' }, 'from'],
  ['/admin/usage', { to: '2027-02-30' }, 'to'],
  ['/admin/usage', { from: '2027-03-02', to: '2027-03-01' }, 'from'],
  ['/admin/usage', { time_zone: 'Mars/Base' }, 'time_zone'],
  ['/admin/usage', { group_by: 'model;drop' }, 'group_by'],
  ['/admin/usage', { group_by: 'called' }, 'group_by'],
  ['/admin/usage', { sort: 'password' }, 'sort'],
  ['/admin/usage', { limit: '1001' }, 'limit'],
  ['/admin/usage', { path_depth: '0' }, 'path_depth'],
  ['/admin/usage', { status: '600' }, 'status'],
  ['/admin/usage', { label: 'team' }, 'label'],
  ['/admin/usage', { unknown: 'x' }, 'unknown'],
  ['/admin/usage/series', { interval: '7m' }, 'interval'],
  ['/admin/usage/log', { before: '1' }, 'before'],
  ['/admin/usage/log', { limit: '501' }, 'limit'],
  ['/admin/usage/export', { format: 'xlsx' }, 'format'],
  ['/admin/virtual-models/compare', {}, 'source'],
  ['/admin/virtual-models/compare', { source: 'x', against_to: '2027-01-01' }, 'against_to'],
  ['/admin/forecast', { source: 'x', target: 'nobody/one' }, 'target'],
  ['/admin/forecast', { source: 'x', target: 'openai' }, 'target'],
] as const)('%s %j is refused by the name of the parameter', async (route, query, param) => {
  const { status, body } = await scene.ask(route, query as Record<string, string>)
  expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', param])
})
