import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { askTimes, EAST, tally, VLLM, WEST } from '../routing/fleet.ts'
import { openScene, type Scene } from './kit.ts'

/** What operators are told of a rollout where they do not look for it, and whether calls do the same. */

let scene: Scene
let cookie: string
beforeAll(async () => {
  scene = await openScene()
  const signedIn = await scene.fleet.test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
})
afterAll(() => scene[Symbol.asyncDispose]())

const FOR_TEAM = { model: VLLM, weight: 3, user_paths: ['/team'] }
const start = async (source: string, targets: readonly object[], percent: number, redirect: object = {}) => {
  const plan = { steps: [percent, 100] }
  await scene.start(source, plan, { affinity: 'off', targets, ...redirect })
}
const told = async (model: string, userPath = '/'): Promise<string[]> => {
  const { body } = await scene.fleet.explain({ model, user_path: userPath })
  return body.steps.filter(({ plugin }: { plugin: string }) => plugin === 'rollout').map(textOf)
}
const textOf = ({ text }: { text: string }) => text
const read = async (path: string): Promise<string> => {
  const page = await (await scene.fleet.test.fetch(`/dashboard${path}`, { headers: { cookie } })).text()
  return page.replaceAll(/<title>.*?<\/title>|<[^>]*>/gs, ' ').replaceAll(/\s+/g, ' ')
}
const act = (source: string, action: string) =>
  scene.fleet.test.admin('POST', `/admin/rollouts/${source}`, { action })

test('explain says what takes over, how far it is, and in how many cases this call begins there', async () => {
  await start('told', [{ model: EAST, weight: 3 }, FOR_TEAM], 25)
  const far = `told: "${WEST}" takes over, 25 % of the calls, step 1 of 2`
  expect(await told('told')).toEqual([`${far}; 25 % of calls at user path "/" begin there`])
  expect(await told('told', '/team/alpha')).toEqual([
    `${far}; a call at user path "/team/alpha" has other targets, and does not begin there`,
  ])
  await scene.fleet.redirect('outer', ['told'])
  expect(await told('outer')).toEqual(await told('told'))
  expect(await told(EAST)).toEqual([])
  await start('kept', [{ model: EAST }], 25, { affinity: 'caller' })
  expect((await told('kept'))[0]).toEndWith('; 25 % of callers at user path "/" begin there, and stay')
  await act('told', 'pause')
  expect((await told('told'))[0]).toContain('step 1 of 2, paused;')
  await act('told', 'finish')
  expect(await told('told')).toEqual([])
})

test('calls do as it says: those of a target of their own are in nobody’s share', async () => {
  await start('real', [{ model: EAST, weight: 1 }, FOR_TEAM], 50)
  expect(tally(await askTimes(scene.fleet, 12, 'real'))).toEqual({ [EAST]: 6, [WEST]: 6 })
  const team = () => scene.fleet.ask('real', {}, { 'x-modelway-user-path': '/team/alpha' })
  expect((await Promise.all([team(), team()])).map(({ served }) => served)).toEqual([VLLM, VLLM])
})

test('a target that a caller may not use leaves its share to the others, and explain knows', async () => {
  await scene.fleet.put({ source: VLLM, user_paths: ['/paid'] })
  await start('closed', [{ model: EAST }, { model: VLLM }], 50)
  expect((await told('closed'))[0]).toEndWith('; 66.7 % of calls at user path "/" begin there')
  expect((await told('closed', '/paid'))[0]).toEndWith('; 50 % of calls at user path "/paid" begin there')
  expect(tally(await askTimes(scene.fleet, 9, 'closed'))).toEqual({ [EAST]: 3, [WEST]: 6 })
  await scene.fleet.test.admin('DELETE', `/admin/virtual-models/${encodeURIComponent(VLLM)}`)
})

test('the list of models marks the redirect with the share, and no other', async () => {
  await start('marked', [{ model: EAST }], 25)
  await scene.fleet.redirect('marked-not', [EAST])
  const rows = (await read('/models?q=marked')).split('Explain')
  expect(rows.find(row => row.includes(' marked '))).toContain('redirect rollout 25 %')
  expect(rows.find(row => row.includes('marked-not'))).not.toContain('rollout')
  await act('marked', 'roll_back')
  expect(await read('/models?q=marked')).not.toContain('rollout 25 %')
})

test('the page of the redirect says who does not meet the model', async () => {
  await start('paged', [{ model: EAST }, FOR_TEAM], 25)
  expect(await read('/models/detail?name=paged')).toContain(
    'Callers with a target of their own meet it only where that cannot answer: /team',
  )
  await act('paged', 'roll_back')
  expect(await read('/models/detail?name=paged')).not.toContain('Callers with a target of their own')
})
