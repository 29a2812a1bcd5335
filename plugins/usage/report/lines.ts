import * as v from 'valibot'
import { says } from '../../../src/contract/settings.ts'
import { tokenEntries } from './figures.ts'
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

const tokensView = v.object(tokenEntries(count))

const tryView = v.object({
  provider: says('Who was asked', v.string()),
  model: says('Its id there', v.string()),
  status: says('What it said', count),
  code: says('The error code; null where it began to answer', text),
  ms: says('Milliseconds until it began to answer, or failed', v.number()),
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
  at: says('When it arrived', v.string()),
  key: says('The id of the key; `master`, `open`; null where nobody knows who called', text),
  path: says('On whose behalf', text),
  labels: says('Those of the key, of headers and of the body', v.nullable(v.record(v.string(), v.string()))),
  session: says('What ties calls together', text),
  dialect: says('The language of the client', v.string()),
  operation: says('What was asked for: `chat`, `embeddings`, …', v.string()),
  asked: says('The model as the client named it', text),
  virtual_model: says('The redirect that it named', text),
  chain: says('All redirects on the way, outermost first', v.nullable(v.array(v.string()))),
  strategy: says('That of the redirect, where there was a choice', text),
  pick: says(
    'Why this target served: `session`, `caller` (they stay there), `user_path` (it names it), `strategy`, `needs` (it has what the call needs, and the one before has not) or `failover`',
    text,
  ),
  provider: says('Who served, or was tried last', text),
  model: says('Its id there', text),
  attempts: says('Every try, in order', v.nullable(v.array(tryView))),
  status: says('What the client got', v.number()),
  code: says('The error code; null where the answer came to its end', text),
  streamed: says('Answered as a stream', v.boolean()),
  first_byte_ms: says('Milliseconds to the first byte', count),
  total_ms: says('Milliseconds to the last byte', v.number()),
  queued_ms: says('Of these, milliseconds that it waited for room; null where it did not', count),
  finish: says('Why the model stopped, in the words of the dialect', text),
  hung_up: says('The client did not wait for the end', v.boolean()),
  tokens: v.pipe(v.nullable(tokensView), v.description('Null is not known, or not told apart')),
  billing: says(
    'How tokens are known; null when they are not',
    v.nullable(v.picklist(['exact', 'partial', 'estimated'])),
  ),
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
  batch: says('Billed as batches are', v.boolean()),
  terms: v.pipe(
    text,
    v.description('Why it does not have the usual price: `flex`, `priority`, `fast`, `us`'),
  ),
  cost_nano: v.pipe(count, v.description('0.000000001 US dollars; null when it is not known')),
  price_source: v.pipe(
    text,
    v.description('`reported`, `operator`, `bundled`; `list`: the usual price, and more was asked'),
  ),
  price_version: says('Of which prices', text),
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
  queued_ms: row.queuedMs,
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
