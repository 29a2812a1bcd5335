import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vertex from '../../plugins/providers/vertex/index.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { ConfigError } from '../../src/errors.ts'
import { options } from './recorded.ts'
import { serviceAccount, start } from './vendors.ts'

const place = { VERTEX_PROJECT: 'house', VERTEX_LOCATION: 'europe-west4' }
const NOW = Date.UTC(2026, 0, 2)

/** Google's token endpoint and everything else, with a record of who was asked what. */
function createGoogle(
  answer: () => Response = () => Response.json({ access_token: 'ya29.a', expires_in: 3600 }),
) {
  const asked: { url: string; headers: Headers; body: string }[] = []
  let now = NOW
  return {
    asked,
    pass: (ms: number) => {
      now += ms
    },
    rim: {
      now: () => now,
      fetch: async (url: string, init: RequestInit = {}) => {
        asked.push({ url, headers: new Headers(init.headers), body: String(init.body ?? '') })
        return /token/.test(url) ? answer() : new Response('{}', { status: 404 })
      },
    },
  }
}

const one = async (environment: Record<string, string>, google = createGoogle()): Promise<Provider> =>
  (await start([vertex], environment, google.rim))[0]!
const authorization = async (provider: Provider): Promise<string> => {
  const facts = { method: 'GET', path: '/publishers/google/models/x', query: '', headers: {} }
  return (await provider.native!(facts)).headers.authorization!
}

describe('tokens', () => {
  test('are bought with an assertion that the key of the service account signs', async () => {
    const google = createGoogle()
    const provider = await one({ ...place, VERTEX_CREDENTIALS: serviceAccount('robot') }, google)
    expect(await authorization(provider)).toBe('Bearer ya29.a')
    const { url, body } = google.asked[0]!
    expect(url).toBe('https://oauth2.googleapis.com/token')
    const form = new URLSearchParams(body)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [head, claims, signature] = form.get('assertion')!.split('.')
    const parse = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString())
    expect(parse(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(parse(claims)).toEqual({
      iss: 'robot@example.test',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
    })
    const { private_key: pem } = JSON.parse(serviceAccount('robot')) as { private_key: string }
    const { createPublicKey, verify } = await import('node:crypto')
    const isTrue = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(pem),
      Buffer.from(signature!, 'base64url'),
    )
    expect(isTrue).toBe(true)
  })

  test('are kept until shortly before their end, and shared by calls at once', async () => {
    const google = createGoogle()
    const provider = await one({ ...place, VERTEX_CREDENTIALS: serviceAccount('robot') }, google)
    await Promise.all([authorization(provider), authorization(provider), authorization(provider)])
    google.pass(3600_000 - 5 * 60_000 - 1)
    await authorization(provider)
    expect(google.asked).toHaveLength(1)
    google.pass(1)
    await authorization(provider)
    expect(google.asked).toHaveLength(2)
  })

  test.each([
    [new Response('{"error":"invalid_grant"}', { status: 400 }), 'upstream_rejected', 502],
    [new Response('no', { status: 503 }), 'upstream_unreachable', 502],
    [Response.json({ access_token: 'a\r\nb' }), 'upstream_rejected', 502],
    [Response.json({}), 'upstream_rejected', 502],
  ])('that are refused fail the call with a code: %#', async (answer, code, status) => {
    const google = createGoogle(() => answer)
    const provider = await one({ ...place, VERTEX_CREDENTIALS: serviceAccount('robot') }, google)
    const error = await authorization(provider).catch(error => error)
    expect(error).toMatchObject({ code, status })
    expect(error.message).not.toContain('robot')
  })

  test('come from a refresh token, or from the machine', async () => {
    const google = createGoogle()
    const user = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' }
    expect(
      await authorization(await one({ ...place, VERTEX_CREDENTIALS: JSON.stringify(user) }, google)),
    ).toBe('Bearer ya29.a')
    expect(google.asked[0]?.body).toBe('grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r')
    const machine = await one({ ...place, VERTEX_CREDENTIALS: 'metadata' }, google)
    expect(machine.origins).toEqual(['http://metadata.google.internal'])
    await authorization(machine)
    expect(google.asked[1]?.headers.get('metadata-flavor')).toBe('Google')
  })
})

