import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import type { Host } from '../../src/contract/host.ts'
import { definePlugin, type Hear, type Hooks, type Parts, type Waiting } from '../../src/contract/plugin.ts'
import type { Refusal } from '../../src/errors.ts'
import type { Outcome } from '../../src/types.ts'
import { startGateway, type TestGateway, until } from '../kit.ts'

const TIMEOUT = 60
const body = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }
const waited = ['scope', 'permit', 'route', 'order', 'shape', 'admit', 'guard', 'recall', 'attempt'] as const
const isChain = (name: keyof Hooks) => ['route', 'order', 'shape', 'guard'].includes(name)

/** What hangs now, and what it is to answer in the end. */
let hanging: keyof Hooks | undefined
let answer = Promise.withResolvers<unknown>()
let host: Pick<Host, 'plugins'>
const hook = (name: keyof Hooks) => (first: unknown) =>
  hanging === name ? answer.promise : isChain(name) ? first : undefined
const silent = definePlugin({
  name: 'silent',
  about: 'Does not answer.',
  setup(given) {
    host = given
    return Object.fromEntries(waited.map(name => [name, hook(name)])) as Parts
  },
})
const slow = definePlugin({
  name: 'slow',
  about: 'Takes its time, and says so.',
  setup: () => ({
    patient: ['permit'],
    permit: ({ request }) =>
      request.headers.has('x-slow') ? new Promise(resolve => setTimeout(resolve, 3 * TIMEOUT)) : undefined,
  }),
})

let gateway: TestGateway
beforeAll(async () => {
  const env = { HOOK_TIMEOUT: `${TIMEOUT}ms` }
  gateway = await startGateway({ env, extra: [silent, slow] })
  await gateway.admin('PUT', '/admin/virtual-models', {
    source: 'two',
    targets: [{ model: 'demo/parrot' }, { model: 'demo/storyteller' }],
  })
})
beforeEach(() => {
  hanging = undefined
  answer = Promise.withResolvers()
  gateway.logs.length = 0
})
afterAll(() => gateway.close())

test.each(waited)('a call does not wait for ever for "%s"; the log says whose it is', async name => {
  hanging = name
  const { status, body: said } = await gateway.chat({ ...body, model: 'two' })
  expect([status, said.error.code]).toEqual([500, 'internal_error'])
  expect(JSON.stringify(said)).not.toContain('silent')
  const find = () => gateway.logs.find(({ plugin }) => plugin === 'silent')
  await until(() => find() !== undefined, 'the log to tell of it')
  const line = find()
  expect(line).toMatchObject({ plugin: 'silent', place: name })
  expect(JSON.stringify(line)).toContain(`It did not answer within ${TIMEOUT} ms`)
})

test('the page Plugins counts it', () => {
  expect(host.plugins().find(({ name }) => name === 'silent')?.errors.count).toBe(waited.length)
})

test('who answers in time is waited for', async () => {
  hanging = 'permit'
  setTimeout(answer.resolve, 1)
  expect((await gateway.chat(body)).status).toBe(200)
})

test('who says that it takes longer is waited for', async () => {
  expect((await gateway.chat(body, { 'x-slow': 'yes' })).status).toBe(200)
})

test('room that is taken too late is given back', async () => {
  hanging = 'admit'
  expect((await gateway.chat(body)).status).toBe(500)
  let released = 0
  answer.resolve(() => void released++)
  await until(() => released === 1, 'the room to be given back')
})

test('a try that is begun too late is not made: whoever hears of it is told', async () => {
  hanging = 'attempt'
  expect((await gateway.chat(body)).status).toBe(500)
  const heard: Outcome[] = []
  answer.resolve((outcome: Outcome) => void heard.push(outcome))
  await until(() => heard.length === 1, 'the outcome')
  expect(heard).toEqual([{ ok: false, code: 'internal_error', ms: 0 }])
})

test.each([
  ['who is in it leaves', false],
  ['who has had its turn in that moment is told, too', true],
])('nor is one that comes too late with a place in a line: %s', async (_, hasTurn) => {
  hanging = 'attempt'
  expect((await gateway.chat(body)).status).toBe(500)
  const heard: string[] = []
  const room = Promise.withResolvers<Hear>()
  const leave = (why: Refusal) => {
    heard.push(`left: ${why.code}`)
    if (hasTurn) room.resolve(({ ok }) => void heard.push(`made: ${ok}`))
    else room.reject(why)
  }
  answer.resolve({ room: room.promise, leave } satisfies Waiting)
  await until(() => heard.length === (hasTurn ? 2 : 1), 'the line to be left')
  expect(heard).toEqual(['left: internal_error', ...(hasTurn ? ['made: false'] : [])])
})
