import { definePage, type Page } from '../../src/contract/page.ts'
import { createActions } from './page/actions.tsx'
import type { KeysDesk, KeysPageDeps } from './page/desk.ts'
import { draftOf, emptyDraft } from './page/draft.ts'
import { listKeys, readQuery } from './page/rows.ts'
import { type DialogData, type KeysData, KeysView } from './page/views.tsx'

/** All managed keys, and the forms that make, change, roll and revoke them. */
export function createKeysPage({ keys, uses, now, isOpen, unknownModels }: KeysPageDeps): Page {
  const desk: KeysDesk = {
    keys,
    uses,
    now,
    unknownModels,
    locksOut: isOpen,
    workingMade: id => keys.madeBy(id).filter(made => keys.callerOf(made.id) !== undefined).length,
    async load(read) {
      const query = readQuery(read)
      const rows = keys.list()
      const ofAll = query.state === 'unused' ? await uses.of(rows.map(({ id }) => id)) : undefined
      const listing = listKeys(rows, query, { now: now(), uses: ofAll })
      const used = ofAll ?? (await uses.of(listing.rows.map(({ row }) => row.id)))
      return { query, listing, uses: used, count: rows.length, now: now() }
    },
  }
  return definePage<KeysData>({
    path: '/keys',
    title: 'API keys',
    nav: { group: 'Access', order: 20 },
    async load({ url }) {
      const dialog = await dialogOf(desk, url.searchParams)
      return {
        ...(await desk.load(name => url.searchParams.get(name) ?? '')),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <KeysView data={data} request={request} />,
    actions: createActions(desk),
    asks: ['doubt'],
  })
}

/** The dialog that the address asks for: `?new`, `?edit=ID`, `?roll=ID` or `?revoke=ID`. */
async function dialogOf(
  { keys, uses, now, locksOut, workingMade }: KeysDesk,
  params: URLSearchParams,
): Promise<DialogData | undefined> {
  if (params.has('new')) return { kind: 'edit', editing: { draft: emptyDraft, locksOut: locksOut() } }
  for (const kind of ['edit', 'roll', 'revoke'] as const) {
    const wanted = params.get(kind)
    if (wanted === null) continue
    const row = keys.list().find(({ id, revokedAt }) => id === wanted && revokedAt === null)
    if (row === undefined) return { kind: 'gone' }
    if (kind === 'edit')
      return {
        kind,
        editing: { draft: draftOf(row), locksOut: false, maker: keys.nameOf(row.madeBy ?? '') },
      }
    return kind === 'roll'
      ? { kind, row }
      : { kind, row, uses: await uses.of([row.id]), now: now(), made: workingMade(row.id) }
  }
  return undefined
}
