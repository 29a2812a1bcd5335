import type { PageRequest } from '../../src/contract/page.ts'
import { Dialog } from '../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../views/dialog-form.tsx'
import { Choice, Filters } from '../../views/filters.tsx'
import { List, ListCount } from '../../views/list.tsx'
import { type StateQuery, toQuery } from '../../views/listing.ts'
import { NewButton } from '../../views/new-button.tsx'
import { Pulse } from '../../views/pulse.tsx'
import type { Definition, DefinitionsPage, Drafted, Found, Wrong } from './model.ts'

/** What a dialog shows. */
export type DialogData<T, D> =
  | { readonly kind: 'edit'; readonly draft: D }
  | { readonly kind: 'delete'; readonly thing: T }
  | { readonly kind: 'note'; readonly text: string }

export interface ListData<R, S extends string> extends Found<R> {
  readonly query: StateQuery<S>
  /** All that there are. */
  readonly count: number
}

export interface PageData<T, D, R, S extends string> extends ListData<R, S> {
  readonly dialog: DialogData<T, D> | undefined
}

/** How the page of a kind of definitions looks, and the parts of it that change while it is open. */
export function createDefinitionsView<
  T extends Definition,
  D extends Drafted,
  M extends Wrong,
  R,
  S extends string,
>(sort: DefinitionsPage<T, D, M, R, S>) {
  const { kind, path, title } = sort
  const id = path.slice(1)
  const addressOf = ({ base }: PageRequest): string => `${base}/dashboard${path}`

  const table = ({ query, listing, count }: ListData<R, S | ''>, request: PageRequest) => (
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

  const howMany = ({ listing, count, beside }: ListData<R, S | ''>) => (
    <ListCount noun={kind} total={listing.total} all={count}>
      {beside}
    </ListCount>
  )

  const head = (query: StateQuery<S | ''>, request: PageRequest) => (
    <header class="top">
      <div>
        <h1>{title}</h1>
        <p class="lead">{sort.lead}</p>
      </div>
      <NewButton
        id="new"
        noun={kind}
        page={addressOf(request)}
        href={addressOf(request) + toQuery(query, { new: '' })}
        admin={request.admin}
      />
    </header>
  )

  function dialog(data: DialogData<T, D>, request: PageRequest) {
    if (data.kind === 'edit') return sort.editor(data.draft, undefined, request)
    if (data.kind === 'delete') return sort.deletion(data.thing, undefined, request)
    return <Remark text={data.text} page={addressOf(request)} />
  }

  const whole = (data: PageData<T, D, R, S | ''>, request: PageRequest) => {
    const { query } = data
    const address = addressOf(request)
    const search = { label: `Search ${id}`, placeholder: sort.searched, value: query.q }
    return (
      <>
        {head(query, request)}
        <Filters path={address} into={id} search={search}>
          <Choice name="state" label="State" value={query.state} options={sort.states} />
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

  return { id, addressOf, table, howMany, whole }
}
