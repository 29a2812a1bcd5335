import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Heard } from '../mock/heard.ts'
import { essence } from './agents/turns.ts'
import type { Case } from './case.ts'
import { conversations } from './cases/all.ts'
import { createRunner } from './run-js.ts'
import { toldOf } from './told-of.ts'
import { inParallel, openWorlds, type TwoWorlds } from './world.ts'

/** A provider of another language understands what one of the client's own would have understood. */

const models = {
  plain: 'plain/one',
  anthropic: 'anthropic/claude-sonnet-4-5',
  gemini: 'gemini/gemini-2.5-flash',
} as const
const providers = ['plain', 'anthropic', 'gemini'] as const
const asked = conversations.filter(({ id, stream }) => id.includes('/asks/') && !stream)

/** What these cannot be told, and the caller is. */
const untold = {
  plain: ['topK'],
  // Claude takes one of `temperature` and `top_p`.
  anthropic: ['seed', 'frequencyPenalty', 'presencePenalty', 'topP'],
  gemini: ['frequencyPenalty', 'presencePenalty', 'isParallel'],
} as const

/** What arrives in another form: the words that show it. */
const otherwise: Readonly<Record<string, string>> = {
  'messages/asks/document by plain': 'A short story.',
  'messages/asks/document by gemini': 'A short story.',
  'messages/asks/tool-failed by plain': 'Error: No such town.',
  'chat/asks/json-object by anthropic': 'Answer with one JSON object',
  'responses/asks/json-object by anthropic': 'Answer with one JSON object',
}

const ways = asked.flatMap(one =>
  providers
    .filter(provider => one.language !== 'messages' || provider !== 'anthropic')
    .map(provider => ({ one, provider })),
)

let worlds: TwoWorlds
const heard = new Map<string, Heard | undefined>()
beforeAll(async () => {
  worlds = await openWorlds()
  worlds.expect(asked)
  const read = (one: Case, outcome: Parameters<typeof toldOf>[1]): Heard | undefined =>
    outcome.error?.status === 400 ? undefined : (JSON.parse(unmarked(toldOf(one, outcome).text)) as Heard)
  for (const provider of ['alone', ...providers]) {
    const mine = asked.filter(
      one => provider === 'alone' || ways.some(way => way.one === one && way.provider === provider),
    )
    const place =
      provider === 'alone'
        ? worlds.alone
        : { ...worlds.behind(() => ''), model: () => models[provider as keyof typeof models] }
    const outcomes = await inParallel(mine, 32, createRunner(place))
    mine.forEach((one, i) => {
      heard.set(`${one.id} by ${provider}`, read(one, outcomes[i]!))
    })
  }
}, 60_000)
afterAll(() => worlds?.[Symbol.asyncDispose]())

const unmarked = (text: string): string => text.replace(/\[\[[A-Z]:[a-z]+:/g, '[[')

describe('what is asked is understood', () => {
  for (const { one, provider } of ways)
    test(`${one.id} by ${provider}`, () => {
      const [meant, got] = ['alone', provider].map(who => heard.get(`${one.id} by ${who}`))
      const other = otherwise[`${one.id} by ${provider}`]
      if (other !== undefined) return expect(JSON.stringify(got)).toContain(other)
      const told = (heard: Heard) => {
        const { effort: _, ...rest } = JSON.parse(
          JSON.stringify({ ...heard, ...essence(heard), tools: heard.tools }),
        ) as Record<string, unknown>
        // Some need a limit: the gateway gives them one where the client did not.
        if (meant!.limit === undefined) delete rest.limit
        if (rest.choice === 'auto') delete rest.choice
        return Object.fromEntries(
          Object.entries(rest).filter(([key]) => !(untold[provider] as readonly string[]).includes(key)),
        )
      }
      expect(told(got!)).toEqual(told(meant!))
      // How much a model thinks is said in words of its own everywhere.
      if (meant!.effort !== undefined) expect(got!.effort).toBeDefined()
    })
})
