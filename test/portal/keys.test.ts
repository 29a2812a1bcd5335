import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startGateway, type TestGateway } from '../kit.ts'
import { browsing } from './browsing.ts'

/** Team leads make keys on a page of their own, by the rules of `/v1/keys`. */

let house: TestGateway
beforeAll(async () => {
  house = await startGateway({ env: { DEMO: 'true', KEYS_PER_MAKER: '2' } })
})
afterAll(() => house.close())

async function lead(name: string) {
  const said = { name, user_path: `/team/${name.toLowerCase()}`, makes_keys: true }
  const { body } = await house.admin('POST', '/admin/keys', said)
  const person = await browsing(house, body.key)
  const csrf = await person.token('keys?new')
  const send = async (action: string, fields: Record<string, string>) => {
    const response = await person.send(`/portal/keys/${action}`, { csrf, ...fields })
    return { status: response.status, text: await response.text() }
  }
  const made = async (fields: Record<string, string>) => {
    const { status, text } = await send('make', { name: 'Invoices', ...fields })
    return { status, text, key: /value="(mw_[^"]+)"/.exec(text)?.[1] ?? '' }
  }
  return { ...person, id: body.id as string, act: send, made }
}

const statusOf = async (key: string): Promise<number> =>
  (await house.json('/v1/models', { headers: { authorization: `Bearer ${key}` } })).status

const idOf = (page: string): string => /[?&;]revoke=(key_[^"&]+)/.exec(page)?.[1] ?? ''

test('a key is made below the path of its maker, shown once, and listed', async () => {
  const ann = await lead('Ann')
  expect(await ann.read('keys')).toContain('No keys yet')
  const { status, text, key } = await ann.made({ user_path: '/team/ann/web', allowed_models: 'demo/parrot' })
  expect([status, await statusOf(key)]).toEqual([200, 200])
  expect(text).toContain('cannot show it again')
  const page = await ann.read('keys')
  expect(page).toContain('/team/ann/')
  expect(page).not.toContain(key)
  const { body } = await house.admin('GET', `/admin/keys?made_by=${ann.id}`)
  expect(body).toMatchObject([
    { name: 'Invoices', user_path: '/team/ann/web', allowed_models: ['demo/parrot'] },
  ])
})

test('what its rules refuse comes back as the form, with what is wrong beside the field', async () => {
  const bea = await lead('Bea')
  const elsewhere = await bea.made({ user_path: '/team/ann', description: 'For the night' })
  expect(elsewhere.status).toBe(422)
  expect(elsewhere.text).toContain('is not at or below "/team/bea"'.replaceAll('"', '&quot;'))
  expect(elsewhere.text).toContain('For the night')
  expect((await bea.made({ last_day: '2027-02-30' })).status).toBe(422)
  for (const expected of [200, 200, 422]) expect((await bea.made({})).status).toBe(expected)
})

test('a key is rolled and revoked by its maker, and by nobody else', async () => {
  const [cleo, dan] = [await lead('Cleo'), await lead('Dan')]
  const { key } = await cleo.made({})
  const id = idOf(await cleo.read('keys'))
  for (const action of ['roll', 'revoke']) expect((await dan.act(action, { id })).status).toBe(422)
  const rolled = await cleo.act('roll', { id, grace: '0' })
  const fresh = /value="(mw_[^"]+)"/.exec(rolled.text)?.[1] ?? ''
  expect([await statusOf(key), await statusOf(fresh)]).toEqual([401, 200])
  expect((await cleo.act('revoke', { id })).status).toBe(303)
  expect(await statusOf(fresh)).toBe(401)
})

test('who may make keys no more is told so, also where the form was open', async () => {
  const gus = await lead('Gus')
  const said = { name: 'Gus', user_path: '/team/gus' }
  expect((await house.admin('PUT', `/admin/keys/${gus.id}`, said)).status).toBe(200)
  const { status, text } = await gus.made({})
  expect([status, text]).toEqual([403, expect.stringContaining('Your key makes no keys')])
})

test('who makes no keys is told so in the place of the page', async () => {
  const { body } = await house.admin('POST', '/admin/keys', { name: 'Finn', user_path: '/team/eve' })
  const shut = await (await browsing(house, body.key)).open('/portal/keys')
  expect([shut.status, await shut.text()]).toEqual([403, expect.stringContaining('Your key makes no keys')])
})
