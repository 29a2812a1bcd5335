import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Parsed, until } from '../kit.ts'
import { type Key, openTeam, type Team } from './team.ts'

/** `/v1/keys`: team leads make, list, roll and revoke keys of their own. */

const HOUR = 3_600_000
let clock = Date.now()
let team: Team
beforeAll(async () => {
  team = await openTeam({ now: () => clock, env: { KEYS_PER_MAKER: '3' } })
})
afterAll(() => team?.[Symbol.asyncDispose]())

const at = (ms: number) => new Date(clock + ms).toISOString()
const listed = async (id: string) => (await team.admin('GET', `/admin/keys/${id}`)).body
/** What is refused to a maker: status, field, words. */
async function refusal(maker: Key, said: object, path = '/v1/keys') {
  const { status, body } = await team.ask(maker, 'POST', path, said)
  return [status, body.error.param, body.error.message]
}

describe('a key with makes_keys', () => {
  test('makes a key that works, stands where its maker does, and is shown once', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead, { name: 'Web', description: 'For the site' })
    expect(made).toMatchObject({
      ...{ name: 'Web', description: 'For the site', user_path: '/team/alpha', sub_paths: false },
      ...{ allowed_models: null, expires_at: null, status: 'active', last_four: made.key.slice(-4) },
    })
    const { body } = await team.ask(lead, 'GET', '/v1/keys')
    expect(body).toMatchObject([{ id: made.id, name: 'Web', last_used: null }])
    expect(await team.call(made)).toBe(200)
    expect(JSON.stringify(body)).not.toContain(made.key)
  })

  test('needs a user path, which it makes keys below', async () => {
    const said = { name: 'Lead', makes_keys: true }
    const { status, body } = await team.admin('POST', '/admin/keys', said)
    expect([status, body.error.param]).toEqual([422, 'makes_keys'])
  })

  test('rolls what it has made: the old key goes on for its grace', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead)
    const { status, body } = await team.ask(lead, 'POST', `/v1/keys/${made.id}/roll`, { grace_seconds: 60 })
    expect([status, body.id, body.name]).toEqual([200, made.id, 'Made'])
    expect([await team.call(made), await team.call(body)]).toEqual([200, 200])
    clock += 60_000
    expect([await team.call(made), await team.call(body)]).toEqual([401, 200])
  })

  test('revokes what it has made, at once', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead)
    const { status, body } = await team.ask(lead, 'DELETE', `/v1/keys/${made.id}`)
    expect([status, body.status]).toEqual([200, 'revoked'])
    expect(await team.call(made)).toBe(401)
    expect((await refusal(lead, {}, `/v1/keys/${made.id}/roll`))[0]).toBe(409)
  })

  test('makes none any more when it is revoked, or said anew without that, and what it has made goes on', async () => {
    const [one, other] = [await team.lead(), await team.lead()]
    const made = [await team.makeBy(one), await team.makeBy(other)]
    await team.admin('DELETE', `/admin/keys/${one.id}`)
    await team.admin('PUT', `/admin/keys/${other.id}`, { name: 'Lead', user_path: '/team/alpha' })
    expect((await team.ask(one, 'POST', '/v1/keys', { name: 'x' })).status).toBe(401)
    expect((await team.ask(other, 'POST', '/v1/keys', { name: 'x' })).status).toBe(403)
    expect(await Promise.all(made.map(key => team.call(key)))).toEqual([200, 200])
  })

  test('has at most so many that work at a time', async () => {
    const lead = await team.lead()
    const made = [await team.makeBy(lead), await team.makeBy(lead), await team.makeBy(lead)]
    const [status, , message] = await refusal(lead, { name: 'x' })
    expect([status, message]).toEqual([409, expect.stringContaining('Your key has 3 keys that work')])
    await team.ask(lead, 'DELETE', `/v1/keys/${made[0]!.id}`)
    const at_once = await Promise.all([1, 2].map(() => team.ask(lead, 'POST', '/v1/keys', { name: 'y' })))
    expect(at_once.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})

describe('a made key', () => {
  test.each([
    ['beside that of its maker', '/team/alpha-2'],
    ['above it', '/team'],
    ['elsewhere', '/team/beta'],
    ['that only looks like one below', 'alpha/web'],
  ])('has no user path %s', async (_, user_path) => {
    const [status, param, message] = await refusal(await team.lead(), { name: 'x', user_path })
    expect([status, param]).toEqual([422, 'user_path'])
    expect(message).toContain('is not at or below "/team/alpha", where your key stands')
  })

  test('may stand below its maker', async () => {
    const made = await team.makeBy(await team.lead(), { user_path: '/team/alpha/web/', sub_paths: true })
    expect([made.user_path, made.sub_paths]).toEqual(['/team/alpha/web', true])
    expect(await team.call(made, 'demo/parrot', '/team/alpha/web/x')).toBe(200)
    expect(await team.call(made, 'demo/parrot', '/team/alpha/other')).toBe(403)
  })

  test.each([
    ['a provider', 'demo/'],
    ['everything', '/'],
    ['another model', 'demo/storyteller'],
    ['a redirect, wherever it leads', 'smart'],
  ])('names no model that its maker does not name: %s', async (_, model) => {
    const lead = await team.lead({ allowed_models: ['demo/parrot', 'acme/'] })
    const [status, param, message] = await refusal(lead, { name: 'x', allowed_models: ['acme/a', model] })
    expect([status, param]).toEqual([422, 'allowed_models'])
    expect(message).toBe(`Field "allowed_models": "${model}" is not within what your key may call`)
  })

  test('may name what is within the names of its maker, be it there or not', async () => {
    const lead = await team.lead({ allowed_models: ['demo/', 'gone', 'acme/'] })
    const allowed_models = ['demo/', 'demo/parrot', 'acme/a/b', 'other/gone']
    expect((await team.makeBy(lead, { allowed_models })).allowed_models).toEqual(allowed_models)
    expect((await team.makeBy(lead, { allowed_models: [] })).allowed_models).toEqual([])
  })

  test('ends no later than its maker, and with it where it says nothing', async () => {
    const lead = await team.lead({ expires_at: at(2 * HOUR) })
    expect((await team.makeBy(lead)).expires_at).toBe(at(2 * HOUR))
    expect((await team.makeBy(lead, { expires_at: at(HOUR) })).expires_at).toBe(at(HOUR))
    const [status, param, message] = await refusal(lead, { name: 'x', expires_at: at(2 * HOUR + 1) })
    expect([status, param, message]).toEqual([422, 'expires_at', expect.stringContaining(at(2 * HOUR))])
    expect((await refusal(lead, { name: 'x', expires_at: at(-1) }))[0]).toBe(422)
  })

  test.each(['operates', 'makes_keys', 'labels', 'made_by'])('cannot say %s', async field => {
    const [status, param, message] = await refusal(await team.lead(), { name: 'x', [field]: 'write' })
    expect([status, param]).toEqual([400, field])
    expect(message).toContain(`Field "${field}" is not known here`)
  })

  test('has the labels of its maker, makes no keys, and opens nothing for operators', async () => {
    const lead = await team.lead({ labels: { cost: '7' }, operates: 'write' })
    const made = await team.makeBy(lead)
    const view = { labels: { cost: '7' }, makes_keys: false, operates: null, made_by: lead.id }
    expect(await listed(made.id)).toMatchObject(view)
    expect((await team.ask(made, 'GET', '/admin/keys')).status).toBe(401)
    expect((await refusal(made, { name: 'x' }))[0]).toBe(403)
  })

  test('is not given what its maker could then take, by no operator, and by no old version', async () => {
    const made = await team.makeBy(await team.lead())
    for (const field of [{ operates: 'read' }, { makes_keys: true }]) {
      const said = { name: 'Made', user_path: '/team/alpha', ...field }
      const { status, body } = await team.admin('PUT', `/admin/keys/${made.id}`, said)
      expect([status, body.error.param]).toEqual([422, Object.keys(field)[0]])
    }
  })

  test('has a name as operators give them', async () => {
    const lead = await team.lead()
    for (const name of ['', ' ', 'x'.repeat(201)])
      expect((await refusal(lead, { name })).slice(0, 2)).toEqual([400, 'name'])
  })
})

describe('whoever is no maker', () => {
  test('is refused, with every method, and told who can help', async () => {
    const app = await team.make({ name: 'App', user_path: '/team' })
    for (const [method, path, body] of [
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys', { name: 'x' }],
      ['POST', '/v1/keys/key_x/roll', {}],
      ['DELETE', '/v1/keys/key_x'],
    ] as const) {
      const refused = await team.ask(app, method, path, body)
      expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('operator')])
    }
  })

  test('is refused with the master key, too: operators make keys elsewhere', async () => {
    expect((await team.admin('POST', '/v1/keys', { name: 'x' })).status).toBe(403)
  })
})

