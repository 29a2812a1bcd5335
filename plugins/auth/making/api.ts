import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { rollInput } from '../input.ts'
import type { KeyUses } from '../uses.ts'
import { toListed, toView } from '../views-of.ts'
import { madeInput } from './input.ts'
import type { Making } from './making.ts'
import { ownCreatedView, ownListedView, ownView, toOwn } from './views-of.ts'

interface Deps {
  readonly making: Making
  readonly uses: Pick<KeyUses, 'of'>
  readonly now: () => number
}

const shared = { access: 'caller', tag: 'Keys' } as const

/** `/v1/keys`: the holder of a key that makes keys lists, makes, rolls and revokes its own. */
export function createMakingApi({ making, uses, now }: Deps): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/v1/keys',
      summary: 'The keys that yours has made',
      description: ABOUT,
      answer: { about: 'Oldest first; a key itself is never shown again', schema: v.array(ownListedView) },
      refusals: [403],
      async run({ x }) {
        const rows = making.list(x!.caller)
        const used = await uses.of(rows.map(({ id }) => id))
        return rows.map(row => toOwn(toListed(row, now(), used)))
      },
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/v1/keys',
      audited: true,
      summary: 'Make a key below yours',
      description: `${ABOUT} It reaches at most what yours does, at every call: also where yours is narrowed later. It has the labels of yours, makes no keys, and operates nothing.`,
      body: madeInput,
      example: { name: 'Invoices, staging', user_path: '/team/alpha/invoices' },
      answer: { status: 201, about: 'The key, shown this once', schema: ownCreatedView },
      refusals: [403, 409, 422],
      async run({ body, x }) {
        const { row, key } = await making.make(x!.caller, body)
        return { ...toOwn(toView(row, now())), key }
      },
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/v1/keys/:id/roll',
      audited: true,
      summary: 'Replace a key that yours has made',
      description:
        'The old key goes on working for `grace_seconds` (an hour unless told otherwise). One old key works beside the new one: the grace of an earlier roll ends.',
      body: rollInput,
      example: { grace_seconds: 3600 },
      answer: { about: 'The new key, shown this once', schema: ownCreatedView },
      refusals: [403, 404, 409],
      async run({ params, body, x }) {
        const { row, key } = await making.roll(x!.caller, params.id ?? '', body.grace_seconds * 1000)
        return { ...toOwn(toView(row, now())), key }
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: '/v1/keys/:id',
      audited: true,
      summary: 'Revoke a key that yours has made',
      answer: { about: 'The revoked key', schema: ownView },
      refusals: [403, 404],
      async run({ params, x }) {
        return toOwn(toView(await making.revoke(x!.caller, params.id ?? ''), now()))
      },
    }),
  ]
}

const ABOUT =
  'For keys with `makes_keys`, which an operator gives: what they make stands at or below their path.'
