import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { findRecordings, folder, type Recording } from './recordings.ts'
import { clients, openStage, type Stage, translator } from './stage.ts'
import type { Told } from './told.ts'

const isThere = existsSync(folder)
const recordings = await findRecordings()
if (!isThere)
  console.warn(
    `The replay suite is skipped: there are no recordings at ${folder}; FIXTURES_DIR names another folder`,
  )

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

test.skipIf(!isThere)('there are recordings in every language that providers speak', () => {
  const wires = new Set(recordings.map(({ wire, came }) => `${wire} ${came.kind}`))
  expect([...wires].sort()).toEqual(
    ['bedrock', 'chat', 'cohere', 'gemini', 'messages', 'responses'].flatMap(wire => [
      `${wire} stream`,
      `${wire} whole`,
    ]),
  )
})

/** A call that came without an id is given one. */
const named = ({ calls }: Told, like: Told['calls']) =>
  calls.map(({ id, ...call }, i) => ({ ...call, id: like[i]?.id === '' ? id !== '' : id }) as object)

function expectTold(got: Told, told: Told): void {
  const expected = { ...told, calls: told.calls.map((call): object => ({ ...call, id: call.id || true })) }
  // Some clients need usage: where the provider tells none, it is nothing.
  const usage = told.usage === undefined && isNothing(got) ? undefined : got.usage
  expect({ ...got, usage, calls: named(got, told.calls) }).toEqual(expected)
}

const isNothing = ({ usage = {} as never }: Told): boolean => Object.values(usage).every(count => count === 0)

/** What a recording says that breaks off, or fails: all of that, and that it failed. */
function expectFailure(got: Told, told: Told): void {
  expect(got.failed).toBe(true)
  expect(told.text.startsWith(got.text) || got.text.startsWith(told.text)).toBe(true)
}

/** Where the bytes of a stream are cut. A long one is cut into single bytes at its beginning and its end. */
function cutsOf(size: number, { bytes: { length } }: Recording): number | number[] {
  if (length <= LONG || size > 2) return size
  const cuts: number[] = []
  for (let at = size; at < length; at += at < NEAR || at > length - NEAR ? size : 97) cuts.push(at)
  return cuts
}

const LONG = 1024
const NEAR = 120

/** Tools that a client runs and that have an item of their own are known to no other language. */
const isExpressible = ({ wire, came }: Recording): boolean =>
  wire !== 'responses' ||
  !/"type":"(?:apply_patch|shell|local_shell|computer|tool_search|custom_tool)_call"/.test(
    JSON.stringify(came),
  )

for (const recording of recordings) {
  const { name, wire, came, told } = recording
  const ways = clients.flatMap(client => [
    ...(client === wire ? [{ client, provider: 'native' }] : []),
    ...(isExpressible(recording) ? [{ client, provider: translator(recording) }] : []),
  ])
  describe(`${name} (${wire})`, () => {
    for (const { client, provider } of ways) {
      const how = provider === 'native' ? 'as it came' : `by way of ${provider}`

      test(`says the same to a client of ${client}, ${how}`, async () => {
        const whole = await stage.play(recording, client, provider)
        if (told.failed || !told.ended) expectFailure(whole.told, told)
        else {
          expect(whole.status).toBe(200)
          expectTold(whole.told, told)
        }
        if (came.kind === 'whole') return
        for (const size of [64, 7, 2, 1]) {
          const cut = await stage.play(recording, client, provider, cutsOf(size, recording))
          expect([size, cut.status, cut.told]).toEqual([size, whole.status, renamed(cut.told, whole.told)])
        }
      }, 60_000)
    }
  })
}

/** Ids that the gateway had to make up differ from one time to the next. */
const renamed = (got: Told, before: Told): Told => ({
  ...before,
  calls: before.calls.map((call, i) => ({ ...call, id: got.calls[i]?.id ?? '' })),
})