describe('keys that another has made', () => {
  test('are to a maker as if they were not there', async () => {
    const [lead, other] = [await team.lead(), await team.lead()]
    const theirs = await team.makeBy(other)
    const operators = await team.make({ name: 'x', user_path: '/team/alpha' })
    expect(await team.seen(lead)).toEqual([])
    for (const id of [theirs.id, operators.id, lead.id, 'key_nobody'])
      for (const [method, path, body] of [
        ['DELETE', `/v1/keys/${id}`],
        ['POST', `/v1/keys/${id}/roll`, {}],
      ] as const) {
        const { status, body: said } = await team.ask(lead, method, path, body)
        expect([status, said.error.message]).toEqual([404, `There is no key "${id}"`])
      }
    expect(await team.call(theirs)).toBe(200)
  })

  test('so is one of its own that operators have moved elsewhere', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead)
    await team.admin('PUT', `/admin/keys/${made.id}`, { name: 'Moved', user_path: '/team/beta' })
    expect(await team.seen(lead)).toEqual([])
    expect((await team.ask(lead, 'POST', `/v1/keys/${made.id}/roll`, {})).status).toBe(404)
  })

  test('also where they move it while its maker asks for it', async () => {
    const lead = await team.lead()
    const made = await team.makeBy(lead)
    const moved = team.admin('PUT', `/admin/keys/${made.id}`, { name: 'Moved', user_path: '/team/beta' })
    const rolls: Promise<Parsed>[] = []
    for (let i = 0; i < 10; i++) {
      rolls.push(team.ask(lead, 'POST', `/v1/keys/${made.id}/roll`, {}))
      await null
    }
    await moved
    const places = (await Promise.all(rolls)).map(({ body }) => body.user_path)
    expect(places).not.toContain('/team/beta')
  })
})

