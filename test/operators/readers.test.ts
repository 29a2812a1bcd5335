import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import type { AdminEvent } from '../../src/contract/api.ts'
import { defineApi } from '../../src/contract/api.ts'
import { definePage } from '../../src/contract/page.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Admin } from '../../src/types.ts'
import { startGateway, type TestGateway } from '../kit.ts'

/** Plugins that never thought of operators who only read. */

const done: string[] = []
const heard: AdminEvent[] = []
const shared = { access: 'admin', tag: 'Notes', summary: 'Notes', answer: { about: 'Done' } } as const

const notes = definePlugin({
  name: 'notes',
  about: 'Keeps notes.',
  setup: () => ({
    api: (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
      .map(method =>
        defineApi({ ...shared, method, path: '/admin/notes', run: () => void done.push(method) }),
      )
      .concat(
        defineApi({
          ...shared,
          method: 'POST',
          path: '/admin/notes/count',
          asks: true,
          body: v.object({}),
          run: () => ({ notes: 3 }),
        }),
      ),
    pages: [
      definePage({
        path: '/notes',
        title: 'Notes',
        load: () => undefined,
        view: (_, { admin }) => `may write: ${admin.mayWrite}`,
        actions: {
          add() {
            done.push('add')
            return { go: '/dashboard/notes' }
          },
          count: () => ({ markup: 'three' }),
        },
        asks: ['count'],
      }),
    ],
    audit: event => void heard.push(event),
    // As it was written before there were readers.
    administrate: ({ request }) =>
      request.headers.has('x-forgetful') ? ({ via: 'token' } as unknown as Admin) : undefined,
  }),
})

let house: TestGateway
let reader: Record<string, string>

beforeAll(async () => {
  house = await startGateway({ extra: [notes] })
  const { body } = await house.admin('POST', '/admin/keys', { name: 'desk', operates: 'read' })
  reader = { authorization: `Bearer ${body.key}` }
  heard.length = 0
})
afterAll(() => house?.close())

const call = (method: string, path: string, headers = reader) =>
  house.fetch(path, { method, headers, redirect: 'manual' })

describe('a reader', () => {
  test.each([
    ['POST', '/admin/notes'],
    ['PUT', '/admin/notes'],
    ['PATCH', '/admin/notes'],
    ['DELETE', '/admin/notes'],
    ['POST', '/dashboard/notes/add'],
  ])('is refused %s %s, in plain words, and the trail says who tried', async (method, path) => {
    const refused = await call(method, path)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('You operate as a reader: you may look, and change nothing')
    expect(done).toEqual([])
    expect(heard.splice(0)).toMatchObject([{ admin: { mayWrite: false }, method, path, status: 403 }])
  })

  test('looks at what there is, by HEAD too', async () => {
    expect((await call('GET', '/admin/notes')).status).toBe(204)
    expect((await call('HEAD', '/admin/notes')).status).toBe(204)
    expect(done.splice(0)).toEqual(['GET', 'GET'])
    expect(await (await call('GET', '/dashboard/notes')).text()).toContain('may write: false')
  })

  test('may ask what says that it only asks', async () => {
    const headers = { ...reader, 'content-type': 'application/json' }
    const { body } = await house.json('/admin/notes/count', { method: 'POST', headers, body: '{}' })
    expect(body).toEqual({ notes: 3 })
    expect((await call('POST', '/dashboard/notes/count')).status).toBe(200)
  })
})

test('an operator of whom nobody says that they may write is a reader', async () => {
  const forgetful = { 'x-forgetful': 'yes' }
  expect((await call('GET', '/admin/notes', forgetful)).status).toBe(204)
  done.length = 0
  expect((await call('DELETE', '/admin/notes', forgetful)).status).toBe(403)
  expect(done).toEqual([])
})
