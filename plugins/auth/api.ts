import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import { refuse } from '../../src/errors.ts'
import type { UserPath } from '../../src/types.ts'
import { parseUserPath } from '../../src/user-path.ts'
import type { Keys } from './keys.ts'

const name = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('expected a name, it is empty'),
  v.maxLength(200, 'expected at most 200 characters'),
)
const label = v.pipe(v.string(), v.maxLength(200, 'expected at most 200 characters'))

const newKey = v.strictObject({
  name,
  description: v.optional(v.pipe(v.string(), v.maxLength(2000, 'expected at most 2000 characters')), ''),
  user_path: v.optional(v.nullable(v.string())),
  sub_paths: v.optional(v.boolean(), false),
  labels: v.optional(v.record(v.pipe(label, v.nonEmpty('expected a label name, it is empty')), label), {}),
  allowed_models: v.optional(
    v.nullable(
      v.array(
        v.pipe(v.string(), v.trim(), v.nonEmpty('expected a selector or a redirect name, it is empty')),
      ),
    ),
  ),
  expires_at: v.optional(
    v.nullable(v.pipe(v.string(), v.isoTimestamp('expected a time such as 2027-01-31T12:00:00Z'))),
  ),
})

const keyView = v.object({
  id: v.string(),
  name: v.string(),
  description: v.string(),
  last_four: v.string(),
  user_path: v.nullable(v.string()),
  sub_paths: v.boolean(),
  labels: v.record(v.string(), v.string()),
  allowed_models: v.nullable(v.array(v.string())),
  status: v.picklist(['active', 'expired', 'revoked']),
  created_at: v.string(),
  expires_at: v.nullable(v.string()),
  revoked_at: v.nullable(v.string()),
})
const createdView = v.object({ ...keyView.entries, key: v.string(), warning: v.optional(v.string()) })

type Row = ReturnType<Keys['list']>[number]
const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

const view = (row: Row, now: number): v.InferOutput<typeof keyView> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  last_four: row.lastFour,
  user_path: row.userPath,
  sub_paths: row.subPaths,
  labels: row.labels,
  allowed_models: row.allowedModels,
  status:
    row.revokedAt !== null
      ? 'revoked'
      : (row.expiresAt ?? Number.POSITIVE_INFINITY) <= now
        ? 'expired'
        : 'active',
  created_at: new Date(row.createdAt).toISOString(),
  expires_at: time(row.expiresAt),
  revoked_at: time(row.revokedAt),
})

const LOCKED_OUT =
  'The gateway was open to this machine; from now on callers need a key, and the admin API needs MODELWAY_MASTER_KEY: set it and restart'

interface Deps {
  readonly keys: Keys
  readonly now: () => number
  readonly hasMasterKey: boolean
}

/** `/admin/keys`: list, create, roll, revoke. */
export function createKeysApi({ keys, now, hasMasterKey }: Deps): Api[] {
  const shared = { access: 'admin', tag: 'Keys' } as const
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/keys',
      summary: 'All managed keys',
      answer: { about: 'Oldest first; a key itself is never shown again', schema: v.array(keyView) },
      run: () => keys.list().map(row => view(row, now())),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/keys',
      summary: 'Create a key',
      description:
        '`allowed_models` holds selectors (`/`, `provider/`, `provider/id`, `id`) and names of redirects. With `sub_paths` the caller may name a path below `user_path`.',
      body: newKey,
      example: { name: 'Team Alpha', user_path: '/team/alpha', allowed_models: ['smarter', 'openai/'] },
      answer: { status: 201, about: 'The key, shown this once', schema: createdView },
      refusals: [422],
      async run({ body }) {
        const opensLock = !hasMasterKey && !keys.exist()
        const { row, key } = await keys.create({
          name: body.name,
          description: body.description,
          userPath: toPath(body.user_path, body.sub_paths),
          subPaths: body.sub_paths,
          labels: body.labels,
          allowedModels: body.allowed_models ?? undefined,
          expiresAt: toFuture(body.expires_at, now()),
        })
        return { ...view(row, now()), key, ...(opensLock && { warning: LOCKED_OUT }) }
      },
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/keys/:id/roll',
      summary: 'Replace a key',
      description: 'The old key goes on working for `grace_seconds` (an hour unless told otherwise).',
      body: v.strictObject({
        grace_seconds: v.optional(
          v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(30 * 86_400)),
          3600,
        ),
      }),
      example: { grace_seconds: 3600 },
      answer: { about: 'The new key, shown this once', schema: createdView },
      refusals: [404, 409],
      async run({ params, body }) {
        const { row, key } = await keys.roll(params.id ?? '', body.grace_seconds * 1000)
        return { ...view(row, now()), key }
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: '/admin/keys/:id',
      summary: 'Revoke a key',
      answer: { about: 'The revoked key', schema: keyView },
      refusals: [404],
      run: async ({ params }) => view(await keys.revoke(params.id ?? ''), now()),
    }),
  ]
}

function toPath(text: string | null | undefined, subPaths: boolean): UserPath | undefined {
  try {
    const path = parseUserPath(text ?? '')
    if (path === undefined && subPaths)
      refuse('invalid_value', 'Field "sub_paths" needs a "user_path" to be below', { param: 'sub_paths' })
    return path
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('invalid_value', error.message, { param: 'user_path' })
    throw error
  }
}

function toFuture(text: string | null | undefined, now: number): number | undefined {
  if (text == null) return undefined
  const at = Date.parse(text)
  if (!(at > now))
    refuse('invalid_value', `Field "expires_at" must lie in the future, "${text}" does not`, {
      param: 'expires_at',
    })
  return at
}