describe('credentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-'))
  const path = join(folder, 'key.json')
  afterEach(() => rmSync(path, { force: true }))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('are read from the file that Google’s own variable names', async () => {
    writeFileSync(path, serviceAccount('robot'))
    const provider = await one({ ...place, GOOGLE_APPLICATION_CREDENTIALS: path })
    expect(await authorization(provider)).toBe('Bearer ya29.a')
  })

  test.each([
    ['{"type":"service_account","client_email":"hunter2"}', 'its field "private_key" is missing or wrong'],
    ['{"type":"external_account"}', 'expected a key of a service account, or "metadata"'],
    ['{"hunter2', 'it is not JSON'],
    ['/there/is/no/hunter2.json', 'there is no such file'],
  ])('that cannot be used stop the start, without repeating them: %j', async (credentials, why) => {
    const error = await one({ ...place, VERTEX_CREDENTIALS: credentials }).catch(error => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toBe(`Cannot use the credentials of provider "vertex": ${why}`)
  })

  test.each([
    [{ VERTEX_PROJECT: 'house' }, 'VERTEX_LOCATION and VERTEX_CREDENTIALS'],
    [{ ...place }, 'VERTEX_CREDENTIALS'],
    [{ VERTEX_MODELS: 'a' }, 'VERTEX_PROJECT and VERTEX_LOCATION and VERTEX_CREDENTIALS, or VERTEX_API_KEY'],
  ])('that are missing are named: %j', async (environment, missing) => {
    const error = await one(environment as unknown as Record<string, string>).catch(error => error)
    expect(error.message).toBe(`Cannot set up provider "vertex": set ${missing}`)
  })

  test.each([
    ['VERTEX_LOCATION', 'evil.example/'],
    ['VERTEX_LOCATION', 'EU'],
    ['VERTEX_PROJECT', '../other'],
    ['VERTEX_PROJECT', 'a/b'],
  ])('%s=%j cannot move the address', async (variable, value) => {
    const environment = { ...place, VERTEX_CREDENTIALS: 'metadata', [variable]: value }
    const error = await one(environment).catch(error => error)
    expect(error.message).toStartWith(`Cannot use ${variable}: expected `)
  })
})

describe('models', () => {
  const reach = async (id: string, environment: Record<string, string>): Promise<string> => {
    const google = createGoogle()
    const provider = await one(environment, google)
    const model = await provider.offers!.language!(id)
    await Promise.resolve(model.doGenerate(options)).catch(() => {})
    return google.asked.at(-1)!.url
  }
  const account = { ...place, VERTEX_CREDENTIALS: 'metadata' }
  const base = 'europe-west4-aiplatform.googleapis.com'
  const project = 'projects/house/locations/europe-west4'

  test.each([
    [
      'gemini-3-pro',
      `https://${base}/v1beta1/${project}/publishers/google/models/gemini-3-pro:generateContent`,
    ],
    [
      'claude-opus-5@1',
      `https://${base}/v1/${project}/publishers/anthropic/models/claude-opus-5@1:rawPredict`,
    ],
    ['endpoints/123', `https://${base}/v1beta1/${project}/endpoints/123:generateContent`],
  ])('%s is at its maker’s place', async (id, url) => expect(await reach(id, account)).toBe(url))

  test('with an API key are those of Google', async () => {
    expect(await reach('gemini-3-pro', { VERTEX_API_KEY: 'k' })).toBe(
      'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-3-pro:generateContent',
    )
  })

  test.each([
    ['global', 'aiplatform.googleapis.com'],
    ['eu', 'aiplatform.eu.rep.googleapis.com'],
    ['us-east5', 'us-east5-aiplatform.googleapis.com'],
  ])('in %s live at %s', async (location, host) => {
    const { baseUrl } = await one({ ...account, VERTEX_LOCATION: location })
    expect(new URL(baseUrl!).host).toBe(host)
  })

  test.each([
    '../x',
    'a/../../b',
    'a?b',
    'a#b',
    'a%2e%2e',
    'a\\b',
    ' a',
    'a b',
    '/a',
    'a//b',
    '.',
    'endpoints/..',
  ])('cannot be named %j: the call would be another one', async id => {
    const google = createGoogle()
    const provider = await one(account, google)
    const error = await Promise.resolve(provider.offers!.language!(id)).catch(error => error)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
    expect(google.asked).toEqual([])
  })
})
