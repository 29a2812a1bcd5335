import { definePage, type Page } from '../../src/contract/page.ts'
import { shorten } from '../../views/name.tsx'
import { createActions } from './page/actions.tsx'
import { createDesk, type ModelsDesk, type ModelsPageDeps } from './page/desk.ts'
import { draftOf, emptyDraft } from './page/draft.ts'
import { type DialogData, type ModelsData, ModelsView } from './page/views.tsx'

/** Every provider model and every virtual model in one table, and the form that makes, changes and deletes the latter. */
export function createModelsPage(deps: ModelsPageDeps): Page {
  const desk = createDesk(deps)
  return definePage<ModelsData>({
    path: '/models',
    title: 'Models',
    nav: { group: 'Gateway', order: 11 },
    async load({ url }) {
      const dialog = await dialogOf(desk, url.searchParams)
      return {
        ...(await desk.load(name => url.searchParams.get(name) ?? '')),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <ModelsView data={data} request={request} />,
    actions: createActions(desk),
    asks: ['draft', 'effect', 'suggest'],
  })
}

/** The dialog that the address asks for: `?new`, `?edit=SOURCE` or `?delete=SOURCE`. */
async function dialogOf(
  { editing, find }: ModelsDesk,
  params: URLSearchParams,
): Promise<DialogData | undefined> {
  if (params.has('new')) {
    const [source, target] = [params.get('source'), params.get('target')]
    const draft = {
      ...emptyDraft,
      source: source ?? '',
      targets: [{ ...emptyDraft.targets[0]!, model: target ?? '' }],
    }
    const focus = target === null ? 'paths' : 'target'
    return { kind: 'edit', editing: await editing(draft, source === null ? {} : { focus }) }
  }
  const source = params.get('edit') ?? params.get('delete')
  if (source === null) return undefined
  const view = find(source)
  if (view === undefined)
    return { kind: 'note', text: `There is no virtual model “${shorten(source)}” any more.` }
  if (view.managed)
    return { kind: 'note', text: `“${shorten(source)}” is declared in ${view.declared_in}: edit it there.` }
  return params.has('edit')
    ? { kind: 'edit', editing: await editing(draftOf(view)) }
    : { kind: 'delete', view }
}
