import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { List, ListChanged, ListCount } from '../../../views/list.tsx'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import type { Uses } from '../uses.ts'
import type { KeyRow } from '../views-of.ts'
import { Gone, Revoking, Rolling } from './dialogs.tsx'
import { type Editing, Editor } from './editor.tsx'
import { KeyLine } from './line.tsx'
import { type Listed, type Query, states } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'roll'; readonly row: KeyRow }
  | {
      readonly kind: 'revoke'
      readonly row: KeyRow
      readonly uses: Uses
      readonly now: number
      readonly made: number
    }
  | { readonly kind: 'gone' }

export interface KeysData {
  readonly query: Query
  readonly listing: Listing<Listed>
  /** When those of the listing were last used. */
  readonly uses: Uses
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
        <NewButton
          id="new"
          noun="API key"
          page={path}
          href={path + toQuery(data.query, { new: '' })}
          admin={request.admin}
        />
      </header>
      <KeyFilters data={data} path={path} />
      <KeysTable data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'roll', 'revoke']}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

/** Where the dialogs of this page stand. */
export const placeOf = (request: PageRequest) => ({ page: `${request.base}/dashboard/keys`, request })

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'roll') return <Rolling row={dialog.row} {...placeOf(request)} />
  if (dialog.kind === 'revoke') return <Revoking {...dialog} {...placeOf(request)} />
  return <Gone {...placeOf(request)} />
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
    <ListChanged
      id="keys"
      list={<KeysTable data={data} request={request} />}
      count={<Count data={data} />}
      notice={notice}
    />
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

const Count = ({ data: { listing, count: all } }: { data: KeysData }) => (
  <ListCount noun="key" total={listing.total} all={all} />
)

const KeysTable = ({ data, request }: { data: KeysData; request: PageRequest }) => (
  <List
    id="keys"
    noun="key"
    label="API keys"
    caption="API keys"
    headings={['Key', 'On behalf of', 'May use', 'Last used', 'State', '']}
    page={`${request.base}/dashboard/keys`}
    query={data.query}
    listing={data.listing}
    all={data.count}
    about="Give each team or service a key of its own: bound to its path, limited to the models it needs, and revoked without touching anybody else."
    row={key => <KeyLine listed={key} query={data.query} uses={data.uses} now={data.now} request={request} />}
  />
)
