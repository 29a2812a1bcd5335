import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import { Pager, Table } from '../../../views/table.tsx'
import type { ProviderStatus } from '../../model-lists/model.ts'
import type { VirtualModelView } from '../model.ts'
import { Deletion } from './dialogs.tsx'
import { type Editing, Editor } from './editor.tsx'
import { NothingFound, Welcome } from './empty.tsx'
import { Count, ModelFilters } from './filters.tsx'
import { Providers } from './providers.tsx'
import { ModelRow, type RowFacts } from './row.tsx'
import type { Query, Row } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly view: VirtualModelView }
  | { readonly kind: 'note'; readonly text: string }

export interface ModelsData {
  readonly query: Query
  readonly listing: Listing<Row>
  readonly statuses: readonly ProviderStatus[]
  readonly facts: RowFacts
  /** A model to write examples with. */
  readonly example: string | undefined
  /** How many the operator made, and how many the providers offer. */
  readonly counts: { readonly virtual: number; readonly provider: number }
  readonly dialog?: DialogData
  readonly now: number
}

export function ModelsView({ data, request }: { data: ModelsData; request: PageRequest }) {
  const path = `${request.base}/dashboard/models`
  return (
    <>
      <header class="top">
        <div>
          <h1>Models</h1>
          <p class="lead">
            What callers may ask for: your providers’ models, and your own names and rules in front of them.
          </p>
        </div>
        <NewButton
          id="new"
          noun="virtual model"
          page={path}
          href={path + toQuery(data.query, { new: '' })}
          admin={request.admin}
        />
      </header>
      <Providers data={data} request={request} />
      <div id="welcome">{request.admin.mayWrite && <Hello data={data} path={path} />}</div>
      <ModelFilters data={data} path={path} />
      <Models data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'delete', 'source', 'target']}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

const Hello = ({ data, path }: { data: ModelsData; path: string }) =>
  data.counts.virtual === 0 ? <Welcome path={path} example={data.example} /> : null

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'delete') return <Deletion view={dialog.view} request={request} />
  return <Remark text={dialog.text} page={`${request.base}/dashboard/models`} />
}

/** What changes after a write, each part where it belongs. */
export const Changed = ({
  data,
  request,
  notice,
}: {
  data: ModelsData
  request: PageRequest
  notice: Child
}) => (
  <>
    <hx-partial hx-target="#models" hx-swap="outerHTML">
      <Models data={data} request={request} />
    </hx-partial>
    <hx-partial hx-target="#providers" hx-swap="outerHTML">
      <Providers data={data} request={request} />
    </hx-partial>
    <hx-partial hx-target="#count" hx-swap="outerHTML">
      <Count data={data} />
    </hx-partial>
    <hx-partial hx-target="#welcome" hx-swap="innerHTML">
      <Hello data={data} path={`${request.base}/dashboard/models`} />
    </hx-partial>
    {notice}
  </>
)

function Models({ data, request }: { data: ModelsData; request: PageRequest }) {
  const { listing, query, facts } = data
  const path = `${request.base}/dashboard/models`
  return (
    <section id="models" tabindex={-1} aria-label="Models">
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <NothingFound isFiltered={toQuery({ ...query, page: 1 }) !== ''} path={path} />
      ) : (
        <Table
          caption="Provider models and virtual models"
          headings={['Model', 'Kind', 'Leads to', 'Who may use it', 'State', '']}
        >
          {listing.rows.map(row => (
            <ModelRow row={row} facts={facts} query={query} request={request} />
          ))}
        </Table>
      )}
      <Pager page={listing.page} pages={listing.pages} href={page => path + toQuery({ ...query, page })} />
    </section>
  )
}
