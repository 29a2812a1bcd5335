import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, until } from '../kit.ts'
import { EAST, type Fleet, startFleet, WEST } from '../routing/fleet.ts'

/** How an operator gives a redirect a mirror. */

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet[Symbol.asyncDispose]())

const put = (body: object) =>
  fleet.test.admin('PUT', '/admin/virtual-models', { source: 'smart', target_model: EAST, ...body })

test('a mirror is stored, shown, kept in history, and gone when the field is left out', async () => {
  const mirror = { model: WEST, share: 0.25 }
  expect((await put({ mirror })).body).toMatchObject({ mirror })
  expect((await fleet.test.admin('GET', '/admin/virtual-models/smart')).body).toMatchObject({ mirror })
  expect((await put({})).body.mirror).toBeUndefined()
  const changes = (await fleet.test.admin('GET', '/admin/history?kind=virtual-model&subject=smart')).body
  const [, first] = changes.data ?? changes
  await fleet.test.admin('POST', `/admin/history/${first.id}/restore`, {})
  expect((await fleet.test.admin('GET', '/admin/virtual-models/smart')).body).toMatchObject({ mirror })
})

describe('what cannot be a mirror is refused by name', () => {
  test.each([
    [
      { model: 'openai-wst/m', share: 1 },
      'mirror.model',
      /there is no provider "openai-wst".*Did you mean "openai-west\/m"\?/s,
    ],
    [
      { model: 'openai-west/x', share: 1 },
      'mirror.model',
      /Mirror "openai-west\/x" matches nothing: provider "openai-west" does not list/,
    ],
    [{ model: 'other', share: 1 }, 'mirror.model', /provider\/id: a mirror is one model, and no redirect/],
    [{ model: EAST, share: 1 }, 'mirror.model', /is a target already/],
    [{ model: WEST, share: 0 }, 'mirror.share', /above 0 and up to 1/],
    [{ model: WEST, share: 10 }, 'mirror.share', /above 0 and up to 1/],
    [{ model: WEST, share: '10 %' }, 'mirror.share', /above 0 and up to 1/],
    [{ model: WEST, share: 1, wait: true }, 'mirror.wait', /wait/],
    [{ model: WEST }, 'mirror.share', /share/],
  ])('%j', async (mirror, param, message) => {
    const { status, body } = await put({ mirror })
    expect([400, 422]).toContain(status)
    expect(body.error.param).toBe(param)
    expect(body.error.message).toMatch(message)
  })

  test('on an access policy', async () => {
    const policy = { source: 'm', user_paths: ['/a'], mirror: { model: WEST, share: 1 } }
    const { status, body } = await fleet.test.admin('PUT', '/admin/virtual-models', policy)
    expect([status, body.error.param]).toEqual([422, 'mirror'])
  })
})

test('one that nobody lists yet may be forced, and is told of as lost', async () => {
  const mirror = { model: 'openai-west/soon', share: 1 }
  expect((await put({ mirror, force: true })).status).toBe(200)
  const { headers } = await fleet.test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  const overview = await (await fleet.test.fetch('/dashboard/overview', { headers: { cookie } })).text()
  expect(overview.replace(/<[^>]+>/g, '')).toContain('smart leads to openai-west/soon')
})

test('a mirror is the model itself, also where a redirect has its name', async () => {
  await fleet.redirect(WEST, ['vllm/m'])
  expect((await put({ mirror: { model: WEST, share: 1 } })).status).toBe(200)
  fleet.calls.length = 0
  await fleet.ask('smart')
  await until(() => fleet.calls.length === 2, 'the copy')
  expect(fleet.calls).toEqual([EAST, WEST])
  await fleet.test.admin('DELETE', '/admin/virtual-models', { source: WEST })
})

test('a declared one is checked at the start, and named with its place', async () => {
  const declared = (mirror: object) =>
    JSON.stringify([{ source: 'smart', target_model: 'demo/parrot', mirror }])
  const start = (mirror: object) => startGateway({ env: { DEMO: 'true', VIRTUAL_MODELS: declared(mirror) } })
  expect(start({ model: 'demo/parrot', share: 1 })).rejects.toThrow(/VIRTUAL_MODELS.*is a target already/s)
  expect(start({ model: 'demo/other', share: 2 })).rejects.toThrow(/VIRTUAL_MODELS.*above 0 and up to 1/s)
})
