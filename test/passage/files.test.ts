import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { NotFoundError, toFile } from 'openai'
import { MASTER } from '../kit.ts'
import { type House, last, openHouse } from './kit.ts'
import { openVault, type Vault } from './vault.ts'

let house: House
let vault: Vault
let keys: Record<'alpha' | 'beta' | 'above' | 'below', string>
beforeAll(async () => {
  house = await openHouse({
    at: {
      OPENAI_BASE_URL: '$/v1',
      OPENAI_EAST_BASE_URL: '$/east',
      ANTHROPIC_BASE_URL: '$/v1',
      VLLM_BASE_URL: '$/v1',
    },
    env: { UPLOAD_SIZE_LIMIT: '1M' },
  })
  keys = {
    alpha: await house.key({ user_path: '/team/alpha' }),
    beta: await house.key({ user_path: '/team/beta' }),
    above: await house.key({ user_path: '/team' }),
    below: await house.key({ user_path: '/team/alpha/service' }),
  }
})
afterAll(() => house[Symbol.asyncDispose]())
beforeEach(() => {
  vault = openVault(house)
})

const bound = (input: unknown, init?: RequestInit) => {
  const { pathname, search } = new URL(input instanceof Request ? input.url : String(input))
  return house.test.fetch(pathname + search, init)
}
const openai = (apiKey: string) =>
  new OpenAI({ apiKey, baseURL: 'http://localhost:8080/v1', fetch: bound as typeof fetch, maxRetries: 0 })
const anthropic = (apiKey: string) =>
  new Anthropic({ apiKey, baseURL: 'http://localhost:8080', fetch: bound as typeof fetch, maxRetries: 0 })

const upload = async (key: string, text = 'hello', purpose = 'user_data') =>
  openai(key).files.create({
    file: await toFile(Buffer.from(text), 'a.txt'),
    purpose: purpose as 'user_data',
  })

