import { afterAll, beforeAll, expect, test } from 'bun:test'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type House, last, openHouse } from './kit.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ at: { OPENAI_BASE_URL: '$/v1' } })
  house.answer(() => Response.json({}))
})
afterAll(() => house[Symbol.asyncDispose]())

const heard = () => [last(house).text, last(house).headers.get('content-encoding')]

test('JSON that is packed reaches the provider unpacked: its model has to be known', async () => {
  const json = '{"model": "gpt-5", "messages": []}'
  const headers = { 'content-type': 'application/json' }
  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    const packed = { body: pack(json), headers: { ...headers, 'content-encoding': encoding } }
    expect((await house.call('POST', '/p/openai/chat/completions', packed)).status).toBe(200)
    expect(heard()).toEqual([json, null])
  }
  const unknown = { body: json, headers: { ...headers, 'content-encoding': 'compress' } }
  expect((await house.call('POST', '/p/openai/chat/completions', unknown)).status).toBe(415)
})

test('bytes that nobody reads pass packed, whatever the packing', async () => {
  const body = brotliCompressSync('some bytes')
  const headers = { 'content-type': 'application/octet-stream', 'content-encoding': 'br' }
  expect((await house.call('POST', '/p/openai/things', { body, headers })).status).toBe(200)
  expect(heard()[1]).toBe('br')
})
