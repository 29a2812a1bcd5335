import { afterAll, expect, test } from 'bun:test'
import { startGateway, until } from '../kit.ts'

/** What a call is sorted by: what its key says, what chosen headers say, and what it says of itself. */

const gateway = await startGateway({ env: { USAGE_LABEL_HEADERS: 'X-Team, x-app' } })
afterAll(() => gateway.close())

async function labelsOf(metadata: unknown, headers: Record<string, string> = {}) {
  const { headers: answered } = await gateway.chat(
    {
      model: 'demo/parrot',
      messages: [{ role: 'user', content: 'Hi' }],
      ...(metadata !== undefined && { metadata }),
    },
    headers,
  )
  const id = answered.get('x-request-id')!
  let found: { labels: unknown } | undefined
  await until(async () => {
    const { status, body } = await gateway.admin('GET', `/admin/usage/log/${id}`)
    found = status === 200 ? body : undefined
    return found !== undefined
  }, 'the record')
  return found?.labels
}

test('tags of the body are labels: pairs by their name, words together', async () => {
  expect(await labelsOf({ tags: ['team:search', 'stage=beta', 'b', 'a', 7, ' '] })).toEqual({
    team: 'search',
    stage: 'beta',
    tags: 'a,b',
  })
  expect(await labelsOf({ tags: 'nightly, team:x' })).toEqual({ tags: 'nightly', team: 'x' })
})

test.each(['sec-websocket-protocol', 'x-access-token', 'cf-access-jwt-assertion', 'X-Api-Key'])(
  'a header that holds a credential is no label: %s',
  async name => {
    const start = startGateway({ env: { USAGE_LABEL_HEADERS: name } })
    await expect(start).rejects.toThrow('none that holds a credential')
  },
)

test('chosen headers are labels, and stand above tags', async () => {
  expect(
    await labelsOf({ tags: ['x-team:self'] }, { 'x-team': 'search', 'x-app': 'web', 'x-else': 'no' }),
  ).toEqual({
    'x-team': 'search',
    'x-app': 'web',
  })
})

test('labels of the key stand above everything', async () => {
  const { key } = (
    await gateway.admin('POST', '/admin/keys', {
      name: 'Alpha',
      labels: { team: 'alpha', 'x-team': 'alpha' },
    })
  ).body
  expect(
    await labelsOf({ tags: ['team:beta', 'odd'] }, { authorization: `Bearer ${key}`, 'x-team': 'beta' }),
  ).toEqual({ team: 'alpha', 'x-team': 'alpha', tags: 'odd' })
})

test.each([[{ tags: { a: 1 } }], [{ tags: null }], [{ tags: ['__proto__:x'] }], ['odd'], [undefined]])(
  'metadata %j harms nothing',
  async metadata => {
    await labelsOf(metadata)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  },
)
