import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { definePlugin, type Hooks, type Parts } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import { MASTER, until } from '../kit.ts'
import { openStudio, type Studio, talkTo } from './kit.ts'

/** Every hook of a call takes part in a conversation: what test/kernel/hooks.test.ts says of all other endpoints. */

type Hook = keyof Hooks
const inOrder: readonly Hook[] = [
  'authenticate',
  'scope',
  'permit',
  'route',
  'order',
  'admit',
  'guard',
  'recall',
  'attempt',
  'tap',
  'head',
  'settle',
]

let trace: Hook[] = []
let failing: { readonly hook: Hook; readonly isBug: boolean } | undefined
let released = 0
const results: { readonly [H in Hook]?: (first: never) => unknown } = {
  authenticate: () => undefined,
  route: route => route,
  order: targets => targets,
  admit: () => () => void released++,
  guard: body => body,
  tap: () => (data: string) => data,
  head: () => ({ 'x-probe': 'was here' }),
}
const probeHook = (hook: Hook) => (first: never) => {
  trace.push(hook)
  if (failing?.hook === hook) {
    if (failing.isBug) throw new Error('probe-secret')
    refuse('forbidden', 'The probe says no')
  }
  return results[hook]?.(first)
}
const probe = definePlugin({
  name: 'probe',
  about: 'Has every hook.',
  setup: () => Object.fromEntries(inOrder.map(hook => [hook, probeHook(hook)])) as Parts,
})

let studio: Studio
beforeAll(async () => {
  studio = await openStudio({ extra: [probe] })
  // Two targets, or there would be no order.
  await studio.test.admin('PUT', '/admin/virtual-models', {
    source: 'two',
    targets: [{ model: 'openai/voice' }, { model: 'openai/other' }],
  })
})
beforeEach(() => {
  trace = []
  failing = undefined
  released = 0
  studio.upstream.reset()
})
afterAll(() => studio[Symbol.asyncDispose]())

test('they run in the order of a call, and room is given back at the end', async () => {
  const talker = talkTo(studio.url, '?model=two')
  await talker.hear('session.created')
  expect(trace).toEqual(inOrder.slice(1, -1))
  expect(released).toBe(0)
  talker.socket.close()
  await until(() => trace.at(-1) === 'settle', 'the end')
  expect(trace).toEqual(inOrder.slice(1))
  expect(released).toBe(1)
})

for (const isBug of [false, true])
  test(`${isBug ? 'a bug' : 'a refusal'} in any of them opens no WebSocket, and leaves none open`, async () => {
    for (const hook of inOrder.slice(1, -1)) {
      studio.upstream.reset()
      released = 0
      failing = { hook, isBug }
      const response = await fetch(`${studio.url}/v1/realtime?model=two`, {
        headers: {
          authorization: `Bearer ${MASTER}`,
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      })
      const text = await response.text()
      expect([hook, response.status]).toEqual([hook, isBug ? 500 : 403])
      expect(text).not.toContain('probe-secret')
      await until(() => studio.upstream.sessions.every(({ closed }) => closed !== undefined), 'its end')
      expect([hook, released]).toEqual([hook, inOrder.indexOf(hook) > inOrder.indexOf('admit') ? 1 : 0])
    }
  })
