import type { PageRequest } from '../../../src/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { Csrf } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Notice } from '../../../views/notice.tsx'
import { Pager, Table } from '../../../views/table.tsx'
import type { ProviderStatus } from '../../model-lists/model.ts'
import type { VirtualModelView } from '../model.ts'
import { Deletion, Remark } from './dialogs.tsx'
import { DIALOG_TITLE, type Editing, Editor, STATE, VIA } from './editor.tsx'
import { NothingFound, Welcome } from './empty.tsx'
import { opening } from './opening.ts'
import { ModelRow, type RowFacts } from './row.tsx'
import { type Listing, type Query, type RowKind, rowKinds, writeQuery } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly view: VirtualModelView }
  | { readonly kind: 'note'; readonly text: string }

export interface ModelsData {
  readonly query: Query
  readonly listing: Listing
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
        <Link
          class="button primary"
          id="new"
          href={path + writeQuery(data.query, { new: '' })}
          {...opening(`${path}?new=`)}
        >
          <Icon name="plus" />
          New virtual model
        </Link>
      </header>
      <Providers data={data} request={request} />
      {data.counts.virtual === 0 && <Welcome path={path} example={data.example} />}
      <Filters data={data} path={path} />
      <Models data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'delete')
    return <Deletion source={dialog.view.source} view={dialog.view} request={request} />
  return <Remark text={dialog.text} path={`${request.base}/dashboard/models`} />
}

/** What changes after a write, each part where it belongs. */
export const Changed = ({
  data,
  request,
  message,
}: {
  data: ModelsData
  request: PageRequest
  message: string
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
    <Notice>{message}</Notice>
  </>
)

function Providers({ data: { statuses, now }, request }: { data: ModelsData; request: PageRequest }) {
  const path = `${request.base}/dashboard/models`
  return (
    <section id="providers" class="providers" aria-label="Lists of the providers">
      <ul>
        {statuses.map(status => (
          <li data-state={status.state}>
            <Link href={path + writeQuery({ q: '', kind: '', provider: status.name, page: 1 })}>
              <span class="dot" />
              <b>{status.name}</b>{' '}
              {status.state === 'unknown'
                ? 'list unknown'
                : `${status.models} ${status.models === 1 ? 'model' : 'models'}`}
            </Link>
            {status.state !== 'unknown' && status.refreshed_at !== undefined && (
              <Age at={status.refreshed_at} now={now} isStale={status.state === 'stale'} />
            )}
            {status.error !== undefined && <span class="error">{status.error}</span>}
          </li>
        ))}
      </ul>
      <form
        method="post"
        action={`${path}/refresh`}
        hx-post={`${path}/refresh`}
        hx-swap="none"
        hx-include={STATE}
        hx-vals={VIA}
        hx-disable="findAll button"
      >
        <Csrf admin={request.admin} />
        <button id="refresh" class="quiet" type="submit">
          <Icon name="refresh" />
          Refresh lists
        </button>
      </form>
    </section>
  )
}

const Age = ({ at, now, isStale }: { at: string; now: number; isStale: boolean }) => (
  <time datetime={at} title={at}>
    {isStale ? 'stale, ' : ''}
    {ago(now - Date.parse(at))}
  </time>
)

function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`
}

const Filters = ({
  data: { query, statuses, listing, counts },
  path,
}: {
  data: ModelsData
  path: string
}) => (
  <search>
    <form
      id="filters"
      class="filters"
      method="get"
      action={path}
      hx-get={path}
      hx-trigger="input delay:180ms, submit"
      hx-target="#models"
      hx-select="#models"
      hx-select-oob="#count:outerHTML"
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
    >
      <label class="search">
        <span class="unseen">Search models</span>
        <Icon name="search" />
        <input
          type="search"
          name="q"
          value={query.q}
          placeholder="Search names, targets, user paths"
          maxlength={200}
          autocomplete="off"
          spellcheck={false}
          data-shortcut="/"
        />
      </label>
      <label>
        <span class="unseen">Kind</span>
        <select name="kind">
          {Object.entries(rowKinds).map(([kind, name]) => (
            <option value={kind} selected={query.kind === (kind as RowKind)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="unseen">Provider</span>
        <select name="provider">
          <option value="">All providers</option>
          {statuses.map(({ name }) => (
            <option value={name} selected={query.provider === name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <noscript>
        <button type="submit">Search</button>
      </noscript>
      <Count data={{ listing, counts }} />
    </form>
  </search>
)

const Count = ({ data: { listing, counts } }: { data: Pick<ModelsData, 'listing' | 'counts'> }) => {
  const all = counts.virtual + counts.provider
  return (
    <p id="count" class="count" role="status">
      {listing.total === all
        ? `${number(counts.virtual)} virtual, ${number(counts.provider)} from providers`
        : `${number(listing.total)} of ${number(all)}`}
    </p>
  )
}

const number = (value: number): string => value.toLocaleString('en')

export function Models({ data, request }: { data: ModelsData; request: PageRequest }) {
  const { listing, query, facts } = data
  const path = `${request.base}/dashboard/models`
  return (
    <section id="models" tabindex={-1} aria-label="Models">
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <NothingFound isFiltered={writeQuery({ ...query, page: 1 }) !== ''} path={path} />
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
      <Pager page={listing.page} pages={listing.pages} href={page => path + writeQuery({ ...query, page })} />
    </section>
  )
}
