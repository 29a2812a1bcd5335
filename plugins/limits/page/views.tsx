import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { count, number } from '../../../views/format.ts'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import { Nothing } from '../../../views/nothing.tsx'
import { Pager, Table } from '../../../views/table.tsx'
import type { Limit } from '../model.ts'
import { Deletion } from './dialogs.tsx'
import type { Editing } from './editing.ts'
import { Editor } from './editor.tsx'
import type { KeyName } from './holders.tsx'
import { LimitLine } from './line.tsx'
import { Pulse } from './pulse.tsx'
import { type Listed, type Query, states } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly limit: Limit }
  | { readonly kind: 'note'; readonly text: string }

export interface LimitsData {
  readonly query: Query
  readonly listing: Listing<Listed>
  /** All limits there are. */
  readonly count: number
  /** Those of them that hold somebody back now. */
  readonly reached: number
  readonly keyName: KeyName
  readonly now: number
  readonly dialog?: DialogData
}

interface Props {
  readonly data: LimitsData
  readonly request: PageRequest
}

export function LimitsView({ data, request }: Props) {
  const path = `${request.base}/dashboard/limits`
  return (
    <>
      <header class="top">
        <div>
          <h1>Limits</h1>
          <p class="lead">How much may happen: dollars, tokens, requests, and calls at the same time.</p>
        </div>
        <NewButton id="new" noun="limit" page={path} href={path + toQuery(data.query, { new: '' })} />
      </header>
      <LimitFilters data={data} path={path} />
      <LimitsTable data={data} request={request} />
      <Pulse from={`${path}/now`} page={path + toQuery(data.query)} round={0} isFiltered />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'delete']}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'delete') return <Deletion limit={dialog.limit} request={request} />
  return <Remark text={dialog.text} page={`${request.base}/dashboard/limits`} />
}

/** What changes after a write, each part where it belongs. */
export const Changed = ({ data, request, notice }: Props & { notice: Child }) => (
  <>
    <hx-partial hx-target="#limits" hx-swap="outerHTML">
      <LimitsTable data={data} request={request} />
    </hx-partial>
    <hx-partial hx-target="#count" hx-swap="outerHTML">
      <Count data={data} />
    </hx-partial>
    {notice}
  </>
)

const LimitFilters = ({ data, path }: { data: LimitsData; path: string }) => {
  const search = {
    label: 'Search limits',
    placeholder: 'Search names, paths, models, amounts',
    value: data.query.q,
  }
  return (
    <Filters path={path} into="limits" search={search}>
      <Choice name="state" label="State" value={data.query.state} options={states} />
      <Count data={data} />
    </Filters>
  )
}

export const Count = ({ data: { listing, count: all, reached } }: { data: LimitsData }) => (
  <p id="count" class="count" role="status">
    {listing.total === all ? count(all, 'limit') : `${number(listing.total)} of ${number(all)}`}
    {reached > 0 && <strong class="reached">, {number(reached)} reached</strong>}
  </p>
)

const headings = ['Limit', 'Holds for', 'Allows', 'Used', 'State', '']

export function LimitsTable({ data, request }: Props) {
  const { listing, query, keyName, now } = data
  const path = `${request.base}/dashboard/limits`
  return (
    <section id="limits" tabindex={-1} aria-label="Limits">
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <Nothing noun="limit" isFiltered={data.count > 0} page={path} makes>
          A limit says how much a team, each key or everybody may use: $500 a month, say, or 60 requests a
          minute. Whoever has used it up is refused until the next month or minute begins.
        </Nothing>
      ) : (
        <Table caption="Limits, and how full they are" headings={headings}>
          {listing.rows.map(listed => (
            <LimitLine listed={listed} query={query} keyName={keyName} now={now} request={request} />
          ))}
        </Table>
      )}
      <Pager page={listing.page} pages={listing.pages} href={page => path + toQuery({ ...query, page })} />
    </section>
  )
}
