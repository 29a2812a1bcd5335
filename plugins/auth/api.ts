import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../src/contract/api.ts'
import { flag, says } from '../../src/contract/settings.ts'
import { authorOf, authorshipOf } from '../../src/door/author.ts'
import { etagOf, guardHeaders } from '../../src/door/precondition.ts'
import type { UnknownModels } from '../../src/scope/unknown-models.ts'
import { keyInput, type NewKey, rollInput, toNewKey } from './input.ts'
import type { Keys } from './keys.ts'
import type { KeyUses } from './uses.ts'
import {
  changedView,
  createdView,
  type KeyRow,
  listedView,
  revokedView,
  toListed,
  toView,
} from './views-of.ts'

const LOCKED_OUT =
  'The gateway was open to this machine; from now on callers need a key, and the admin API needs MODELWAY_MASTER_KEY: set it and restart'

interface Deps {
  readonly keys: Keys
  readonly uses: Pick<KeyUses, 'of'>
  readonly now: () => number
  /** Whoever is on this machine needs no key. */
  readonly isOpen: () => boolean
  readonly unknownModels: UnknownModels
}

const shared = { access: 'admin', tag: 'Keys' } as const
const versionTag = { ETag: 'Its version, for `If-Match`' }
const FIELDS =
  '`allowed_models` holds selectors (`/`, `provider/`, `provider/id`, `id`) and names of redirects; of one that names nothing now, the answer has a `warning`. With `sub_paths` the caller may name a path below `user_path`.'

const toWarning = (unknown: string, { userPath }: Pick<NewKey, 'userPath'>): string =>
  `Field "allowed_models" names what is not there now, for user path "${userPath ?? '/'}": ${unknown}`

/** `/admin/keys`: list, read, create, replace, roll, revoke. */
export function createKeysApi({ keys, uses, now, isOpen, unknownModels }: Deps): Api[] {
  /** With the version as entity tag. */
  const answer = (row: KeyRow, { status = 200, more = {} } = {}): Response =>
    answerJson({ ...toView(row, now()), ...more }, { status, headers: { etag: etagOf(row.version) } })

  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/keys',
      summary: 'All managed keys',
      query: v.strictObject({
        made_by: says('Only those that the key with this id has made', v.optional(v.string())),
      }),
      answer: { about: 'Oldest first; a key itself is never shown again', schema: v.array(listedView) },
      async run({ query: { made_by } }) {
        const rows = keys.list().filter(({ madeBy }) => made_by === undefined || madeBy === made_by)
        const used = await uses.of(rows.map(({ id }) => id))
        return rows.map(row => toListed(row, now(), used))
      },
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/keys',
      summary: 'Create a key',
      description: FIELDS,
      body: keyInput,
      example: { name: 'Team Alpha', user_path: '/team/alpha', allowed_models: ['smarter', 'openai/'] },
      answer: {
        status: 201,
        about: 'The key, shown this once',
        schema: createdView,
        headers: versionTag,
      },
      refusals: [422],
      async run({ body, admin }) {
        const input = toNewKey(body, { now: now() })
        const closesDoor = isOpen() && input.operates !== 'write'
        const { row, key } = await keys.create(input, { author: authorOf(admin!) })
        const unknown = await unknownModels(input.allowedModels ?? [], input.userPath)
        const warnings = [
          ...(closesDoor ? [LOCKED_OUT] : []),
          ...(unknown ? [toWarning(unknown, input)] : []),
        ]
        return answer(row, {
          status: 201,
          more: { key, ...(warnings.length > 0 && { warning: warnings.join('. ') }) },
        })
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/keys/:id',
      summary: 'One managed key',
      answer: { about: 'The key, without itself', schema: listedView, headers: versionTag },
      refusals: [404],
      async run({ params }) {
        const { id } = keys.get(params.id ?? '')
        const used = await uses.of([id])
        // Somebody may have changed it meanwhile.
        const row = keys.get(id)
        return answer(row, { more: toListed(row, now(), used) })
      },
    }),
    ...createChanges({ keys, now, answer, unknownModels }),
  ]
}

interface ChangesDeps extends Omit<Deps, 'isOpen' | 'uses'> {
  readonly answer: (row: KeyRow, options?: { readonly more?: object }) => Response
}

function createChanges({ keys, now, answer, unknownModels }: ChangesDeps): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'PUT',
      path: '/admin/keys/:id',
      summary: 'Say anew what a key may do',
      description: `Replaces all fields; the key itself stays, and stays revoked when it is. ${FIELDS}`,
      body: keyInput,
      example: { name: 'Team Alpha', user_path: '/team/alpha', allowed_models: ['smarter'] },
      heeds: guardHeaders,
      answer: { about: 'The key as it is now', schema: changedView, headers: versionTag },
      refusals: [404, 412, 422],
      async run(call) {
        const { id } = keys.get(call.params.id ?? '')
        const input = toNewKey(call.body, { now: now(), present: keys.get(id).expiresAt })
        const row = await keys.replace(id, input, authorshipOf(call))
        const unknown = await unknownModels(input.allowedModels ?? [], input.userPath)
        return answer(row, { more: { ...(unknown && { warning: toWarning(unknown, input) }) } })
      },
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/keys/:id/roll',
      summary: 'Replace a key',
      description:
        'The old key goes on working for `grace_seconds` (an hour unless told otherwise). One old key works beside the new one: the grace of an earlier roll ends.',
      body: rollInput,
      example: { grace_seconds: 3600 },
      heeds: guardHeaders,
      answer: { about: 'The new key, shown this once', schema: createdView, headers: versionTag },
      refusals: [404, 409, 412],
      async run(call) {
        const { row, key } = await keys.roll(
          call.params.id ?? '',
          call.body.grace_seconds * 1000,
          authorshipOf(call),
        )
        return answer(row, { more: { key } })
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: '/admin/keys/:id',
      summary: 'Revoke a key',
      description:
        'What it has made (`made_by`) goes on working, because services may run on that; with `?with_made=true` it is revoked, too. Sent again, that finishes what was broken off.',
      query: v.strictObject({
        with_made: says('Revoke also what it has made', v.optional(flag(), false)),
      }),
      heeds: guardHeaders,
      answer: { about: 'The revoked key', schema: revokedView, headers: versionTag },
      refusals: [404, 412],
      async run(call) {
        const { author, ifMatch } = authorshipOf(call)
        const row = await keys.revoke(call.params.id ?? '', { author, ifMatch })
        if (!call.query.with_made) return answer(row)
        return answer(row, { more: { made_revoked: await keys.revokeMade(row.id, { author }) } })
      },
    }),
  ]
}
