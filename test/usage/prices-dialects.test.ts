import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createPricer } from '../../plugins/prices/cost.ts'
import { type Part, parts } from '../../plugins/prices/rates.ts'
import type { Dialect } from '../../src/contract/dialect.ts'
import type { JsonObject, Usage } from '../../src/types.ts'
import {
  findDialects,
  findRecorded,
  folder,
  isObject,
  numberOf,
  objectOf,
  type Recorded,
} from './prices-recordings.ts'

/** What a recording says in total, read by nobody but this test. */
interface Told {
  /** All tokens; undefined where the provider does not sum up. */
  readonly total: number
  readonly parts: Partial<Readonly<Record<Part, number>>>
}

interface Language {
  /** The recordings that are in it. */
  speaks(part: JsonObject): boolean
  told(parts: readonly JsonObject[]): Told | undefined
}

const lastOf = (values: readonly unknown[]): JsonObject | undefined => values.filter(isObject).at(-1)

/** Chat: the total holds reasoning also where the completion does not (xAI). */
const chatLike = (usages: readonly unknown[]): Told | undefined => {
  const usage = lastOf(usages)
  if (usage === undefined) return undefined
  const prompt = objectOf(usage.prompt_tokens_details)
  const completion = objectOf(usage.completion_tokens_details)
  return {
    total: numberOf(usage.total_tokens),
    parts: {
      cacheRead: numberOf(prompt.cached_tokens ?? usage.prompt_cache_hit_tokens),
      reasoning: numberOf(completion.reasoning_tokens),
    },
  }
}

/** Responses, images and others with input and output. */
const inputAndOutput = (usages: readonly unknown[]): Told | undefined => {
  const usage = lastOf(usages)
  if (usage === undefined) return undefined
  const input = objectOf(usage.input_tokens_details)
  return {
    total: numberOf(usage.total_tokens),
    parts: {
      ...(input.cached_tokens !== undefined && { cacheRead: numberOf(input.cached_tokens) }),
      ...(isObject(usage.output_tokens_details) && {
        reasoning: numberOf(usage.output_tokens_details.reasoning_tokens),
      }),
    },
  }
}

/** Messages: no total; what the end tells is cumulative, and where it says nothing the beginning stands. */
function messages(all: readonly JsonObject[]): Told | undefined {
  const usages = all.map(part => (isObject(part.message) ? part.message.usage : part.usage)).filter(isObject)
  if (usages.length === 0) return undefined
  const last = (field: string) =>
    usages
      .map(usage => numberOf(usage[field]))
      .filter(count => count > 0)
      .at(-1) ?? 0
  const written = last('cache_creation_input_tokens')
  const hour =
    usages.map(usage => numberOf(objectOf(usage.cache_creation).ephemeral_1h_input_tokens)).at(-1) ?? 0
  const extra = (usages.at(-1)?.iterations as readonly JsonObject[] | undefined) ?? []
  const compacted = extra
    .filter(({ type }) => type === 'compaction')
    .reduce((sum, each) => sum + numberOf(each.input_tokens) + numberOf(each.output_tokens), 0)
  const [cacheRead, input, output] = ['cache_read_input_tokens', 'input_tokens', 'output_tokens'].map(last)
  return {
    total: input! + cacheRead! + written + output! + compacted,
    parts: { cacheRead: cacheRead!, cacheWrite: written - hour, ...(hour > 0 && { cacheWriteHour: hour }) },
  }
}

const choicesOf = ({ choices }: JsonObject): readonly JsonObject[] =>
  Array.isArray(choices) ? choices.map(objectOf) : []
const usagesOf = (all: readonly JsonObject[]) => all.map(({ usage }) => usage)

/** By the names of dialects. A dialect that is not here is reported as skipped, so that it is not forgotten. */
const languages: Readonly<Record<string, Language>> = {
  'openai-chat': {
    speaks: part => choicesOf(part).some(({ message, delta }) => isObject(message) || isObject(delta)),
    told: all => chatLike(usagesOf(all)),
  },
  'openai-completions': {
    speaks: part => choicesOf(part).some(({ text }) => typeof text === 'string'),
    told: all => chatLike(usagesOf(all)),
  },
  'openai-embeddings': {
    speaks: ({ object, data }) =>
      object === 'list' && Array.isArray(data) && objectOf(data[0]).embedding !== undefined,
    told: all => chatLike(usagesOf(all)),
  },
  'openai-responses': {
    speaks: ({ object, response }) => object === 'response' || objectOf(response).object === 'response',
    told: all => inputAndOutput(all.map(({ usage, response }) => usage ?? objectOf(response).usage)),
  },
  'anthropic-messages': {
    speaks: ({ type, message }) => type === 'message' || (type === 'message_start' && isObject(message)),
    told: messages,
  },
}

