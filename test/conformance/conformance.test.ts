import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Case, Outcome } from './case.ts'
import { allCases } from './cases/all.ts'
import { normalise } from './normalise.ts'
import { hasPython, runPython } from './python.ts'
import { createRunner } from './run-js.ts'
import { inParallel, natives, openWorlds, type TwoWorlds } from './world.ts'

/** What the official clients get from the gateway is what they get from the provider. */

const clients = hasPython() ? (['js', 'py'] as const) : (['js'] as const)
type Client = (typeof clients)[number]
if (clients.length === 1)
  console.warn('The Python half of the conformance suite is skipped: there is no python3')

const casesOf = (client: Client): readonly Case[] =>
  allCases.filter(({ only }) => only === undefined || only === client)

let worlds: TwoWorlds
/** By client, world and case. */
const outcomes = new Map<string, Outcome>()
let received: ReturnType<TwoWorlds['received']>

async function runJs(): Promise<void> {
  for (const place of [worlds.alone, worlds.behind(({ language }) => natives[language])]) {
    const run = createRunner(place)
    const found = await inParallel(casesOf('js'), 32, run)
    casesOf('js').forEach(({ id }, i) => {
      outcomes.set(`js ${place.world} ${id}`, found[i]!)
    })
  }
}

async function runPy(): Promise<void> {
  const places = [worlds.alone, worlds.behind(({ language }) => natives[language])].map(
    ({ model, ...place }) => ({ ...place, cases: casesOf('py').map(one => ({ ...one, model: model(one) })) }),
  )
  const report = (await runPython({ places })) as Record<string, Record<string, Outcome>>
  for (const [world, found] of Object.entries(report))
    for (const [id, outcome] of Object.entries(found)) outcomes.set(`py ${world} ${id}`, outcome)
}

beforeAll(async () => {
  worlds = await openWorlds()
  worlds.expect(allCases)
  await Promise.all([runJs(), clients.length > 1 ? runPy() : undefined])
  await worlds.quiet()
  received = worlds.received()
}, 180_000)
afterAll(() => worlds?.[Symbol.asyncDispose]())

test('there are enough cases', () => {
  expect(new Set(allCases.map(({ id }) => id)).size).toBe(allCases.length)
  expect(clients.reduce((sum, client) => sum + casesOf(client).length, 0)).toBeGreaterThan(400)
})

interface Change {
  readonly why: string
  /** What the gateway answers; the class follows from it. */
  readonly status?: number
  readonly requests?: number
  /** There may be one more. */
  readonly mayAskAgain?: true
}

const changes: readonly (readonly [id: RegExp, Change])[] = [
  [
    /errors\/(?:401|403)/,
    { why: 'what a provider thinks of the operator is no fault of the caller', status: 502, requests: 1 },
  ],
  [/errors\/408/, { why: 'the provider gave up, not the caller', status: 504 }],
  [/errors\/409/, { why: 'sent again unchanged it stays a conflict', status: 409, requests: 1 }],
  [/errors\/(?:500|502|503)/, { why: 'a gateway says 502 where the provider failed', status: 502 }],
  [/errors\/429/, { why: 'how the provider names its limits is between it and the operator', status: 429 }],
  [/errors\/504/, { why: 'the gateway names the reason', status: 504 }],
  [/errors\/529/, { why: 'the gateway names the reason', status: 529 }],
  [
    /messages\/faults\/error-at-once/,
    { why: 'what begins with an error is one, and can be tried again', status: 529, requests: 3 },
  ],
  [
    /faults\/error-at-once/,
    { why: 'what begins with an error is one, and can be tried again', status: 502, requests: 3 },
  ],
  [/faults\/(?:cut|ended-early)/, { why: 'a stream that breaks off ends with an error that says so' }],
  // A connection that was kept for long may have been closed meanwhile: the gateway asks once more by another one.
  [
    /faults\/reset/,
    { why: 'it is the gateway that a client is connected to', status: 502, mayAskAgain: true },
  ],
  [/faults\/no-json/, { why: 'no client has to read what is no answer', status: 502 }],
]

/** Where a client gets something else than from the provider, and why that is better for it. */
const changeOf = ({ id }: Case): Change | undefined => changes.find(([which]) => which.test(id))?.[1]

const countOf = (world: string, client: Client, id: string): number =>
  received.get(`${world}:${client}:${id}`)?.length ?? 0

for (const client of clients) {
  describe(`the official clients (${client})`, () => {
    for (const one of casesOf(client)) {
      const change = changeOf(one)
      test(`${one.id}${change ? `: ${change.why}` : ''}`, () => {
        const [alone, behind] = ['A', 'B'].map(world => outcomes.get(`${client} ${world} ${one.id}`)!)
        expect(alone).not.toHaveProperty('broken')
        if (change) return expectChanged(client, one, change)
        if (one.leaveAfter === undefined) expect(normalise(behind!)).toEqual(normalise(alone!))
        else expect(behind!.events?.length).toBe(one.leaveAfter)
        expect(countOf('B', client, one.id)).toBe(countOf('A', client, one.id))
      })
    }
  })
}

function expectChanged(client: Client, one: Case, { status, requests, mayAskAgain }: Change): void {
  const { language, id } = one
  const [alone, behind] = ['A', 'B'].map(world => outcomes.get(`${client} ${world} ${id}`)!)
  const named = outcomes.get(`${client} A ${language}/errors/${status}`)?.error?.name
  // An error within a stream has no status; Python's client for messages takes that of the stream.
  const expected = status === undefined ? [expect.stringMatching(/^API(?:Status)?Error$/)] : [named, status]
  const { error } = behind!
  expect(status === undefined ? [error?.name] : [error?.name, error?.status]).toEqual(expected)
  const asked = requests ?? countOf('A', client, id)
  expect(mayAskAgain ? [asked, asked + 1] : [asked]).toContain(countOf('B', client, id))
  // What arrived before is what the provider said; how much that is the system decides, which drops what it has not read.
  const [said, heard] = [alone!, behind!].map(({ events = [] }: Outcome) => normalise({ events }).events!)
  const most = Math.min(said!.length, heard!.length)
  expect(heard!.slice(0, most)).toEqual(said!.slice(0, most))
}
