import * as v from 'valibot'
import { isDay } from '../../src/base/calendar.ts'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import { parseUserPath } from '../../src/scope/user-path.ts'
import type { JsonObject, UserPath } from '../../src/types.ts'
import { type Operates, operations } from './model.ts'

/** What an operator says of a key. */
export interface NewKey {
  readonly name: string
  readonly description: string
  readonly userPath: UserPath | undefined
  readonly subPaths: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly allowedModels: readonly string[] | undefined
  readonly expiresAt: number | undefined
  readonly operates: Operates | undefined
  readonly makesKeys: boolean
}

const name = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('expected a name, it is empty'),
  v.maxLength(200, 'expected at most 200 characters'),
)
const label = v.pipe(v.string(), v.maxLength(200, 'expected at most 200 characters'))

const selector = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('expected a selector or a redirect name, it is empty'),
  v.maxLength(256, 'expected at most 256 characters'),
)
/** Each key stands in memory with all that it says. */
const MAX_LABELS = 64
const MAX_SELECTORS = 1000

export const OPERATES =
  'What its holder may do at the admin API and the dashboard: `read` looks at everything, `write` changes everything, keys too; null: neither, it is for calls only. `user_path` and `allowed_models` bind its calls, not this'

export const MAKES_KEYS =
  'Its holder makes, lists, rolls and revokes keys at `/v1/keys`: at or below its `user_path`, which it needs, and for at most what it may call itself'

/** The body of `POST /admin/keys` and `PUT /admin/keys/:id`. */
export const keyInput = v.strictObject({
  name: says('Who holds it', name),
  description: says(
    'For people; callers never see it',
    v.optional(v.pipe(v.string(), v.maxLength(2000, 'expected at most 2000 characters')), ''),
  ),
  user_path: says(
    'Every call with the key is made on behalf of this path; null: the caller names one',
    v.optional(v.nullable(v.string())),
  ),
  sub_paths: says('The caller may name a path below `user_path`', v.optional(v.boolean(), false)),
  labels: says(
    'Usage can be summed by them',
    v.optional(
      v.pipe(
        v.record(v.pipe(label, v.nonEmpty('expected a label name, it is empty')), label),
        v.maxEntries(MAX_LABELS, `expected at most ${MAX_LABELS} labels`),
      ),
      {},
    ),
  ),
  allowed_models: says(
    'Selectors and names of redirects; null: all that its path may use',
    v.optional(
      v.nullable(
        v.pipe(
          v.array(selector),
          v.maxLength(MAX_SELECTORS, `expected at most ${MAX_SELECTORS} selectors and names`),
        ),
      ),
    ),
  ),
  expires_at: says(
    'When it stops; null: when it is revoked',
    v.optional(
      v.nullable(v.pipe(v.string(), v.isoTimestamp('expected a time such as 2027-01-31T12:00:00Z'))),
    ),
  ),
  operates: says(
    OPERATES,
    v.optional(v.nullable(v.picklist(operations, `expected ${operations.join(' or ')}, or null`))),
  ),
  makes_keys: says(MAKES_KEYS, v.optional(v.boolean(), false)),
})

/** The body of `POST /admin/keys/:id/roll`. */
export const rollInput = v.strictObject({
  grace_seconds: says(
    'How long the old key goes on working',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(30 * 86_400)), 3600),
  ),
})

interface Clock {
  readonly now: number
  /** The expiry that the key has already: it may stay, though it may have passed. */
  readonly present?: number | null | undefined
}

/** A checked body as a key. */
export const toNewKey = (body: v.InferOutput<typeof keyInput>, clock: Clock): NewKey => ({
  name: body.name,
  description: body.description,
  userPath: toPath(body.user_path, body),
  subPaths: body.sub_paths,
  labels: body.labels,
  allowedModels: body.allowed_models ?? undefined,
  expiresAt: toExpiry(body.expires_at, clock),
  operates: body.operates ?? undefined,
  makesKeys: body.makes_keys,
})

/** Reads what history kept: those of its fields that an operator may set. */
export function fromRecord(state: JsonObject, clock: Clock): NewKey {
  const fields = Object.keys(keyInput.entries).filter(field => Object.hasOwn(state, field))
  return toNewKey(check(keyInput, Object.fromEntries(fields.map(field => [field, state[field]]))), clock)
}

/** `needs` are the fields that say nothing without a path. */
export function toPath(
  text: string | null | undefined,
  needs: { readonly sub_paths?: boolean; readonly makes_keys?: boolean } = {},
): UserPath | undefined {
  try {
    const path = parseUserPath(text ?? '')
    for (const param of ['sub_paths', 'makes_keys'] as const)
      if (path === undefined && needs[param] === true)
        refuse('invalid_value', `Field "${param}" needs a "user_path" to be below`, { param })
    return path
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('invalid_value', error.message, { param: 'user_path' })
    throw error
  }
}

export function toExpiry(text: string | null | undefined, { now, present }: Clock): number | undefined {
  if (text == null) return undefined
  if (!isDay(text.slice(0, 10)))
    refuse('invalid_value', `Field "expires_at" names a day that is in no calendar: "${text}"`, {
      param: 'expires_at',
    })
  const at = Date.parse(text)
  if (at !== present && !(at > now))
    refuse('invalid_value', `Field "expires_at" must lie in the future, "${text}" does not`, {
      param: 'expires_at',
    })
  return at
}
