import * as v from 'valibot'
import type { Row } from './log.ts'

const text = v.nullable(v.string())
const count = v.nullable(v.number())

export const tokenParts = {
  input: 'input',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_1h: 'cacheWriteHour',
  audio_input: 'audioInput',
  image_input: 'imageInput',
  output: 'output',
  reasoning: 'reasoning',
  audio_output: 'audioOutput',
  image_output: 'imageOutput',
} as const satisfies Record<string, keyof Row>

const tokensView = v.object({
  input: count,
  cache_read: count,
  cache_write: count,
  cache_write_1h: count,
  audio_input: count,
  image_input: count,
  output: count,
  reasoning: count,
  audio_output: count,
  image_output: count,
})

/** One line of the log: a call, a try of it that failed and cost something all the same, or an answer of a conversation. */
export const lineView = v.object({
  id: v.pipe(v.string(), v.description('Of the call')),
  part: v.pipe(
    v.number(),
    v.description(
      '0: the call; n: its n-th try, which failed and cost tokens, or, without a `code`, what the batch used that it started, or the n-th answer of a conversation',
    ),
  ),
  at: v.string(),
  key: text,
  path: text,
  labels: v.nullable(v.record(v.string(), v.string())),
  session: text,
  dialect: v.string(),
  operation: v.string(),
  asked: text,
  virtual_model: text,
  chain: v.nullable(v.array(v.string())),
  strategy: text,
  pick: text,
  provider: text,
  model: text,
  attempts: v.nullable(
    v.array(v.object({ provider: v.string(), model: v.string(), status: count, code: text, ms: v.number() })),
  ),
  status: v.number(),
  code: text,
  streamed: v.boolean(),
  first_byte_ms: count,
  total_ms: v.number(),
  finish: text,
  hung_up: v.boolean(),
  tokens: v.pipe(v.nullable(tokensView), v.description('Null is not known, or not told apart')),
  billing: v.nullable(v.picklist(['exact', 'partial', 'estimated'])),
  cached: v.pipe(
    v.boolean(),
    v.description('The answer was stored: nobody was asked, and `model` is who gave it when it was new'),
  ),
  mirrored: v.pipe(
    v.boolean(),
    v.description('The copy of the call of this id, which went to a mirror: its caller knows nothing of it'),
  ),
  similarity: v.pipe(
    count,
    v.description(
      'How alike the question was to which a stored answer was first given, up to 1; null where it was the same',
    ),
  ),
  saved_nano: v.pipe(count, v.description('What a stored answer would have cost; null when it is not known')),
  batch: v.boolean(),
  terms: v.pipe(
    text,
    v.description('Why it does not have the usual price: `flex`, `priority`, `fast`, `us`'),
  ),
  cost_nano: v.pipe(count, v.description('0.000000001 US dollars; null when it is not known')),
  price_source: v.pipe(
    text,
    v.description('`reported`, `operator`, `bundled`; `list`: the usual price, and more was asked'),
  ),
  price_version: text,
})

export type Line = v.InferOutput<typeof lineView>

export const toLine = (row: Row): Line => ({
  id: row.requestId,
  part: row.part,
  at: new Date(row.at).toISOString(),
  key: row.keyId,
  path: row.userPath,
  labels: row.labels,
  session: row.session,
  dialect: row.dialect,
  operation: row.operation,
  asked: row.asked,
  virtual_model: row.virtualModel,
  chain: row.chain && [...row.chain],
  strategy: row.strategy,
  pick: row.pick,
  provider: row.provider,
  model: row.model,
  attempts: row.attempts && [...row.attempts],
  status: row.status,
  code: row.code,
  streamed: row.streamed,
  first_byte_ms: row.firstByteMs,
  total_ms: row.totalMs,
  finish: row.finish,
  hung_up: row.hungUp,
  tokens: toTokens(row),
  billing: row.billing,
  cached: row.cached,
  mirrored: row.mirrored,
  similarity: row.similarity,
  saved_nano: row.savedNano,
  batch: row.batch,
  terms: row.terms,
  cost_nano: row.costNano,
  price_source: row.priceSource,
  price_version: row.priceVersion,
})

function toTokens(row: Row): Line['tokens'] {
  const tokens = Object.fromEntries(Object.entries(tokenParts).map(([name, field]) => [name, row[field]]))
  return Object.values(tokens).every(count => count === null) ? null : (tokens as Line['tokens'])
}
