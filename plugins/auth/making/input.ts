import * as v from 'valibot'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import { isCovered } from '../../../src/scope/selector.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import { keyInput, type NewKey, toExpiry, toPath } from '../input.ts'
import type { KeyRow } from '../views-of.ts'

const { name, description, sub_paths, allowed_models, expires_at } = keyInput.entries

/** The body of `POST /v1/keys`: what an operator says of a key, but for what decides over others, and over money. */
export const madeInput = v.strictObject({
  name,
  description,
  user_path: says('At or below that of your key; null: the same', v.optional(v.nullable(v.string()))),
  sub_paths,
  allowed_models: says(
    'Of what your key may call: selectors and names of redirects; null: all of it',
    allowed_models,
  ),
  expires_at: says('When it stops, no later than your key; null: when your key does', expires_at),
})

/** A checked body as a key, within what its maker has. */
export const toMadeKey = (body: v.InferOutput<typeof madeInput>, maker: KeyRow, now: number): NewKey => ({
  name: body.name,
  description: body.description,
  userPath: toPathBelow(body.user_path, maker.userPath as UserPath),
  subPaths: body.sub_paths,
  labels: maker.labels,
  allowedModels: toModels(body.allowed_models, maker.allowedModels),
  expiresAt: toEnd(body.expires_at, maker.expiresAt, now),
  operates: undefined,
  makesKeys: false,
})

function toPathBelow(text: string | null | undefined, above: UserPath): UserPath {
  const path = toPath(text) ?? above
  return isInside(path, new Set([above]))
    ? path
    : refuse(
        'invalid_value',
        `Field "user_path": "${path}" is not at or below "${above}", where your key stands`,
        {
          param: 'user_path',
        },
      )
}

/** By their words alone: what is there, and who may call it, is no matter here, and not told. */
function toModels(
  wanted: readonly string[] | null | undefined,
  own: readonly string[] | null,
): readonly string[] | undefined {
  const all = new Set(own)
  const beyond = own === null ? undefined : wanted?.find(each => !isCovered(each, all))
  if (beyond !== undefined)
    refuse('invalid_value', `Field "allowed_models": "${beyond}" is not within what your key may call`, {
      param: 'allowed_models',
    })
  return wanted ?? undefined
}

function toEnd(text: string | null | undefined, last: number | null, now: number): number | undefined {
  const end = toExpiry(text, { now }) ?? last ?? undefined
  if (last !== null && end !== undefined && end > last)
    refuse(
      'invalid_value',
      `Field "expires_at" must be no later than the end of your key, ${new Date(last).toISOString()}`,
      {
        param: 'expires_at',
      },
    )
  return end
}
