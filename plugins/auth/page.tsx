import { definePage, type Page } from '../../src/page.ts'
import { createActions } from './page/actions.tsx'
import type { KeysDesk, KeysPageDeps } from './page/desk.ts'
import { draftOf, emptyDraft } from './page/draft.ts'
import { listKeys, readQuery } from './page/rows.ts'
import { type DialogData, type KeysData, KeysView } from './page/views.tsx'

/** All managed keys, and the forms that make, change, roll and revoke them. */
export function createKeysPage({ keys, now, isOpen, unknownModels }: KeysPageDeps): Page {
  const desk: KeysDesk = {
    keys,
    now,
    unknownModels,
    locksOut: isOpen,
    load(read) {
      const query = readQuery(read)
      const rows = keys.list()
      return { query, listing: listKeys(rows, query, now()), count: rows.length, now: now() }
    },
  }
  return definePage<KeysData>({
    path: '/keys',
    title: 'API keys',
    nav: { group: 'Access', order: 20 },
    load({ url }) {
      const dialog = dialogOf(desk, url.searchParams)
      return {
        ...desk.load(name => url.searchParams.get(name) ?? ''),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <KeysView data={data} request={request} />,
    actions: createActions(desk),
    asks: ['doubt'],
  })
}

/** The dialog that the address asks for: `?new`, `?edit=ID`, `?roll=ID` or `?revoke=ID`. */
function dialogOf({ keys, locksOut }: KeysDesk, params: URLSearchParams): DialogData | undefined {
  if (params.has('new')) return { kind: 'edit', editing: { draft: emptyDraft, locksOut: locksOut() } }
  for (const kind of ['edit', 'roll', 'revoke'] as const) {
    const wanted = params.get(kind)
    if (wanted === null) continue
    const row = keys.list().find(({ id, revokedAt }) => id === wanted && revokedAt === null)
    if (row === undefined) return { kind: 'gone' }
    return kind === 'edit' ? { kind, editing: { draft: draftOf(row), locksOut: false } } : { kind, row }
  }
  return undefined
}
