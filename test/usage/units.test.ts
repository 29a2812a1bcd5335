import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { SPANS } from '../../plugins/usage/model.ts'
import { estimate } from '../../plugins/usage/record/estimate.ts'
import { type Price, toLines, VERSION } from '../../plugins/usage/record/record.ts'
import type { Evidence, Tokens } from '../../plugins/usage/record/tuples.ts'
import { toIncrement } from '../../plugins/usage/rollups/rollup.ts'
import { usageTargetRollups } from '../../plugins/usage/schema.ts'
import { openStore } from '../../plugins/usage/writer/store.ts'
import { binOf, boundsOf, quantileOf } from '../../src/base/histogram.ts'
import { openDatabase } from '../../src/database/open.ts'
import { readRollups, readRows, totalsOf } from './book.ts'
import { eventOf } from './desk.ts'

const free: Price = () => ({ nano: null, source: null, version: null })
const flat: Price = ({ usage }) => ({
  nano: usage.input + 2 * usage.output,
  source: 'operator',
  version: '1',
})

describe('histogram', () => {
  test('every time lies in its bin', () =>
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 21, noNaN: true, maxExcluded: true }), ms => {
        const [from, to] = boundsOf(binOf(ms))
        expect(ms).toBeGreaterThanOrEqual(from * (1 - 1e-6))
        expect(ms).toBeLessThan(to * (1 + 1e-6))
      }),
    ))

  test('quantileOf() is right to within the width of a bin', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 500 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (times, share) => {
          const counts = new Map<number, number>()
          for (const ms of times) counts.set(binOf(ms), (counts.get(binOf(ms)) ?? 0) + 1)
          const exact = times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1]!
          const told = quantileOf(counts, share)!
          expect(told / exact).toBeGreaterThan(0.83)
          expect(told / exact).toBeLessThan(1.2)
        },
      ),
    ))

  test('quantileOf() of nothing is nothing', () => expect(quantileOf(new Map(), 0.5)).toBe(undefined))
})

describe('toLines()', () => {
  test('a failed try that has cost tokens is a line of its own', () => {
    const spent: Tokens = [7, 0, 0, null, null, null, 3, 0, null, null, null]
    const event = eventOf(1).with(15, [
      ['groq', 'small', 502, 'upstream_cut', 40, spent, 'groq'],
      ['openai', 'model-1', 200, null, 12, null],
    ]) as unknown as ReturnType<typeof eventOf>
    const lines = toLines([VERSION, [event], {}], flat)
    expect(
      lines.map(({ id, part, provider, model, input, costNano }) => [
        id,
        part,
        provider,
        model,
        input,
        costNano,
      ]),
    ).toEqual([
      ['call-1', 0, 'openai', 'model-1', 1, 5],
      ['call-1:1', 1, 'groq', 'small', 7, 13],
    ])
    const { callers, targets } = toIncrement(lines)
    const [sum] = callers.sums
    // One call, two costs.
    expect(new Set(callers.sums.map(([, , group]) => group)).size).toBe(2)
    expect(new Set(targets.sums.map(([, , group]) => group)).size).toBe(2)
    expect(sum![3]).toBe(1)
  })

  test('a failed try is priced by its own provider, whatever that is called', () => {
    const spent: Tokens = [7, 0, 0, null, null, null, 3, 0, null, null, null]
    const event = eventOf(1).with(15, [
      ['backup', 'small', 502, 'upstream_cut', 40, spent, 'groq'],
      ['openai', 'model-1', 200, null, 12, null, 'openai'],
    ]) as unknown as ReturnType<typeof eventOf>
    const asked: unknown[] = []
    const [, failed] = toLines([VERSION, [event], {}], query => {
      asked.push([query.provider, query.providerType])
      return flat(query)
    })
    expect(failed).toMatchObject({ provider: 'backup', providerType: 'groq', billing: 'exact' })
    expect(asked).toEqual([
      ['openai', 'openai'],
      ['backup', 'groq'],
    ])
  })

  test('a price that is not known is null, not zero; what a provider reports is kept', () => {
    const [line] = toLines([VERSION, [eventOf(5)], {}], free)
    expect(line).toMatchObject({ costNano: null, priceSource: null, reportedNano: 5_000_000 })
  })

  test('a failed try has the terms that it told itself, and the call those of who answered', () => {
    const spent: Tokens = [7, 0, 0, null, null, null, 3, 0, null, null, null]
    const event = [
      ...eventOf(1).with(15, [
        ['openai', 'small', 502, 'upstream_cut', 40, spent, 'openai', 'flex'],
        ['openai', 'model-1', 200, null, 12, null, 'openai', null],
      ]),
      'priority',
    ] as unknown as ReturnType<typeof eventOf>
    const asked: unknown[] = []
    const lines = toLines([VERSION, [event], {}], query => {
      asked.push(query.usage.terms)
      return flat(query)
    })
    expect(lines.map(({ terms, batch }) => [terms, batch])).toEqual([
      ['priority', false],
      ['flex', true],
    ])
    expect(asked).toEqual(['priority', 'flex'])
  })

  test('spools of earlier versions tell the terms as a number, or not at all', () => {
    const told = [[], [0], [1], [2]].map(end => {
      const event = [...eventOf(1), ...end] as unknown as ReturnType<typeof eventOf>
      const [line] = toLines([VERSION, [event], {}], flat)
      return [line!.terms, line!.batch]
    })
    expect(told).toEqual([
      [null, false],
      [null, false],
      ['flex', true],
      ['more', false],
    ])
  })

  test('roll-ups add up to the lines, in every span', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ n: fc.nat(1000), at: fc.integer({ min: 0, max: 2e12 }) }), { maxLength: 60 }),
        calls => {
          const events = calls.map(({ n, at }, i) => eventOf(n, { id: `${i}`, at }))
          const lines = toLines([VERSION, events, {}], flat)
          const { callers, targets } = toIncrement(lines)
          for (const span of Object.values(SPANS))
            for (const { sums } of [callers, targets]) {
              const own = sums.filter(([length]) => length === span)
              expect(own.every(([, at]) => at % span === 0)).toBe(true)
              expect(own.reduce((sum, row) => sum + row[3]!, 0)).toBe(lines.length)
            }
        },
      ),
    ))
})

