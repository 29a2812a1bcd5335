import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type House, openHouse } from './house.ts'
import { errorOf, refusalOf } from './shapes.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(() => house.mock.reset())
afterAll(() => house[Symbol.asyncDispose]())

const send = async (body: BodyInit, encoding: string) => {
  const response = await house.send(body, { headers: { 'content-encoding': encoding } })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

const json = '{"model":"one","messages":[{"role":"user","content":"Grüße"}]}'
const packers = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
}

describe('a body that is packed', () => {
  test.each(Object.entries(packers))(
    'as %s reaches the provider as it was before',
    async (encoding, pack) => {
      for (const name of [encoding, encoding.toUpperCase(), ` ${encoding} `]) {
        expect((await send(pack(json), name)).status).toBe(200)
        const { body, headers } = house.received().at(-1)!
        expect([body, headers['content-encoding']]).toEqual([json, undefined])
      }
    },
  )

  test('as nothing at all is as it is', async () => {
    for (const encoding of ['identity', 'Identity', '']) expect((await send(json, encoding)).status).toBe(200)
  })

  test('in a way that nobody knows is a 415 that says what is known', async () => {
    for (const encoding of ['compress', 'gzip, br', 'constructor']) {
      const answer = await send(gzipSync(json), encoding)
      expect(refusalOf(answer)).toEqual([415, 'invalid_request'])
      expect(errorOf(answer).message).toContain('gzip, deflate, br or zstd')
    }
    expect(house.received()).toEqual([])
  })

  test.each(Object.entries(packers))(
    'as %s and is broken, or is something else, is a 400',
    async (encoding, pack) => {
      for (const bytes of [pack(json).subarray(0, -5), json]) {
        const answer = await send(bytes, encoding)
        expect(refusalOf(answer)).toEqual([400, 'invalid_request'])
        expect(errorOf(answer).message).toContain(`is not the "${encoding}"`)
      }
      expect(refusalOf(await send(pack('{"model":'), encoding))).toEqual([400, 'invalid_request'])
    },
  )

  test('is measured unpacked: what grows beyond the limit is stopped early', async () => {
    const grown = Buffer.alloc(400_000_000, ' ')
    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const bomb = pack(grown)
      expect(bomb.length).toBeLessThan(1_000_000)
      const before = process.memoryUsage.rss()
      expect(refusalOf(await send(bomb, encoding))).toEqual([413, 'request_too_large'])
      expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000)
    }
    expect(house.received()).toEqual([])
  })
})
