import * as v from 'valibot'
import { type Api, defineApi } from '../../../src/contract/api.ts'
import { refuse } from '../../../src/errors.ts'
import type { Scoped } from '../../../src/exchange.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import { rollInput } from '../input.ts'
import { type Keys, noSuchKey } from '../keys.ts'
import type { KeyUses } from '../uses.ts'
import { authorNameOf, type KeyRow, toListed, toView } from '../views-of.ts'
import { madeInput, toMadeKey } from './input.ts'
import { ownCreatedView, ownListedView, ownView, toOwn } from './views-of.ts'

interface Deps {
  readonly keys: Keys
  readonly uses: Pick<KeyUses, 'of'>
  readonly now: () => number
  /** So many keys of one maker work at a time. */
  readonly most: number
}

const shared = { access: 'caller', tag: 'Keys' } as const

/** `/v1/keys`: the holder of a key that makes keys lists, makes, rolls and revokes its own. */
export function createMakingApi({ keys, uses, now, most }: Deps): Api[] {
  /** What a maker has at hand. A key that operators have moved away from its path is theirs. */
  const madeBy = ({ id, userPath }: KeyRow): readonly KeyRow[] => {
    const above = new Set([userPath ?? ''])
    return keys
      .madeBy(id)
      .filter(made => made.userPath !== null && isInside(made.userPath as UserPath, above))
  }
  const find = (maker: KeyRow, id: string): KeyRow =>
    madeBy(maker).find(made => made.id === id) ?? noSuchKey(id)
  const works = ({ id }: KeyRow): boolean => keys.callerOf(id) !== undefined

  function checkMaker(row: KeyRow | undefined): KeyRow {
    if (!row?.makesKeys || row.userPath === null || !works(row)) refuse('forbidden', NO_MAKER)
    return row
  }
  const makerOf = ({ caller }: Scoped): KeyRow => checkMaker(keys.rowOf(caller.id))
  function checkRoom(maker: KeyRow): void {
    if (keys.madeBy(maker.id).filter(works).length >= most)
      refuse('conflict', `Your key has ${most} keys that work, and may have no more: revoke one first`)
  }

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
        const rows = madeBy(makerOf(x!)).toSorted((a, b) => a.createdAt - b.createdAt)
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
        const { id } = makerOf(x!)
        const read = (maker: KeyRow) => {
          // It may have had to wait, and its maker may have been revoked meanwhile.
          checkRoom(checkMaker(maker))
          return toMadeKey(body, maker, now())
        }
        const { row, key } = await keys.make(id, read, { author: authorOf(x!) })
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
        const { id } = find(makerOf(x!), params.id ?? '')
        const { row, key } = await keys.roll(id, body.grace_seconds * 1000, { author: authorOf(x!) })
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
        const { id } = find(makerOf(x!), params.id ?? '')
        return toOwn(toView(await keys.revoke(id, { author: authorOf(x!) }), now()))
      },
    }),
  ]
}

const ABOUT =
  'For keys with `makes_keys`, which an operator gives: what they make stands at or below their path.'

const NO_MAKER =
  'Your key makes no keys: an operator can let it, with "makes_keys", and makes keys at /admin/keys'

const authorOf = ({ caller }: Scoped): string => authorNameOf(caller)