const dialects = await findDialects()
const recorded = await findRecorded()
const pricer = await createPricer({ overrides: { '/': { input: 1, output: 1 } }, providers: [] })
const listed = await createPricer({ overrides: {}, providers: [] })

const read = (dialect: Dialect, all: readonly JsonObject[]): Usage | undefined =>
  all.reduce<Usage | undefined>((earlier, part) => dialect.usage(part, earlier) ?? earlier, undefined)
const sumOf = (usage: Usage): number => parts.reduce((sum, part) => sum + (usage[part] ?? 0), 0)

/** The vector is disjoint when its parts sum up to what was counted, and those that were told apart are what was told. */
function check({ name, parts: all }: Recorded, dialect: Dialect, { told }: Language): boolean {
  const facts = told(all)
  const usage = read(dialect, all)
  if (facts === undefined || facts.total === 0) return false
  expect([name, usage !== undefined]).toEqual([name, true])
  for (const part of parts) expect([name, part, (usage![part] ?? 0) >= 0]).toEqual([name, part, true])
  expect([name, sumOf(usage!)]).toEqual([name, facts.total])
  for (const [part, tokens] of Object.entries(facts.parts))
    expect([name, part, usage![part as Part] ?? 0]).toEqual([name, part, tokens])
  // A dollar for a million of anything: the cost is the count, so nothing is billed twice.
  const { reportedCost: _, ...counted } = usage!
  const query = { providerType: 'any', provider: 'any', model: 'any', usage: counted, at: 0 }
  expect([name, pricer.price(query).nano]).toEqual([name, facts.total * 1000])
  return true
}

describe('usage is disjoint and sums up to what the provider counted', () => {
  test('dialects are found', () => expect(dialects.map(({ name }) => name)).toContain('openai-chat'))

  if (recorded.length === 0) test.skip(`recordings are not there: ${folder}`, () => {})
  for (const dialect of dialects) {
    const language = languages[dialect.name]
    const spoken = language && recorded.filter(({ parts: all }) => all.some(part => language.speaks(part)))
    if (language === undefined || spoken === undefined || spoken.length === 0) {
      test.skip(`${dialect.name}: nothing is recorded in it, or this test cannot read it`, () => {})
      continue
    }
    for (const [vendor, answers] of Map.groupBy(spoken, ({ vendor }) => vendor))
      test(`${dialect.name} of ${vendor}`, () => {
        const checked = answers.filter(answer => check(answer, dialect, language))
        // An error, or an answer without usage, says nothing; some do.
        expect(answers.length === 0 || checked.length > 0).toBe(true)
      })
  }
})

describe('openai-chat', () => {
  const chat = dialects.find(({ name }) => name === 'openai-chat')!
  const count = fc.nat(100_000)

  test('sums up to prompt and completion, whatever is told apart', () =>
    fc.assert(
      fc.property(count, count, count, count, count, (text, cached, written, said, thought) => {
        const usage = chat.usage({
          usage: {
            prompt_tokens: text + cached + written,
            completion_tokens: said + thought,
            total_tokens: text + cached + written + said + thought,
            prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
            completion_tokens_details: { reasoning_tokens: thought },
          },
        })!
        // Nothing but thoughts may also be read as thoughts beside an empty completion of the same size: same sum.
        expect(sumOf(usage)).toBe(text + cached + written + said + thought)
        expect(usage.cacheRead).toBe(cached)
        expect(usage.reasoning).toBe(thought)
      }),
    ))
})

describe('what xAI says that a call cost', () => {
  /** A tick is a ten-billionth of a dollar: https://docs.x.ai/docs/models */
  const TICKS = 10
  const chat = dialects.find(({ name }) => name === 'openai-chat')!
  const billed = recorded.flatMap(({ name, parts: all }) => {
    const ticks = all.map(({ usage }) => objectOf(usage).cost_in_usd_ticks).findLast(Number.isSafeInteger)
    const isChat = all.some(part => languages['openai-chat']!.speaks(part))
    const { model, created } = all.find(part => typeof part.model === 'string') ?? {}
    return isChat && ticks !== undefined ? [{ name, all, ticks, model: String(model), created }] : []
  })

  if (recorded.length === 0) test.skip(`recordings are not there: ${folder}`, () => {})
  else
    test('is what we say, to the nano-dollar', () => {
      for (const { name, all, ticks, model, created } of billed) {
        const { reportedCost: _, ...usage } = read(chat, all)!
        const query = { providerType: 'xai', provider: 'xai', model, usage, at: numberOf(created) * 1000 }
        expect([name, model, listed.price(query).nano]).toEqual([name, model, numberOf(ticks) / TICKS])
      }
      expect(billed.length).toBeGreaterThan(2)
    })
})
