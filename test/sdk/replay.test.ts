import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import type { Usage } from '../../src/types.ts'
import { type House, openHouse } from '../kernel/house.ts'
import { readEvents } from '../kernel/sse.ts'
import { findRecordings, folder, type Recording } from './recordings.ts'

const isThere = existsSync(folder)
const recordings = await findRecordings()
if (!isThere)
  console.warn(
    `The replay suite is skipped: there are no recordings at ${folder}; FIXTURES_DIR names another folder`,
  )

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const isAsked = { stream: true, stream_options: { include_usage: true } }

/** What the client gets of a recording, and how it was settled. */
async function replay({ kind, text }: Recording, splitAt: number | undefined, extra: object) {
  house.settled.length = 0
  house.mock.setPlan({
    ...(kind === 'stream' ? { chunks: [text], contentType: 'text/event-stream' } : { body: text }),
    ...(splitAt !== undefined && { splitAt }),
  })
  const response = await house.ask(undefined, extra)
  const out = await response.text()
  const { usage, code } = await house.settlement(1)
  return { status: response.status, out, usage, code }
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
const detail = (usage: Recording['usage'], group: string, name: string): number =>
  number((usage?.[group] as Readonly<Record<string, unknown>> | undefined)?.[name])

/** Compares sums that the recording states itself, whatever it counts where. */
function expectUsage(usage: Usage | undefined, told: Recording['usage']): void {
  if (told === undefined) return void expect(usage).toBeUndefined()
  const { input, cacheRead, cacheWrite, output, reasoning } = usage!
  expect(input + cacheRead + cacheWrite).toBe(number(told.prompt_tokens))
  expect(cacheRead).toBe(
    detail(told, 'prompt_tokens_details', 'cached_tokens') || number(told.prompt_cache_hit_tokens),
  )
  expect(reasoning).toBe(detail(told, 'completion_tokens_details', 'reasoning_tokens'))
  if (typeof told.total_tokens === 'number')
    expect(input + cacheRead + cacheWrite + output + reasoning).toBe(told.total_tokens)
}

test.skipIf(!isThere)('there are recordings of several providers, whole and as streams', () => {
  expect(new Set(recordings.map(({ name }) => name.split('/')[0])).size).toBeGreaterThan(3)
  expect(new Set(recordings.map(({ kind }) => kind))).toEqual(new Set(['whole', 'stream']))
})

describe('a recorded answer', () => {
  for (const recording of recordings) {
    const { name, kind, text, usage: told } = recording
    const sizes = [undefined, 64, 7, 2, 1]

    test(`arrives as it was, with its usage, in pieces of any size: ${name}`, async () => {
      for (const size of sizes) {
        const { status, out, usage, code } = await replay(recording, size, kind === 'stream' ? isAsked : {})
        expect([size, status, code]).toEqual([size, 200, undefined])
        if (out !== text) expect([size, out]).toEqual([size, text])
        expectUsage(usage, told)
      }
    }, 60_000)

    if (kind === 'whole') continue
    test(`loses only what was not asked for: ${name}`, async () => {
      const { out, usage } = await replay(recording, undefined, { stream: true })
      const isUsage = (data: string) => /"choices":\s*\[\]/.test(data) && /"usage":\s*\{/.test(data)
      expect(readEvents(out).data).toEqual(readEvents(text).data.filter(data => !isUsage(data)))
      expectUsage(usage, told)
    })
  }
})
