import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import { Nothing } from '../../../views/nothing.tsx'
import { Pager, Table } from '../../../views/table.tsx'
import type { KeyRow } from '../views-of.ts'
import { Gone, Revoking, Rolling } from './dialogs.tsx'
import { type Editing, Editor } from './editor.tsx'
import { KeyLine } from './line.tsx'
import { type Listed, type Query, states } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'roll' | 'revoke'; readonly row: KeyRow }
  | { readonly kind: 'gone' }

export interface KeysData {
  readonly query: Query
  readonly listing: Listing<Listed>
  /** All keys there are. */
  readonly count: number
  readonly now: number
  readonly dialog?: DialogData
}

export function KeysView({ data, request }: { data: KeysData; request: PageRequest }) {
  const path = `${request.base}/dashboard/keys`
  return (
    <>
      <header class="top">
        <div>
          <h1>API keys</h1>
          <p class="lead">Who may call, on whose behalf, and which models they reach.</p>
        </div>
        <NewButton id="new" noun="API key" page={path} href={path + toQuery(data.query, { new: '' })} />
      </header>
      <KeyFilters data={data} path={path} />
      <KeysTable data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'roll', 'revoke']}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'roll') return <Rolling row={dialog.row} request={request} />
  if (dialog.kind === 'revoke') return <Revoking row={dialog.row} request={request} />
  return <Gone request={request} />
}

/** What changes after a write, each part where it belongs; `inDialog` is what the dialog says then. */
export const Changed = ({
  data,
  request,
  inDialog,
  notice,
}: {
  data: KeysData
  request: PageRequest
  inDialog?: Child
  notice?: Child
}) => (
  <>
    {inDialog}
    <hx-partial hx-target="#keys" hx-swap="outerHTML">
      <KeysTable data={data} request={request} />
    </hx-partial>
    <hx-partial hx-target="#count" hx-swap="outerHTML">
      <Count data={data} />
    </hx-partial>
    {notice}
  </>
)

const KeyFilters = ({ data, path }: { data: KeysData; path: string }) => {
  const search = {
    label: 'Search keys',
    placeholder: 'Search names, paths, models, labels',
    value: data.query.q,
  }
  return (
    <Filters path={path} into="keys" search={search}>
      <Choice name="state" label="State" value={data.query.state} options={states} />
      <Count data={data} />
    </Filters>
  )
}

const Count = ({ data: { listing, count } }: { data: KeysData }) => (
  <p id="count" class="count" role="status">
    {listing.total === count
      ? `${count.toLocaleString('en')} ${count === 1 ? 'key' : 'keys'}`
      : `${listing.total.toLocaleString('en')} of ${count.toLocaleString('en')}`}
  </p>
)

function KeysTable({ data, request }: { data: KeysData; request: PageRequest }) {
  const { listing, query, count, now } = data
  const path = `${request.base}/dashboard/keys`
  return (
    <section id="keys" tabindex={-1} aria-label="API keys">
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <Nothing noun="key" isFiltered={count > 0} page={path}>
          Give each team or service a key of its own: bound to its path, limited to the models it needs, and
          revoked without touching anybody else.
        </Nothing>
      ) : (
        <Table caption="API keys" headings={['Key', 'On behalf of', 'May use', 'Labels', 'State', '']}>
          {listing.rows.map(key => (
            <KeyLine listed={key} query={query} now={now} base={request.base} />
          ))}
        </Table>
      )}
      <Pager page={listing.page} pages={listing.pages} href={page => path + toQuery({ ...query, page })} />
    </section>
  )
}
