import type { Child } from 'hono/jsx'
import { definePage, type Page, type PageRequest } from '../../src/contract/page.ts'
import { text } from '../../src/door/form.ts'
import { Dialog } from '../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../views/dialog-form.tsx'
import { Choice, Filters } from '../../views/filters.tsx'
import { List, ListChanged, ListCount } from '../../views/list.tsx'
import { readStateQuery, type StateQuery, toQuery } from '../../views/listing.ts'
import { shorten } from '../../views/name.tsx'
import { NewButton } from '../../views/new-button.tsx'
import { Beat, Pulse, readRound } from '../../views/pulse.tsx'
import { createForms } from './forms.tsx'
import type { Definition, DefinitionsPage, Drafted, Found, History, Wrong } from './model.ts'

type DialogData<T, D> =
  | { readonly kind: 'edit'; readonly draft: D }
  | { readonly kind: 'delete'; readonly thing: T }
  | { readonly kind: 'note'; readonly text: string }

interface Data<R, S extends string> extends Found<R> {
  readonly query: StateQuery<S>
  /** All that there are. */
  readonly count: number
}

interface DataWithDialog<T, D, R, S extends string> extends Data<R, S> {
  readonly dialog: DialogData<T, D> | undefined
}

type Read = (name: string) => string

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
  const { kind, path, title, states, definitions, emptyDraft, draftOf } = sort
  const id = path.slice(1)
  const addressOf = ({ base }: PageRequest): string => `${base}/dashboard${path}`

  async function find(read: Read): Promise<Data<R, S | ''>> {
    const query = readStateQuery(read, states)
    return { query, count: definitions.list().length, ...(await sort.find(query)) }
  }

  /** The dialog that the address asks for: `?new`, `?edit=NAME` or `?delete=NAME`. */
  function dialogOf(params: URLSearchParams): DialogData<T, D> | undefined {
    if (params.has('new')) return { kind: 'edit', draft: emptyDraft }
    const name = params.get('edit') ?? params.get('delete')
    if (name === null) return undefined
    const thing = definitions.list().find(each => each.name === name)
    if (thing === undefined) return { kind: 'note', text: `There is no ${kind} “${shorten(name)}” any more.` }
    if (thing.declaredIn !== undefined)
      return { kind: 'note', text: `“${shorten(name)}” is declared in ${thing.declaredIn}: edit it there.` }
    return params.has('edit') ? { kind: 'edit', draft: draftOf(thing) } : { kind: 'delete', thing }
  }

  function dialog(data: DialogData<T, D>, request: PageRequest): Child {
    if (data.kind === 'edit') return sort.editor(data.draft, undefined, request) as Child
    if (data.kind === 'delete') return sort.deletion(data.thing, undefined, request) as Child
    return <Remark text={data.text} page={addressOf(request)} />
  }

  const table = ({ query, listing, count }: Data<R, S | ''>, request: PageRequest) => (
    <List
      id={id}
      noun={kind}
      label={title}
      caption={sort.caption}
      headings={sort.headings}
      page={addressOf(request)}
      query={query}
      listing={listing}
      all={count}
      maker={request.admin}
      about={sort.about}
      row={found => sort.row(found, query, request)}
    />
  )

  const howMany = ({ listing, count, beside }: Data<R, S | ''>) => (
    <ListCount noun={kind} total={listing.total} all={count}>
      {beside}
    </ListCount>
  )

  function view(data: DataWithDialog<T, D, R, S | ''>, request: PageRequest) {
    const { query } = data
    const address = addressOf(request)
    const search = { label: `Search ${id}`, placeholder: sort.searched, value: query.q }
    return (
      <>
        <header class="top">
          <div>
            <h1>{title}</h1>
            <p class="lead">{sort.lead}</p>
          </div>
          <NewButton
            id="new"
            noun={kind}
            page={address}
            href={address + toQuery(query, { new: '' })}
            admin={request.admin}
          />
        </header>
        <Filters path={address} into={id} search={search}>
          <Choice name="state" label="State" value={query.state} options={states} />
          {howMany(data)}
        </Filters>
        {table(data, request)}
        <Pulse from={`${address}/now`} page={address + toQuery(query)} round={0} isFiltered />
        <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'delete']}>
          {data.dialog && dialog(data.dialog, request)}
        </Dialog>
      </>
    )
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
  return definePage<DataWithDialog<T, D, R, S | ''>>({
    path,
    title,
    nav: sort.nav,
    load: async ({ url: { searchParams } }) => ({
      ...(await find(readerOf(searchParams))),
      dialog: dialogOf(searchParams),
    }),
    view,
    parts: { now },
    actions: { ...forms, ...sort.asks },
    asks: Object.keys(sort.asks),
  })
}

const readerOf =
  (params: URLSearchParams): Read =>
  name =>
    params.get(name) ?? ''
