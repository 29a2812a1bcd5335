import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { ask, KEY, send, startUpstream, type Upstream } from './kit.ts'

let gateway: TestGateway
let upstream: Upstream
beforeAll(async () => {
  upstream = startUpstream('tiny')
  gateway = await startGateway()
})
afterAll(async () => {
  await gateway.close()
  upstream.stop()
})

const page = async (query = '', path = '/edit') =>
  (
    await gateway.fetch(`/dashboard/providers${path}${query}`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
  ).text()
const typed = () => ({
  type: 'openai',
  name: 'mine',
  enabled: 'on',
  set_api_key: KEY,
  set_base_url: upstream.url,
})

test('the demo answers until there is a provider, and comes back behind the last one', async () => {
  expect((await ask(gateway, 'demo/parrot')).status).toBe(200)
  expect(await page('', '')).toMatch(
    /Add your first provider[\s\S]*href="\/dashboard\/providers\/edit\?new="/,
  )
  const saved = await send(gateway, 'save', typed())
  expect([saved.status, saved.headers.get('location')]).toEqual([303, '/dashboard/providers'])
  expect((await ask(gateway, 'mine/tiny')).status).toBe(200)
  expect((await ask(gateway, 'demo/parrot')).status).toBe(404)
  const list = await page('', '')
  expect(list).toMatch(/the dashboard/)
  expect(list).not.toMatch(/Add your first provider/)
  const { body } = await gateway.admin('GET', '/admin/providers/mine')
  await send(gateway, 'delete', { name: 'mine', version: String(body.version) })
  expect((await ask(gateway, 'demo/parrot')).status).toBe(200)
})

test('every type can be chosen, and is asked for what it needs', async () => {
  expect(await page('?new=')).toMatch(/\?new=openai"[\s\S]*\?new=compatible"[\s\S]*\?new=xinference"/)
  expect(await page('?new=bedrock')).toMatch(
    /It needs Region, and API key or[\s\S]*name="set_region"[\s\S]*type="password" name="set_secret_access_key"[\s\S]*name="set_base_url"/,
  )
})

test('a type is found by its name, its maker, its models and its address, and nothing that is typed is markup', async () => {
  const found = async (q: string) => {
    const html = await page(`?${new URLSearchParams({ q })}`)
    return [...html.matchAll(/\?new=([\w-]+)"><strong>/g)].map(([, name]) => name)
  }
  expect(await found('QWEN alibaba')).toEqual(['alibaba'])
  expect(await found('dashscope-intl')).toEqual(['alibaba'])
  expect(await found(' ')).toContain('openai')
  const none = await page(`?${new URLSearchParams({ q: '"><b>nobody' })}`)
  expect(none).toMatch(/Nothing matches[\s\S]*\?new=compatible"/)
  expect(none).not.toContain('<b>nobody')
})

test('a key that was typed is in no page, whatever becomes of it', async () => {
  const refused = await send(gateway, 'save', { ...typed(), name: 'Not A Name' })
  const said = await refused.text()
  expect(refused.status).toBe(422)
  expect(said).toMatch(/small letters, digits and single dashes/)
  expect(said).toMatch(/Type it again/)
  const nameless = await send(gateway, 'test', { ...typed(), name: '' })
  expect(await nameless.text()).toMatch(/Name: Expected small letters/)
  const tried = await (await send(gateway, 'test', typed())).text()
  expect(tried).toMatch(/It lists 1 model/)
  const wrong = await (await send(gateway, 'test', { ...typed(), set_api_key: 'sk-a-wrong-one' })).text()
  expect(wrong).toMatch(/refused the gateway’s credentials/)
  expect(said + tried + wrong).not.toMatch(/sk-the-right|sk-a-wrong/)
})

test('a key stays where nothing is typed, goes where that is ticked, and others are told of it', async () => {
  await send(gateway, 'save', typed())
  const { set_api_key: _, ...rest } = typed()
  const version = async () => String((await gateway.admin('GET', '/admin/providers/mine')).body.version)
  const first = await version()
  await send(gateway, 'save', { ...rest, version: first, set_models: 'a\nb' })
  const { body } = await gateway.admin('GET', '/admin/providers/mine')
  expect(body).toMatchObject({ models: ['a', 'b'], secrets: { api_key: expect.any(String) } })
  const late = await send(gateway, 'save', { ...rest, version: first })
  expect([late.status, await late.text()]).toEqual([
    422,
    expect.stringMatching(/Somebody else has changed it/),
  ])
  await send(gateway, 'save', { ...rest, version: await version(), remove_api_key: 'on' })
  expect((await gateway.admin('GET', '/admin/providers/mine')).body.secrets).toEqual({})
})

test('a deletion names the virtual models that would be without it', async () => {
  await send(gateway, 'save', { ...typed(), name: 'other' })
  await gateway.admin('PUT', '/admin/virtual-models', { source: 'smarter', target_model: 'other/tiny' })
  expect(await page('?delete=other')).toMatch(/One virtual model names it[\s\S]*smarter/)
  expect(await page('?delete=nobody')).toMatch(/no provider “nobody”/)
})

test('one that is off is listed with why', async () => {
  const { set_api_key: _, enabled: _on, ...off } = typed()
  const { body } = await gateway.admin('GET', '/admin/providers/mine')
  await send(gateway, 'save', { ...off, version: String(body.version) })
  expect(await page('', '')).toMatch(/Not serving[\s\S]*mine[\s\S]*It is switched off/)
})