describe('estimate()', () => {
  const nothing: Evidence = {
    index: 0,
    told: null,
    prompt: '',
    promptSize: 0,
    bytes: new Uint8Array(),
    size: 0,
  }
  const sse = (...events: object[]) =>
    new TextEncoder().encode(events.map(event => `data: ${JSON.stringify(event)}\n\n`).join(''))
  const of = (bytes: Uint8Array, more: Partial<Evidence> = {}) =>
    estimate({ ...nothing, bytes, size: bytes.length, ...more })

  const text = 'Twelve words of plain English make about sixteen tokens, more or less.'
  const output = Math.ceil(text.length / 4)
  const streams: readonly (readonly [string, Uint8Array, number, number])[] = [
    ['chat', sse({ choices: [{ delta: { content: text } }] }), output, 0],
    ['chat, thinking', sse({ choices: [{ delta: { reasoning_content: text } }] }), 0, output],
    [
      'chat, tools',
      sse({ choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] }),
      output,
      0,
    ],
    ['completions', sse({ choices: [{ text }] }), output, 0],
    ['responses', sse({ type: 'response.output_text.delta', delta: text }), output, 0],
    ['responses, thinking', sse({ type: 'response.reasoning_summary_text.delta', delta: text }), 0, output],
    ['messages', sse({ type: 'content_block_delta', delta: { type: 'text_delta', text } }), output, 0],
    ['messages, tools', sse({ type: 'content_block_delta', delta: { partial_json: text } }), output, 0],
    ['Ollama', sse({ message: { role: 'assistant', content: text }, done: false }), output, 0],
    ['Ollama, thinking', sse({ message: { content: '', thinking: text }, done: false }), 0, output],
    ['Ollama, a prompt', sse({ response: text, done: false }), output, 0],
    ['Gemini', sse({ candidates: [{ content: { parts: [{ text }] } }] }), output, 0],
  ]
  for (const [language, bytes, said, thought] of streams)
    test(`counts the text of a stream: ${language}`, () => {
      const [tokens, billing] = of(bytes)
      expect([tokens[6], tokens[7], billing]).toEqual([said, thought, 'estimated'])
    })

  test('takes the rest of a long stream to be like its beginning', () => {
    const bytes = sse(...Array.from({ length: 100 }, () => ({ choices: [{ delta: { content: text } }] })))
    const [tokens] = of(bytes, { size: bytes.length * 10 })
    expect(tokens[6]! / (output * 1000)).toBeCloseTo(1, 1)
  })

  test('keeps what was told, and adds what came after', () => {
    const told: Tokens = [30, 12, 5, null, null, null, 1, 0, null, null, null]
    const bytes = sse({ type: 'content_block_delta', delta: { text } })
    expect(of(bytes, { told })).toEqual([
      [30, 12, 5, null, null, null, output, 0, null, null, null],
      'partial',
    ])
  })

  test('a stream that came to its end needs no estimate', () => {
    const told: Tokens = [30, 0, 0, null, null, null, 4, 0, null, null, null]
    const bytes = new TextEncoder().encode('data: [DONE]\n\n')
    expect(of(bytes, { told })).toEqual([told, 'exact'])
  })

  const promptOf = (body: object) => {
    const prompt = JSON.stringify(body)
    return estimate({ ...nothing, prompt, promptSize: prompt.length })[0][0]
  }

  test('counts a prompt by its messages; Chinese weighs more than English', () => {
    expect(promptOf({ model: 'x', messages: [{ role: 'user', content: 'a'.repeat(400) }] })).toBe(103)
    expect(promptOf({ model: 'x', messages: [{ role: 'user', content: '道'.repeat(400) }] })).toBe(303)
  })

  test('an image is an image, however many bytes it has', () => {
    const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(50_000)}`
    const content = [{ type: 'image_url', image_url: { url } }]
    expect(promptOf({ messages: [{ role: 'user', content }] })).toBeLessThan(1000)
  })

  test('is done in no time, and never fails, whatever somebody wrote (C-06, H-32)', () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.json(),
        fc.integer({ min: 1, max: 20 }),
        (bytes, json, times) => {
          const prompt = json.repeat(times)
          const [tokens] = of(bytes, { prompt, promptSize: prompt.length })
          for (const count of tokens)
            expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true)
        },
      ),
    ))

  test('a megabyte of one letter takes less than half a second', () => {
    const began = performance.now()
    promptOf({ messages: [{ role: 'user', content: 'a'.repeat(1_000_000) }] })
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('openStore()', () => {
  test('forgets old records and minutes, a few at a time; hours and days stay', async () => {
    const database = await openDatabase(':memory:')
    await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
    const store = openStore(database.db)
    const minute = SPANS.minute
    const events = Array.from({ length: 1200 }, (_, n) => eventOf(n, { at: n * minute }))
    await store.write(toLines([VERSION, events, {}], flat))
    expect(await store.forget(1000 * minute)).toBe(true)
    for (let isMore = true; isMore; ) isMore = await store.forget(1000 * minute)
    expect((await readRows(database.db)).length).toBe(200)
    const rollups = await readRollups(database.db)
    const callsOf = (span: number) =>
      rollups.filter(row => row.span === span).reduce((sum, { calls }) => sum + calls, 0)
    expect([callsOf(SPANS.minute), callsOf(SPANS.hour), callsOf(SPANS.day)]).toEqual([200, 1200, 1200])
    database.close()
  })

  test('migrates a book that knew no roll-ups of targets', async () => {
    const database = await openDatabase(':memory:')
    const migrations = new URL('../../drizzle', import.meta.url).pathname
    await database.migrate(migrations)
    const events = Array.from({ length: 500 }, (_, n) => eventOf(n, { at: n * SPANS.hour }))
    await openStore(database.db).write(toLines([VERSION, events, {}], flat))
    const before = (await readRollups(database.db)).length
    for (const table of ['usage_target_rollups', 'usage_target_latencies'])
      await database.db.run(`drop table ${table}`)
    await database.db.run("delete from usage_groups where user_path = '' and key_id = ''")
    const files = [...new Bun.Glob('*.sql').scanSync(migrations)].sort()
    const [first, ...later] = files.slice(files.indexOf('0006_usage_targets.sql'))
    const read = async (file: string) =>
      (await Bun.file(`${migrations}/${file}`).text()).split('--> statement-breakpoint')
    for (const statement of await read(first!)) await database.db.run(statement)
    // What later ones do to these tables, and to no others.
    for (const statement of (await Promise.all(later.map(read))).flat())
      if (statement.includes('`usage_target_')) await database.db.run(statement)
    expect((await readRollups(database.db)).length).toBe(before)
    expect((await database.db.select().from(usageTargetRollups)).length).toBeGreaterThan(0)
    database.close()
  })

  test('writes a batch once, however often it comes, and however it is mixed', async () => {
    const database = await openDatabase(':memory:')
    await database.migrate(new URL('../../drizzle', import.meta.url).pathname)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(40), { maxLength: 20 }), { maxLength: 8 }), async batches => {
        for (const table of [
          'usage_records',
          'usage_rollups',
          'usage_latencies',
          'usage_groups',
          'usage_target_rollups',
          'usage_target_latencies',
        ])
          await database.db.run(`delete from ${table}`)
        const store = openStore(database.db)
        for (const batch of batches)
          await store.write(toLines([VERSION, batch.map(n => eventOf(n)), {}], flat))
        const rows = await readRows(database.db)
        expect(rows.map(({ id }) => id).sort()).toEqual(
          [...new Set(batches.flat())].map(n => `call-${n}`).sort(),
        )
        const hours = (await readRollups(database.db)).filter(({ span }) => span === SPANS.hour)
        expect(totalsOf(hours)).toEqual(totalsOf(rows))
      }),
      { numRuns: 30 },
    )
    database.close()
  })
})
