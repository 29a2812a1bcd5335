import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { objectOr } from '../replay/told.ts'
import type { Case, Outcome } from './case.ts'
import { conversations } from './cases/all.ts'
import { answers } from './cases/shared.ts'
import { createRunner } from './run-js.ts'
import { toldOf } from './told-of.ts'
import { inParallel, openWorlds, type TwoWorlds } from './world.ts'

/** A client gets from a provider of another language what one of its own would have said. */

/** Who answers in which language, and never in the client's own without a translation. */
const providers = { plain: 'chat', anthropic: 'messages', gemini: 'gemini' } as const
type Provider = keyof typeof providers

const said = conversations.filter(
  ({ id }) => id.includes('/answers/') || id.startsWith('chat/usage') || id.endsWith('/cut-by-limit'),
)
const ways = said.flatMap(one =>
  (Object.keys(providers) as Provider[])
    // Messages reach Anthropic as they are.
    .filter(provider => one.language !== providers[provider] || provider === 'plain')
    .map(provider => ({ one, provider })),
)

let worlds: TwoWorlds
const alone = new Map<string, Outcome>()
const behind = new Map<string, Outcome>()
beforeAll(async () => {
  worlds = await openWorlds()
  worlds.expect(said)
  const run = createRunner(worlds.alone)
  const found = await inParallel(said, 32, run)
  said.forEach(({ id }, i) => {
    alone.set(id, found[i]!)
  })
  for (const provider of Object.keys(providers) as Provider[]) {
    const mine = ways.filter(way => way.provider === provider).map(({ one }) => one)
    const outcomes = await inParallel(mine, 32, createRunner(worlds.behind(() => provider)))
    mine.forEach(({ id }, i) => {
      behind.set(`${provider} ${id}`, outcomes[i]!)
    })
  }
}, 60_000)
afterAll(() => worlds?.[Symbol.asyncDispose]())

/** Chat tells usage in a stream only where it is asked to; others always do. */
const wantsUsage = ({ language, stream, params }: Case): boolean =>
  language !== 'chat' || !stream || objectOr(params.stream_options).include_usage === true

describe('a translated answer says the same', () => {
  for (const { one, provider } of ways)
    test(`${one.id} by ${provider}`, () => {
      const expected = toldOf(one, alone.get(one.id)!)
      const got = toldOf(one, behind.get(`${provider} ${one.id}`)!)
      expect(got).toEqual({ ...expected, usage: wantsUsage(one) ? expected.usage : undefined })
    })
})

test('there are enough of them', () => {
  expect(ways.length).toBeGreaterThan(6 * Object.keys(answers).length)
})
