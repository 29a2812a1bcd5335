import { definePage, type Page, type PageRequest } from '../../src/contract/page.ts'
import { text } from '../../src/door/form.ts'
import { ListChanged } from '../../views/list.tsx'
import { readStateQuery, toQuery } from '../../views/listing.ts'
import { shorten } from '../../views/name.tsx'
import { Beat, readRound } from '../../views/pulse.tsx'
import { createDefinitionsView, type DialogData, type ListData, type PageData } from './definitions-view.tsx'
import { createForms } from './forms.tsx'
import type { Definition, DefinitionsPage, Drafted, History, Wrong } from './model.ts'

/**
 * The page of what operators define under a name: a list that is kept fresh, and the dialog that makes, changes and
 * deletes. `sort` says what it lists, and how that is written; all the rest is the same for each sort.
 */
export function createDefinitionsPage<
  T extends Definition,
  D extends Drafted,
  M extends Wrong,
  R,
  S extends string,
>(sort: DefinitionsPage<T, D, M, R, S>, history: Pick<History, 'deletionOf' | 'restore'>): Page {
  const { id, addressOf, table, howMany, whole } = createDefinitionsView(sort)

  async function find(read: (name: string) => string): Promise<ListData<R, S | ''>> {
    const query = readStateQuery(read, sort.states)
    return { query, count: sort.definitions.list().length, ...(await sort.find(query)) }
  }

  /** What keeps an open page fresh. */
  async function now(request: PageRequest) {
    const { searchParams } = request.url
    const data = await find(readerOf(searchParams))
    const address = addressOf(request)
    return (
      <Beat
        from={`${address}/now`}
        page={address + toQuery(data.query)}
        round={readRound(searchParams)}
        into={`#${id}`}
        count={howMany(data)}
      >
        {table(data, request)}
      </Beat>
    )
  }

  const forms = createForms(sort, history, async (form, request, notice) => {
    const data = await find(name => text(form, name))
    return <ListChanged id={id} list={table(data, request)} count={howMany(data)} notice={notice} />
  })
  return definePage<PageData<T, D, R, S | ''>>({
    path: sort.path,
    title: sort.title,
    nav: sort.nav,
    load: async ({ url: { searchParams } }) => ({
      ...(await find(readerOf(searchParams))),
      dialog: dialogOf(sort, searchParams),
    }),
    view: whole,
    parts: { now },
    actions: { ...forms, ...sort.asks },
    asks: Object.keys(sort.asks),
  })
}

const readerOf = (params: URLSearchParams) => (name: string) => params.get(name) ?? ''

type Sort<T extends Definition, D extends Drafted> = Pick<
  DefinitionsPage<T, D, Wrong, unknown, string>,
  'kind' | 'definitions' | 'emptyDraft' | 'draftOf'
>

/** The dialog that the address asks for: `?new`, `?edit=NAME` or `?delete=NAME`. */
function dialogOf<T extends Definition, D extends Drafted>(
  { kind, definitions, emptyDraft, draftOf }: Sort<T, D>,
  params: URLSearchParams,
): DialogData<T, D> | undefined {
  if (params.has('new')) return { kind: 'edit', draft: emptyDraft }
  const name = params.get('edit') ?? params.get('delete')
  if (name === null) return undefined
  const thing = definitions.list().find(each => each.name === name)
  if (thing === undefined) return { kind: 'note', text: `There is no ${kind} “${shorten(name)}” any more.` }
  if (thing.declaredIn !== undefined)
    return { kind: 'note', text: `“${shorten(name)}” is declared in ${thing.declaredIn}: edit it there.` }
  return params.has('edit') ? { kind: 'edit', draft: draftOf(thing) } : { kind: 'delete', thing }
}
