import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Guarded, openGuarded } from './kit.ts'

/** Whatever a body looks like, and however a stream is cut: nothing slips by. */

const MARKER = 'xyzzy'
let guarded: Guarded
beforeAll(async () => {
  guarded = await openGuarded({ env: { LOG_LEVEL: 'error' } })
})
beforeEach(() => guarded.clear())
afterAll(() => guarded[Symbol.asyncDispose]())

/** Fields of all languages, and fields of none; structural ones hold what is no identifier. */
const key = fc.oneof(
  fc.constantFrom(
    ...[
      'content',
      'text',
      'messages',
      'input',
      'system',
      'parts',
      'arguments',
      'output',
      'name',
      'title',
      'metadata',
    ],
    ...[
      'type',
      'role',
      'id',
      'url',
      'data',
      'audio',
      'user',
      'stop',
      'description',
      'enum',
      'default',
      'thinking',
    ],
  ),
  fc.string({ maxLength: 8 }),
)
/** A text with the marker as a word of its own. */
const marked = fc
  .tuple(
    fc.constantFrom('', 'a ', '"', '\n', '{"a":"', '[1, "'),
    fc.constantFrom('', ' b', '.', '"', '"}', '"]'),
  )
  .map(([before, after]) => `${before}${MARKER} and ${after}`)
const noise = fc.jsonValue({ maxDepth: 2 })

/** Wraps a value in lists and objects, several levels deep. */
const wrapped = fc
  .array(fc.record({ key, isList: fc.boolean(), noise, asText: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain(levels =>
    marked.map(text =>
      levels.reduce<unknown>((inner, { key, isList, noise, asText }) => {
        const outer = isList ? [noise, inner] : { other: noise, [key]: inner }
        return asText === 0 ? JSON.stringify(outer) : outer
      }, text),
    ),
  )

test('a text is found wherever it stands, as JSON inside texts too', async () => {
  await guarded.put('all', { find: { words: [MARKER] }, action: 'block' })
  await fc.assert(
    fc.asyncProperty(wrapped, async value => {
      const { status } = await guarded.post('/p/openai/v1/anything', { model: 'one', some: value })
      return status === 400
    }),
    { numRuns: 300 },
  )
})

test('a mask leaves a body that is the same but for what was found', async () => {
  await guarded.put('all', { find: { words: [MARKER] }, action: 'mask' })
  await fc.assert(
    fc.asyncProperty(wrapped, async value => {
      const response = await guarded.post('/p/openai/v1/anything', { model: 'one', some: value })
      await response.text()
      const text = guarded.house.received().at(-1)!.body
      return !text.includes(MARKER) && guarded.sent().model === 'one'
    }),
    { numRuns: 300 },
  )
})

test('a text in a stream is found however it is cut', async () => {
  await guarded.put('all', { on: 'output', find: { patterns: ['sk_[a-z]{12}'] }, action: 'block' })
  const said = 'So the key, as they say, is sk_abcdefghijkl and that is "it"\n'
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: said.length - 1 }), { maxLength: 20 }),
      fc.constantFrom('content', 'reasoning_content', 'field_of_tomorrow'),
      async (cuts, field) => {
        const ends = [...cuts.sort((a, b) => a - b), said.length]
        const parts = ends.map((end, i) => said.slice(i === 0 ? 0 : ends[i - 1], end))
        const events = [
          ...parts.map(part => ({ choices: [{ index: 0, delta: { [field]: part } }] })),
          { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
          '[DONE]',
        ]
        const response = await guarded.chat('Hello', { events }, { stream: true })
        const text = await response.text()
        return text.includes('guardrail_blocked') && !text.includes('[DONE]')
      },
    ),
    { numRuns: 200 },
  )
})

test('ten thousand guardrails elsewhere in the tree cost a call nothing', async () => {
  const rules = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, i) => ({
        name: `g${i}`,
        user_path: `/elsewhere/${i}`,
        on: 'both',
        find: { words: [MARKER] },
        action: 'block',
      })),
    )
  await using few = await openGuarded({ env: { GUARDRAILS: rules(1), LOG_LEVEL: 'error' } })
  await using many = await openGuarded({ env: { GUARDRAILS: rules(10_000), LOG_LEVEL: 'error' } })
  // The fastest of many, in turn: whatever else this machine does meanwhile makes none of them faster.
  const fastest = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY }
  const time = async (of: keyof typeof fastest, one: Guarded) => {
    const began = performance.now()
    await (await one.chat(`about ${MARKER}`)).text()
    fastest[of] = Math.min(fastest[of], performance.now() - began)
  }
  for (let i = 0; i < 200; i++) {
    await time('few', few)
    await time('many', many)
  }
  // To look at all of them would take more than ten times as long.
  expect(fastest.many).toBeLessThan(3 * fastest.few)
}, 20_000)
