import { describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { until } from '../kit.ts'
import { openHouse as openPassage } from '../passage/kit.ts'
import { openStage, speaker } from './puppets.ts'
import { asJson } from './samples.ts'

/** Answers that nobody looks into: sound, subtitles, files. */

type Bytes = Uint8Array<ArrayBuffer>
const every = new Uint8Array(Array.from({ length: 4096 }, (_, i) => (i * 7) % 256))
const speech = asJson({ model: 'sounds/m', input: 'Hello', voice: 'alloy' })

/** In pieces of odd sizes; then it ends, breaks, or says nothing more. */
function inPieces(bytes: Bytes, end: 'close' | 'break' | 'hang', onCancel = () => {}) {
  let at = 0
  return new ReadableStream<Bytes>(
    {
      pull(controller) {
        const piece = bytes.subarray(at, at + 1 + (at % 997))
        at += piece.length
        if (piece.length > 0) return controller.enqueue(piece)
        if (end === 'close') return controller.close()
        if (end === 'break')
          return controller.error(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
        return new Promise(() => {})
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  )
}

const saying = (make: () => Response) => ({ providers: [speaker('sounds', ['openai-speech'], make)] })
const sound = (body: BodyInit) => new Response(body, { headers: { 'content-type': 'audio/mpeg' } })

describe('an answer of bytes', () => {
  test('arrives byte by byte, with its type and status, and nothing else that the provider said', async () => {
    const headers = {
      'content-type': 'audio/L16; rate=24000',
      'set-cookie': 'a=b',
      'x-secret': 'account-7',
      'openai-organization': 'org-7',
      'access-control-allow-origin': '*',
    }
    await using stage = await openStage(
      saying(() => new Response(inPieces(every, 'close'), { headers, status: 203 })),
    )
    const response = await stage.send('/v1/audio/speech', speech)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(every)
    expect([response.status, response.headers.get('content-type')]).toEqual([203, 'audio/L16; rate=24000'])
    for (const name of Object.keys(headers).slice(1))
      expect([name, response.headers.get(name)]).toEqual([name, null])
    expect(response.headers.get('x-modelway-provider')).toBe('sounds')
    expect(stage.over).toMatchObject([
      { status: 203, code: undefined, attempts: [['sounds', true, undefined]] },
    ])
  })

  test('is settled at its end, and room is given back then', async () => {
    let room = 0
    const slots = definePlugin({
      name: 'slots',
      about: 'Counts who is inside.',
      setup: () => ({
        admit() {
          room++
          return () => void room--
        },
      }),
    })
    await using stage = await openStage({ ...saying(() => sound(inPieces(every, 'close'))), extra: [slots] })
    const response = await stage.send('/v1/audio/speech', speech)
    expect([stage.over.length, room]).toEqual([0, 1])
    await response.arrayBuffer()
    expect([stage.over.length, room]).toEqual([1, 0])
  })

  test('that breaks on the way breaks for the client too, and is settled once', async () => {
    await using stage = await openStage(saying(() => sound(inPieces(every, 'break'))))
    const response = await stage.send('/v1/audio/speech', speech)
    const reader = response.body!.getReader()
    const heard: number[] = []
    const reading = (async () => {
      for (let read = await reader.read(); !read.done; read = await reader.read()) heard.push(...read.value)
    })()
    await expect(reading).rejects.toThrow()
    expect(heard).toEqual([...every])
    expect(stage.over).toMatchObject([{ status: 200, code: 'upstream_cut', hungUp: false }])
    expect(stage.over.length).toBe(1)
  })

  test('ends upstream when the client goes away, and is settled once', async () => {
    let isCancelled = false
    const hear = () => {
      isCancelled = true
    }
    await using stage = await openStage(saying(() => sound(inPieces(every, 'hang', hear))))
    const reader = (await stage.send('/v1/audio/speech', speech)).body!.getReader()
    await reader.read()
    await reader.cancel()
    await until(() => isCancelled, 'the provider to hear of it')
    expect(stage.over).toMatchObject([{ code: 'client_closed', hungUp: true }])
    expect(stage.over.length).toBe(1)
  })

  test('may be empty', async () => {
    await using stage = await openStage(saying(() => sound('')))
    const response = await stage.send('/v1/audio/speech', speech)
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0])
    expect(stage.over).toMatchObject([{ status: 200, code: undefined }])
  })

  test('that says it failed is a refusal, not bytes', async () => {
    const json = { error: { message: 'No such voice', type: 'invalid_request_error' } }
    for (const [status, ours] of [
      [400, 400],
      [500, 502],
    ] as const) {
      await using stage = await openStage(saying(() => Response.json(json, { status })))
      const response = await stage.send('/v1/audio/speech', speech)
      expect([response.status, response.headers.get('content-type')]).toEqual([ours, 'application/json'])
      expect(Object.keys((await response.json()) as object)).toEqual(['error'])
    }
  })
})

describe('a download', () => {
  test('keeps its status and the headers that speak of the answer, and no others', async () => {
    const passing = {
      'content-disposition': 'attachment; filename="a.bin"',
      'content-language': 'en',
      'content-range': 'bytes 0-4095/9000',
      'accept-ranges': 'bytes',
      etag: '"7"',
      'last-modified': 'Mon, 01 Jan 2001 00:00:00 GMT',
      'cache-control': 'private',
      'x-ratelimit-remaining-requests': '9',
      'anthropic-ratelimit-requests-limit': '50',
      'openai-processing-ms': '12',
    }
    const staying = {
      'set-cookie': 'a=b',
      'openai-organization': 'org-7',
      'x-secret': 'account-7',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=9',
      server: 'cloudflare',
      location: 'https://elsewhere.example/',
      'x-request-id': 'theirs',
    }
    await using house = await openPassage()
    const headers = { ...passing, ...staying, 'content-type': 'application/octet-stream' }
    house.answer(() => new Response(every, { status: 206, headers }))
    const response = await house.call('GET', '/p/openai/vector_stores/1/content')
    expect(response.status).toBe(206)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(every)
    for (const [name, value] of Object.entries(passing))
      expect([name, response.headers.get(name)]).toEqual([name, value])
    for (const [name, value] of Object.entries(staying))
      expect([name, response.headers.get(name)]).not.toEqual([name, value])
    expect(house.settled).toMatchObject([{ status: 206, code: undefined }])
  })
})
