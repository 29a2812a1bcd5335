import { afterEach, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

const APP = 'https://app.example.com'
const CHAT = '/v1/chat/completions'

let house: TestGateway | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

async function open(origins: string, more: Record<string, string> = {}): Promise<TestGateway> {
  house = await startGateway({ env: { MODELWAY_MASTER_KEY: MASTER, CORS_ORIGINS: origins, ...more } })
  return house
}

const ask = (origin: string, path = CHAT): Promise<Response> =>
  house!.fetch(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-stainless-lang',
    },
  })

const call = (origin: string | undefined, key = MASTER): Promise<Response> =>
  house!.fetch(CHAT, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(origin !== undefined && { origin }),
    },
    body: JSON.stringify({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] }),
  })

const granted = (response: Response) => response.headers.get('access-control-allow-origin')

describe('pages of other origins', () => {
  test('may not call anything unless they are named', async () => {
    await open('')
    expect((await ask(APP)).status).toBe(405)
    const response = await call(APP)
    expect([response.status, granted(response)]).toEqual([200, null])
  })

  test('that are named may ask with the headers that their library sends, and read all of the answer', async () => {
    await open(`${APP},https://other.example`)
    const question = await ask(APP)
    expect(question.status).toBe(204)
    expect(Object.fromEntries(question.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization,content-type,x-stainless-lang',
      vary: 'origin, access-control-request-headers',
    })
    for (const key of [MASTER, 'wrong']) {
      const response = await call(APP, key)
      expect(granted(response)).toBe(APP)
      expect(response.headers.get('access-control-expose-headers')).toBe('*')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    }
    expect(granted(await ask('https://other.example'))).toBe('https://other.example')
  })

  test('that are not named are told so, and by whom they could be', async () => {
    await open(APP)
    for (const origin of ['https://evil.example', `${APP}.evil.example`, 'http://app.example.com', 'null']) {
      const question = await ask(origin)
      expect([question.status, granted(question)]).toEqual([403, null])
      expect(((await question.json()) as { error: { message: string } }).error.message).toContain(
        'CORS_ORIGINS',
      )
      expect(granted(await call(origin))).toBeNull()
    }
  })

  test('never reach what is for operators', async () => {
    await open('*')
    for (const path of ['/admin/keys', '/dashboard/models', '/sign-in', '/v1', '/health'])
      expect([path, granted(await ask(APP, path))]).toEqual([path, null])
    const response = await house!.fetch('/admin/keys', {
      headers: { origin: APP, authorization: `Bearer ${MASTER}` },
    })
    expect([response.status, granted(response)]).toEqual([200, null])
  })

  test('all of them with "*", below any base path, also for what passes to a provider', async () => {
    await open('*', { BASE_PATH: '/llm' })
    expect(granted(await ask(APP, `/llm${CHAT}`))).toBe('*')
    expect(granted(await ask(APP, '/llm/p/demo/x'))).toBe('*')
    expect(granted(await ask(APP))).toBeNull()
  })

  test('programs without an origin notice nothing', async () => {
    await open('*')
    const response = await call(undefined)
    expect([response.status, granted(response), response.headers.get('vary')]).toEqual([200, null, null])
  })

  test('names of headers that are none are not repeated', async () => {
    await open('*')
    const question = await house!.fetch(CHAT, {
      method: 'OPTIONS',
      headers: {
        origin: APP,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x: y<script>',
      },
    })
    expect(question.headers.get('access-control-allow-headers')).toBeNull()
  })

  test.each(['app.example.com', 'https://app.example.com/', 'https://app.example.com/path', 'ftp:'])(
    'an origin is written as browsers name it: "%s" stops the start',
    async origins => {
      await expect(open(origins)).rejects.toThrow(/CORS_ORIGINS.*expected origins such as/)
    },
  )
})
