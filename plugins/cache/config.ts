import * as v from 'valibot'
import { bytes, csv, duration, retention, says, shown, text } from '../../src/contract/settings.ts'
import { ConfigError } from '../../src/errors.ts'
import { type Cache, type SimilarSettings, sharings } from './model.ts'

const LEAST = 1024 * 1024
const LONGEST_WAIT = 600_000

const SCORE = 'expected a number from 0.5 to 1, such as 0.95'
/** Below a half nearly everything is like everything. */
const score = () =>
  v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d*\.?\d+$/, SCORE), v.transform(Number))],
      SCORE,
    ),
    v.minValue(0.5, SCORE),
    v.maxValue(1, SCORE),
  )

export const config = v.object({
  models: says(
    'Whose answers are stored and given again to the same question: provider/id, provider/, id, / for all, or names of redirects, with commas. Unset: none',
    v.optional(csv(), []),
  ),
  ttl: says(
    'How long an answer may be given again',
    v.optional(
      v.pipe(
        retention(),
        v.check(ms => ms > 0, 'expected more than nothing; to switch it off, leave CACHE_MODELS empty'),
      ),
      '1h',
    ),
  ),
  size: says(
    'How much memory stored answers may take; a tenth of it for one',
    v.optional(v.pipe(bytes(), v.minValue(LEAST, 'expected at least 1M')), '64M'),
  ),
  wait: says(
    'How long a call waits for the answer to an equal one that is under way, instead of asking, too. 0: not at all',
    v.optional(v.pipe(duration(), v.maxValue(LONGEST_WAIT, 'expected at most 10m')), '30s'),
  ),
  sharedBy: says(
    'Who gets whose answers. user_path: callers of the same path (a key that is bound to none only its own); key: those with the same key; all: whoever may call the model',
    v.optional(shown(v.picklist(sharings, `expected one of ${sharings.join(', ')}`)), 'user_path'),
  ),
  similar: says(
    'Whose answers are also given to questions that mean the same in other words, named as in CACHE_MODELS: they are stored, too. Unset: none',
    v.optional(csv(), []),
  ),
  embeddings: says(
    'The model that says what a question means, by its name here: openai/text-embedding-3-small',
    v.optional(shown(text())),
  ),
  similarity: says(
    'How alike two questions have to be, as the cosine of their embeddings',
    v.optional(score(), 0.95),
  ),
})

export const env = {
  models: ['CACHE_MODELS'],
  ttl: ['CACHE_TTL'],
  size: ['CACHE_SIZE'],
  wait: ['CACHE_WAIT'],
  sharedBy: ['CACHE_SHARED_BY'],
  similar: ['CACHE_SIMILAR'],
  embeddings: ['CACHE_EMBEDDINGS'],
  similarity: ['CACHE_SIMILARITY'],
} as const

/** What is stored: answers of models that either list names. */
export function toSettings(given: v.InferOutput<typeof config>): Cache['settings'] {
  const { models, ttl, size, wait, sharedBy } = given
  const similar = toSimilar(given)
  return { ttl, size, wait, sharedBy, similar, models: [...new Set([...models, ...(similar?.models ?? [])])] }
}

function toSimilar(given: v.InferOutput<typeof config>): SimilarSettings | undefined {
  const { similar: models, embeddings, similarity: least } = given
  if (models.length === 0) return undefined
  if (embeddings === undefined)
    throw new ConfigError(
      'CACHE_SIMILAR needs CACHE_EMBEDDINGS: name the model that says what a question means',
    )
  return { models, embeddings, least }
}
