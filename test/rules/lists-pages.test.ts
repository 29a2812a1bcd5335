import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER } from '../kit.ts'
import { idsOf, startWorld, type World } from './world.ts'

describe("L5 the pages of Anthropic's list", () => {
  const ids = ['a', 'b', 'c', 'd', 'e'].map(id => `vllm/${id}`)
  const headers = { 'anthropic-version': '2023-06-01' }
  const start = () => startWorld({ lists: { vllm: ['e', 'd', 'c', 'b', 'a'] } })
  const page = async (world: World, query: string, more: Record<string, string> = headers) =>
    world.call('GET', `/v1/models${query}`, undefined, { headers: more })

  test("are turned by Anthropic's own client, forwards and backwards", async () => {
    await using world = await start()
    const asked: string[] = []
    const client = new Anthropic({
      apiKey: MASTER,
      baseURL: 'http://localhost:8080',
      fetch: (url, init) => {
        const { pathname, search } = new URL(String(url))
        asked.push(search)
        return world.test.fetch(pathname + search, init as RequestInit)
      },
    })
    const listed = async (query: object) =>
      (await Array.fromAsync(client.models.list(query))).map(({ id }) => id)
    expect(await listed({})).toEqual(ids)
    expect(await listed({ limit: 2 })).toEqual(ids)
    expect(asked).toEqual(['', '?limit=2', '?limit=2&after_id=vllm%2Fb', '?limit=2&after_id=vllm%2Fd'])
    expect(await listed({ limit: 2, before_id: 'vllm/e' })).toEqual(
      ['c', 'd', 'a', 'b'].map(id => `vllm/${id}`),
    )
    expect(await listed({ limit: 5 })).toEqual(ids)
    expect(await listed({ limit: 1000, after_id: 'vllm/c' })).toEqual(['vllm/d', 'vllm/e'])
  })

  test('say where they begin and end, and whether more follows', async () => {
    await using world = await start()
    for (const [query, found, has_more] of [
      ['', ids, false],
      ['?limit=4', ids.slice(0, 4), true],
      ['?limit=5', ids, false],
      ['?after_id=vllm/e', [], false],
      ['?before_id=vllm/a', [], false],
      ['?limit=2&before_id=vllm/c', ['vllm/a', 'vllm/b'], false],
      ['?limit=1&before_id=vllm/c', ['vllm/b'], true],
      // It is listed no more, and has its place nevertheless.
      ['?limit=1&after_id=vllm/bb', ['vllm/c'], true],
    ] as const) {
      const { body } = await page(world, query)
      expect([query, idsOf(body)]).toEqual([query, [...found]])
      expect(body).toMatchObject({ has_more, first_id: found[0] ?? null, last_id: found.at(-1) ?? null })
    }
  })

  test('are refused where they cannot be found, and unknown to the list of OpenAI', async () => {
    await using world = await start()
    for (const query of ['?limit=0', '?limit=x', '?limit=1001', '?limit=-1', '?after_id=a&before_id=b'])
      expect([query, await page(world, query)]).toMatchObject([
        query,
        { status: 400, body: { type: 'error', error: { type: 'invalid_request_error' } } },
      ])
    expect(idsOf((await page(world, '?limit=2&after_id=vllm/b', {})).body)).toEqual(ids)
    expect((await page(world, '?limit=x', {})).status).toBe(200)
  })
})
