import type { Dialect, Lens } from '../../src/contract/dialect.ts'
import { countOf, failureOf, isObject, objectOf, usageOf, withHour } from '../../src/contract/loose-json.ts'
import type { JsonObject } from '../../src/types.ts'
import { withTier } from '../../src/vendors/openai-usage.ts'
import { hourOf } from '../families/claude-cache.ts'
import { geminiLens } from '../families/gemini-lens.ts'

/** How one answer is read. */
export interface Reading {
  readonly lens: Lens & Partial<Pick<Dialect, 'refusalEvent' | 'isStream'>>
}

const plain = {
  failure: (part: JsonObject) => (part.error == null ? undefined : failureOf(part.error)),
  isUsageOnly: () => false,
} as const

/** Google's generateContent; whether it streams stands in the address. */
const readGemini = (isStream: boolean): Reading => ({ lens: { ...geminiLens, isStream: () => isStream } })

/** Bedrock's Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. Whole answers only: its streams are binary. */
const readConverse: Reading = {
  lens: {
    ...plain,
    endOf: () => undefined,
    usage({ usage, serviceTier }) {
      if (!isObject(usage)) return undefined
      const counts = usageOf({
        input: countOf(usage.inputTokens),
        cacheRead: countOf(usage.cacheReadInputTokens),
        cacheWrite: countOf(usage.cacheWriteInputTokens),
        output: countOf(usage.outputTokens),
      })
      return withTier(withHour(counts, hourOf(usage)), { service_tier: objectOf(serviceTier).type })
    },
    finish: ({ stopReason }) => (typeof stopReason === 'string' ? stopReason : undefined),
  },
}

/** Nobody is paid for counting tokens. */
const readCount: Reading = {
  lens: { ...plain, endOf: () => undefined, usage: () => usageOf({}) },
}

const GEMINI = /:(?:stream)?generatecontent$/i
const GEMINI_STREAM = /:streamgeneratecontent$/i
/** Gemini's and Vertex's, and OpenAI's. */
const COUNT = /:counttokens$|\/responses\/input_tokens$/i
const CONVERSE = /^\/model\/.+\/converse$/i
/** Claude at other vendors: Anthropic's language, at their own addresses. */
const CLAUDE = /\/anthropic\/models\/[^/]+:(?:stream)?rawpredict$|^\/model\/(?=[^/]*anthropic\.).+\/invoke$/i

/** The dialect whose place the path ends with, the longest one: `/chat/completions` is no `/completions`. */
export function dialectAt(reading: string, dialects: readonly Dialect[]): Dialect | undefined {
  const path = reading.toLowerCase()
  if (CLAUDE.test(path)) return dialects.find(({ name }) => name === 'anthropic-messages')
  return dialects
    .filter(dialect => path.endsWith(placeOf(dialect)))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

/** Where a dialect lives below a base URL. */
export const placeOf = ({ path }: Dialect): string => path.replace(/^\/v1(?=\/)/, '')

/** How the answer of a call is read; undefined where nobody knows its language. */
export function readingAt(reading: string, dialect: Dialect | undefined): Reading | undefined {
  if (dialect !== undefined) return { lens: dialect }
  if (GEMINI.test(reading)) return readGemini(GEMINI_STREAM.test(reading))
  if (COUNT.test(reading)) return readCount
  return CONVERSE.test(reading) ? readConverse : undefined
}