describe("a file in OpenAI's shape", () => {
  test('is uploaded, listed, retrieved, read and deleted by the official client', async () => {
    const client = openai(keys.alpha)
    const file = await upload(keys.alpha)
    expect(file).toMatchObject({ object: 'file', filename: 'a.txt', bytes: 5, purpose: 'user_data' })
    expect(vault.files.get(file.id)?.text).toBe('hello')
    expect((await client.files.list()).data.map(({ id }) => id)).toEqual([file.id])
    expect((await client.files.retrieve(file.id)).filename).toBe('a.txt')
    expect(await (await client.files.content(file.id)).text()).toBe('hello')
    expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true })
    expect((await client.files.list()).data).toEqual([])
    expect(vault.files.size).toBe(0)
    await expect((async () => client.files.retrieve(file.id))()).rejects.toBeInstanceOf(NotFoundError)
  })

  test('goes up as the bytes that it was', async () => {
    const body =
      '--B\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: text/odd\r\n\r\nx\r\n--B--\r\n'
    const headers = { 'content-type': 'multipart/form-data; boundary=B' }
    expect((await house.call('POST', '/v1/files', { body, headers })).status).toBe(200)
    expect([last(house).text, last(house).headers.get('content-length')]).toEqual([body, String(body.length)])
  })

  test('A-13 is there for its owner and for who stands above, and for nobody else', async () => {
    const file = await upload(keys.alpha)
    const seen = async (key: string) => {
      const client = openai(key)
      const tries = await Promise.allSettled([
        client.files.retrieve(file.id),
        client.files.content(file.id).then(response => response.text()),
        client.files.list(),
      ])
      const [retrieved, content, list] = tries
      const isListed = list.status === 'fulfilled' && list.value.data.some(({ id }) => id === file.id)
      return [retrieved.status, content.status, isListed]
    }
    expect(await seen(keys.alpha)).toEqual(['fulfilled', 'fulfilled', true])
    expect(await seen(keys.above)).toEqual(['fulfilled', 'fulfilled', true])
    expect(await seen(MASTER)).toEqual(['fulfilled', 'fulfilled', true])
    const before = house.received.length
    expect(await seen(keys.beta)).toEqual(['rejected', 'rejected', false])
    expect(await seen(keys.below)).toEqual(['rejected', 'rejected', false])
    await expect((async () => openai(keys.beta).files.delete(file.id))()).rejects.toBeInstanceOf(
      NotFoundError,
    )
    expect(house.received.length).toBe(before)
    const [foreign, missing] = await Promise.all(
      [file.id, 'file-none'].map(async id =>
        (await house.call('GET', `/v1/files/${id}`, { key: keys.beta })).json(),
      ),
    )
    expect(JSON.stringify(foreign).replace(file.id, 'ID')).toBe(
      JSON.stringify(missing).replace('file-none', 'ID'),
    )
  })

  test('of somebody else cannot be read by way of a prompt, however its id is written', async () => {
    const file = await upload(keys.alpha)
    const ask = async (key: string, json: string, path = '/v1/chat/completions') =>
      (await house.call('POST', path, { key, json })).status
    const parts = [
      `{"model": "vllm/m", "messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "${file.id}"}}]}]}`,
      `{"model": "vllm/m", "messages": [], "x": {"file\\u005fid": "${file.id}"}}`,
      `{"model": "vllm/m", "messages": [], "x": {"File_Ids": ["a", "${file.id.replace('f', '\\u0066')}"]}}`,
    ]
    for (const json of parts) {
      expect([json, await ask(keys.beta, json)]).toEqual([json, 404])
      expect([json, await ask(keys.alpha, json)]).not.toEqual([json, 404])
    }
    const native = parts[0]!.replace('vllm/m', 'm')
    expect(await ask(keys.beta, native, '/p/vllm/chat/completions')).toBe(404)
    expect(await ask(keys.beta, parts[0]!.replace(file.id, 'file-unknown'))).not.toBe(404)
  })

  test('goes to the provider that header, query or form name', async () => {
    const form = (provider?: string) => {
      const data = new FormData()
      data.append('purpose', 'user_data')
      if (provider !== undefined) data.append('provider', provider)
      data.append('file', new File(['x'], 'x'))
      return data
    }
    const sent = async (path: string, provider?: string, headers: Record<string, string> = {}) => {
      const response = await house.call('POST', path, { body: form(provider), headers })
      return response.status === 200 ? last(house).path : (await response.json()).error.message
    }
    expect(await sent('/v1/files')).toBe('/v1/files')
    expect(await sent('/v1/files?provider=openai-east')).toBe('/east/files')
    expect(await sent('/v1/files', undefined, { 'x-modelway-provider': 'openai-east' })).toBe('/east/files')
    expect(await sent('/v1/files', 'openai-east')).toBe('/east/files')
    expect([...vault.files.values()].at(-1)?.object.fields).toEqual(['purpose', 'file'])
    expect(await sent('/v1/files?provider=openai', 'openai-east')).toContain('names several providers')
    expect(await sent('/v1/files', 'nobody')).toContain('There is no provider "nobody"')
  })

  test('is forgotten when the provider has forgotten it', async () => {
    const key = await house.key({ user_path: '/forgetful' })
    const file = await upload(key)
    vault.files.clear()
    await expect((async () => openai(key).files.retrieve(file.id))()).rejects.toThrow('No such object')
    expect((await openai(key).files.list()).data).toEqual([])
  })

  test('is not taken beyond UPLOAD_SIZE_LIMIT', async () => {
    const before = house.received.length
    await expect((async () => upload(keys.alpha, 'x'.repeat(1024 * 1024)))()).rejects.toMatchObject({
      status: 413,
    })
    expect(house.received.length).toBe(before)
  })

  test('is not uploaded twice when the provider fails', async () => {
    await using house = await openHouse({ env: { RETRIES: '2' } })
    house.answer(() => Response.json({ error: { message: 'No' } }, { status: 503 }))
    const data = new FormData()
    data.append('file', new File(['x'], 'x'))
    const response = await house.call('POST', '/v1/files', { body: data })
    expect([response.status, house.received.length]).toEqual([503, 1])
  })
})