describe('operators', () => {
  test('see by whom a key was made, and find all of one maker', async () => {
    const lead = await team.lead()
    const made = [await team.makeBy(lead), await team.makeBy(lead)]
    const { body } = await team.admin('GET', `/admin/keys?made_by=${lead.id}`)
    expect(body.map(({ id }: Key) => id).sort()).toEqual(made.map(({ id }) => id).sort())
    expect((await listed(lead.id)).made_by).toBeNull()
  })

  test('revoke a key with all that it has made where they say so', async () => {
    const lead = await team.lead()
    const made = [await team.makeBy(lead), await team.makeBy(lead)]
    await team.ask(lead, 'DELETE', `/v1/keys/${made[0]!.id}`)
    await team.admin('DELETE', `/admin/keys/${lead.id}`)
    expect(await team.call(made[1]!)).toBe(200)
    const { body } = await team.admin('DELETE', `/admin/keys/${lead.id}?with_made=true`)
    expect([body.status, body.made_revoked]).toEqual(['revoked', 1])
    expect(await team.call(made[1]!)).toBe(401)
  })

  test('read in the history, and in the audit trail, which key has done what', async () => {
    const lead = await team.lead({ name: 'Ann' })
    const author = `Ann (${lead.id})`
    const { id } = await team.makeBy(lead)
    await team.ask(lead, 'POST', `/v1/keys/${id}/roll`, {})
    await team.ask(lead, 'DELETE', `/v1/keys/${id}`)
    await team.ask(lead, 'POST', '/v1/keys', { name: '' })
    await team.ask(lead, 'GET', '/v1/keys')
    const { data } = (await team.admin('GET', `/admin/history?kind=key&subject=${id}`)).body
    expect(data.map((version: Key) => [version.action, version.author])).toEqual(
      ['revoke', 'roll', 'create'].map(action => [action, author]),
    )
    const trail = async () =>
      (await team.admin('GET', `/admin/audit?who=caller&name=${encodeURIComponent(author)}`)).body.data
    await until(async () => (await trail()).length === 4, 'the calls in the trail')
    expect((await trail()).map((call: Key) => `${call.method} ${call.route} ${call.status}`)).toEqual([
      'POST /v1/keys 400',
      'DELETE /v1/keys/:id 200',
      'POST /v1/keys/:id/roll 200',
      'POST /v1/keys 201',
    ])
  })

  test('read in the trail of calls without a key, too', async () => {
    await team.ask({ key: 'wrong' }, 'POST', '/v1/keys', { name: 'x' })
    const { data } = (await team.admin('GET', '/admin/audit?who=nobody&route=/v1/keys')).body
    expect(data[0]).toMatchObject({ method: 'POST', status: 401, name: null })
  })
})
