import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Cached, openCached } from './kit.ts'

/** Who gets whose answers. */

interface Tenant {
  /** Those of one scope may get each other's answers. */
  readonly scope: string
  readonly headers: Readonly<Record<string, string>>
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const at = (path: string) => ({ 'x-modelway-user-path': path })

async function keyOf({ house }: Cached, body: object): Promise<{ id: string; key: string }> {
  const answer = await house.test.admin('POST', '/admin/keys', { name: crypto.randomUUID(), ...body })
  expect(answer.status).toBe(201)
  return answer.body
}

/** Keys of all kinds, and who may share with whom where answers are shared by path. */
async function openTenants(cached: Cached): Promise<Tenant[]> {
  const alpha = await keyOf(cached, { user_path: '/alpha' })
  const twin = await keyOf(cached, { user_path: '/alpha', sub_paths: true })
  const beta = await keyOf(cached, { user_path: '/alpha-b' })
  const [free, other] = [await keyOf(cached, {}), await keyOf(cached, {})]
  return [
    { scope: '/alpha', headers: bearer(alpha.key) },
    { scope: '/alpha', headers: bearer(twin.key) },
    { scope: '/alpha/x', headers: { ...bearer(twin.key), ...at('/alpha/x') } },
    { scope: '/alpha-b', headers: bearer(beta.key) },
    // A key that is bound to no path could say that it stands anywhere.
    { scope: 'free', headers: bearer(free.key) },
    { scope: 'free at /alpha', headers: { ...bearer(free.key), ...at('/alpha') } },
    { scope: 'other', headers: bearer(other.key) },
    { scope: 'other at /alpha', headers: { ...bearer(other.key), ...at('/alpha') } },
    { scope: '/', headers: {} },
    { scope: '/beta', headers: at('/beta') },
  ]
}

const idOf = (text: string): string => /"id":"(chatcmpl-[^"]+)"/.exec(text)![1]!

test('thousands of calls of ten tenants through each other: no answer is ever seen by another scope, nor for another question', async () => {
  await using cached = await openCached({ env: { CACHE_SIZE: '1M' } })
  const tenants = await openTenants(cached)
  const call = fc.record({
    tenant: fc.nat(tenants.length - 1),
    question: fc.nat(3),
    stream: fc.boolean(),
  })
  /** Whose an answer is, by its id. */
  const owners = new Map<string, string>()
  let [calls, hits] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 600, maxLength: 600 }), async some => {
      const line = some.values()
      // Twenty at a time, each as soon as one before it is done.
      const work = async () => {
        for (const { tenant, question, stream } of line) {
          if (++calls % 500 === 0) await cached.house.test.admin('DELETE', '/admin/cache')
          const { scope, headers } = tenants[tenant]!
          const ask = { messages: [{ role: 'user', content: `Question ${question}` }], stream }
          const heard = await cached.chat(ask, { headers })
          expect(heard.status).toBe(200)
          const id = idOf(heard.text)
          const owner = JSON.stringify([scope, question, stream])
          expect(owners.get(id) ?? owner).toBe(owner)
          owners.set(id, owner)
          if (heard.verdict === 'hit') hits++
        }
      }
      await Promise.all(Array.from({ length: 20 }, work))
    }),
    { numRuns: 6, endOnFailure: true },
  )
  expect(hits).toBeGreaterThan(1000)
}, 60_000)

describe('CACHE_SHARED_BY', () => {
  const verdictOf = async (cached: Cached, headers: Readonly<Record<string, string>>) =>
    (await cached.chat({}, { headers })).verdict

  test('key: other keys of the same path get answers of their own', async () => {
    await using cached = await openCached({ env: { CACHE_SHARED_BY: 'key' } })
    const one = await keyOf(cached, { user_path: '/alpha', sub_paths: true })
    const two = await keyOf(cached, { user_path: '/alpha' })
    expect(await verdictOf(cached, bearer(one.key))).toBe('miss')
    expect(await verdictOf(cached, bearer(two.key))).toBe('miss')
    expect(await verdictOf(cached, { ...bearer(one.key), ...at('/alpha/x') })).toBe('hit')
  })

  test('all: whoever may call the model, and nobody else', async () => {
    await using cached = await openCached({
      env: {
        CACHE_SHARED_BY: 'all',
        VIRTUAL_MODELS: '[{"source":"openai/two","user_paths":["/alpha"]}]',
      },
    })
    const alpha = await keyOf(cached, { user_path: '/alpha' })
    const limited = await keyOf(cached, { allowed_models: ['openai/two'] })
    const ask = async (model: string, headers: Readonly<Record<string, string>>) => {
      const { status, verdict } = await cached.chat({ model }, { headers })
      return `${status} ${verdict}`
    }
    expect(await ask('one', bearer(alpha.key))).toBe('200 miss')
    expect(await ask('one', at('/beta'))).toBe('200 hit')
    expect(await ask('one', bearer(limited.key))).toBe('403 null')
    expect(await ask('two', bearer(alpha.key))).toBe('200 miss')
    expect(await ask('two', at('/beta'))).toMatch(/^40[34] null$/)
    expect(await ask('two', at('/alpha/x'))).toBe('200 hit')
  })

  test('something else is refused at the start, with what may be said', async () => {
    expect(openCached({ env: { CACHE_SHARED_BY: 'team' } })).rejects.toThrow(
      'expected one of user_path, key, all',
    )
    expect(openCached({ env: { CACHE_TTL: '0' } })).rejects.toThrow('CACHE_MODELS')
    expect(openCached({ env: { CACHE_TTL: '60' } })).rejects.toThrow('with its unit')
    expect(openCached({ env: { CACHE_SIZE: '10k' } })).rejects.toThrow('at least 1M')
  })
})