describe('a list', () => {
  test('is paged as OpenAI pages, newest first', async () => {
    const key = await house.key({ user_path: '/pages' })
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push((await upload(key, 'x', i === 2 ? 'vision' : 'user_data')).id)
    const client = openai(key)
    const newest = [...ids].reverse()
    const page = await client.files.list({ limit: 2 })
    expect([page.data.map(({ id }) => id), page.has_more]).toEqual([newest.slice(0, 2), true])
    const all: string[] = []
    for await (const { id } of client.files.list({ limit: 2 })) all.push(id)
    expect(all).toEqual(newest)
    const oldest: string[] = []
    for await (const { id } of client.files.list({ limit: 2, order: 'asc' })) oldest.push(id)
    expect(oldest).toEqual(ids)
    expect((await client.files.list({ purpose: 'vision' })).data.map(({ id }) => id)).toEqual([ids[2]!])
    expect((await client.files.list({ after: 'file-unknown' })).data).toEqual([])
    await expect((async () => client.files.list({ limit: 0 }))()).rejects.toMatchObject({ status: 400 })
  })

  test('of a path shows nothing of one that only begins alike', async () => {
    const [a, ab, inner] = await Promise.all(
      ['/t/a', '/t/ab', '/t/a/x'].map(path => house.key({ user_path: path })),
    )
    for (const key of [ab!, inner!]) await upload(key)
    const mine = await upload(a!)
    expect((await openai(a!).files.list()).data).toHaveLength(2)
    expect((await openai(inner!).files.list()).data).toHaveLength(1)
    expect((await openai(a!).files.list()).data[0]?.id).toBe(mine.id)
  })
})

describe("a file in Anthropic's shape", () => {
  test('is uploaded, listed, retrieved, read and deleted by the official client', async () => {
    const key = await house.key({ user_path: '/claude' })
    const { files } = anthropic(key).beta
    const first = await files.upload({
      file: await toFile(Buffer.from('hello'), 'a.txt', { type: 'text/plain' }),
    })
    const second = await files.upload({
      file: await toFile(Buffer.from('again'), 'b.txt', { type: 'text/plain' }),
    })
    expect([last(house).headers.get('x-api-key'), last(house).path]).toEqual([
      'upstream-key-123',
      '/v1/files',
    ])
    const ids = async (query: object) => (await files.list(query)).data.map(({ id }) => id)
    expect(await ids({})).toEqual([second.id, first.id])
    expect(await ids({ limit: 1 })).toEqual([second.id])
    expect(await ids({ after_id: second.id })).toEqual([first.id])
    expect(await ids({ before_id: first.id })).toEqual([second.id])
    expect((await files.retrieveMetadata(first.id)).filename).toBe('a.txt')
    expect(await (await files.download(first.id)).text()).toBe('hello')
    expect(await files.delete(first.id)).toMatchObject({ id: first.id, type: 'file_deleted' })
    expect(await ids({})).toEqual([second.id])
    expect((await openai(key).files.list()).data).toEqual([])
    const other = anthropic(keys.beta).beta.files
    await expect((async () => other.retrieveMetadata(second.id))()).rejects.toMatchObject({
      status: 404,
      error: { type: 'error', error: { type: 'not_found_error' } },
    })
  })
})

test('without a provider that keeps files there are none', async () => {
  await using bare = await openHouse({ at: { VLLM_BASE_URL: '$/v1' } })
  const data = new FormData()
  data.append('file', new File(['x'], 'x'))
  const response = await bare.call('POST', '/v1/files', { body: data })
  expect([response.status, (await response.json()).error.code]).toEqual([400, 'unsupported_operation'])
  expect(await (await bare.call('GET', '/v1/files')).json()).toMatchObject({ object: 'list', data: [] })
})

test('a provider that is closed to a caller takes no files of it', async () => {
  await using closed = await openHouse()
  await closed.policy({ source: 'openai/', user_paths: ['/other'], force: true })
  const data = new FormData()
  data.append('file', new File(['x'], 'x'))
  const response = await closed.call('POST', '/v1/files', { body: data })
  expect([response.status, closed.received.length]).toEqual([403, 0])
})
