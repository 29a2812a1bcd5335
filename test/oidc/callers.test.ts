import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { until } from '../kit.ts'
import { bearer } from '../process/spawn.ts'
import { bearing, callersOf, type Identity, type Running, spawnGateway, startIdentity } from './kit.ts'

let identity: Identity
let gateway: Running
const alpha = { team: 'alpha' }
const messages = [{ role: 'user' as const, content: 'Where does it go?' }]

const POLICY = { source: 'demo/', user_paths: ['/team/alpha'] }

beforeAll(async () => {
  identity = await startIdentity()
  gateway = await spawnGateway({
    env: { ...callersOf(identity), VIRTUAL_MODELS: JSON.stringify([POLICY]) },
  })
})
afterAll(async () => {
  await gateway?.stop()
  await identity?.[Symbol.asyncDispose]()
})

const ask = (headers: Record<string, string>, path = '/v1/chat/completions') =>
  gateway.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'demo/parrot', max_tokens: 10, messages }),
  })

describe('a caller with a token', () => {
  test('calls with the official client of OpenAI, and stands where its claims say', async () => {
    const openai = (token: string) =>
      new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 })
    const answer = await openai(await identity.token(alpha)).chat.completions.create({
      model: 'demo/parrot',
      messages,
    })
    expect(answer.choices[0]!.message.content).toContain('Where does it go?')
    const other = await openai(await identity.token({ team: 'beta' }))
      .chat.completions.create({ model: 'demo/parrot', messages })
      .catch(error => error)
    expect(other).toMatchObject({ status: 403, code: 'model_access_denied' })
  })

  test('calls with the official client of Anthropic, by either of its headers', async () => {
    const token = await identity.token(alpha)
    for (const key of [
      { apiKey: token, authToken: null },
      { authToken: token, apiKey: null },
    ]) {
      const anthropic = new Anthropic({ baseURL: gateway.url, ...key, maxRetries: 0 })
      const answer = await anthropic.messages.create({ model: 'demo/parrot', max_tokens: 10, messages })
      expect(answer.type).toBe('message')
    }
  })

  test('is refused in the language that it speaks, with the reason and the scheme', async () => {
    const token = await identity.token({ ...alpha, exp: 1 })
    const anthropic = new Anthropic({ baseURL: gateway.url, authToken: token, apiKey: null, maxRetries: 0 })
    const said = await anthropic.messages
      .create({ model: 'demo/parrot', max_tokens: 10, messages })
      .catch(error => error)
    expect(said).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(said.error.error).toMatchObject({
      type: 'authentication_error',
      message: 'The token is not accepted: it has expired, get a new one',
    })
    expect(said.headers.get('www-authenticate')).toBe('Bearer')
    expect(JSON.stringify(said)).not.toContain(token.split('.')[1]!)
  })

  test('cannot say on whose behalf it calls', async () => {
    const headers = {
      ...bearing(await identity.token({ team: 'beta' })),
      'x-modelway-user-path': '/team/alpha',
    }
    expect((await ask(headers)).status).toBe(403)
  })

  test('is known by issuer and subject in the usage, and sees its own', async () => {
    const headers = bearing(await identity.token({ ...alpha, sub: 'carol' }))
    expect((await ask(headers)).status).toBe(200)
    const id = `jwt:${new URL(identity.url).host}#carol`
    const isUsed = async () =>
      (await (await gateway.fetch('/admin/usage?group_by=key', { headers: bearer })).text()).includes(
        JSON.stringify(id),
      )
    await until(isUsed, 'the call in the usage')
    expect((await gateway.fetch('/v1/usage', { headers })).status).toBe(200)
  })

  test('costs its identity provider nothing: keys are fetched once, however many call', async () => {
    const before = await identity.count('/keys')
    for (let i = 0; i < 20; i++)
      expect((await ask(bearing(await identity.token({ ...alpha, jti: String(i) })))).status).toBe(200)
    expect(await identity.count('/keys')).toBe(before)
  })
})
