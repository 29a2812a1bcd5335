import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { parseUserPath } from '../../src/scope/user-path.ts'
import type { UserPath } from '../../src/types.ts'
import { type Cache, sharings } from './model.ts'

const shared = { path: '/admin/cache', access: 'admin', tag: 'Cache' } as const
const count = v.number()
const SECOND = 1000

const figures = {
  entries: v.pipe(count, v.description('Answers that are stored')),
  bytes: v.pipe(count, v.description('What they take')),
  hits: v.pipe(count, v.description('Calls that got one, since the start')),
  joined: v.pipe(count, v.description('Of these, calls that waited for the answer to an equal one')),
  similar: v.pipe(
    count,
    v.description('Of these, calls that got the answer to a question that means the same'),
  ),
  misses: v.pipe(count, v.description('Calls that might have got one, since the start')),
}

const view = v.object({
  models: v.pipe(
    v.array(v.string()),
    v.description('Selectors and redirects of CACHE_MODELS; empty: the cache is off'),
  ),
  ttl_seconds: says('How long an answer is kept', count),
  size: v.pipe(count, v.description('Bytes that it may take')),
  wait_seconds: v.pipe(count, v.description('How long a call waits for the answer to an equal one')),
  shared_by: says('Whose answers callers get', v.picklist(sharings)),
  similar_to: v.pipe(
    v.nullable(
      v.object({
        models: says('Whose questions', v.array(v.string())),
        embeddings: says('The model that says what they mean', v.string()),
        least: says('How alike they must be', v.number()),
      }),
    ),
    v.description('Where questions that mean the same get each other’s answers; null: nowhere'),
  ),
  ...figures,
  unclear: v.pipe(count, v.description('Questions of which nobody could say in time what they mean')),
  evictions: v.pipe(count, v.description('Answers that went early, because others wanted their room')),
  by_model: v.pipe(
    v.array(v.object({ model: says('`provider/id`', v.string()), ...figures })),
    v.description('By the `provider/id` that answered'),
  ),
})

const text = (about: string) => v.optional(v.pipe(v.string(), v.maxLength(512), v.description(about)))

/** `GET` and `DELETE /admin/cache`. */
export const createCacheApi = ({ settings, everywhere }: Pick<Cache, 'settings' | 'everywhere'>): Api[] => [
  defineApi({
    ...shared,
    method: 'GET',
    summary: 'Stored answers: settings, and how they are used',
    answer: { about: 'How it stands now', schema: view },
    async run() {
      const { figures, models, caches } = await everywhere.look()
      return {
        models: [...settings.models],
        ttl_seconds: settings.ttl / SECOND,
        size: settings.size * caches,
        wait_seconds: settings.wait / SECOND,
        shared_by: settings.sharedBy,
        similar_to: toView(settings.similar),
        ...figures,
        by_model: models,
      }
    },
  }),
  defineApi({
    ...shared,
    method: 'DELETE',
    summary: 'Throw stored answers away',
    description:
      'All of them, or those that a model gave, or that were given to callers of a user path; with both, what is meant by both. Answers that are under way meanwhile are not stored.',
    query: v.strictObject({
      model: text('`provider/id`, `provider/`, `id`, or a redirect that led to it'),
      user_path: text('This path and all below it'),
    }),
    answer: { about: 'How many were thrown away', schema: v.object({ removed: says('How many', count) }) },
    run: async ({ query: { model, user_path: path } }) => ({
      removed: await everywhere.purge({ model, userPath: path === undefined ? undefined : readPath(path) }),
    }),
  }),
]

const toView = (similar: Cache['settings']['similar']) =>
  similar ? { ...similar, models: [...similar.models] } : null

/** An empty path would mean all of them, which nobody says by mistake. */
function readPath(text: string): UserPath {
  let path: UserPath | undefined
  try {
    path = parseUserPath(text)
  } catch (error) {
    refuse('invalid_request', `Field "user_path": ${(error as Error).message}`, { param: 'user_path' })
  }
  return path ?? refuse('invalid_request', 'Field "user_path" is empty: name a path', { param: 'user_path' })
}
