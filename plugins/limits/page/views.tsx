import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { number } from '../../../views/format.ts'
import { List, ListChanged, ListCount } from '../../../views/list.tsx'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import { Pulse } from '../../../views/pulse.tsx'
import type { Limit } from '../model.ts'
import { Deletion } from './dialogs.tsx'
import type { Editing } from './editing.ts'
import { Editor } from './editor.tsx'
import type { KeyName } from './holders.tsx'
import { LimitLine } from './line.tsx'
import { type Query, type Shown, states } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly limit: Limit }
  | { readonly kind: 'note'; readonly text: string }

export interface LimitsData {
  readonly query: Query
  readonly listing: Listing<Shown>
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
        <NewButton
          id="new"
          noun="limit"
          page={path}
          href={path + toQuery(data.query, { new: '' })}
          admin={request.admin}
        />
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
  <ListChanged
    id="limits"
    list={<LimitsTable data={data} request={request} />}
    count={<Count data={data} />}
    notice={notice}
  />
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
  <ListCount noun="limit" total={listing.total} all={all}>
    {reached > 0 && (
      <>
        , <strong class="reached">{number(reached)} reached</strong>
      </>
    )}
  </ListCount>
)

const headings = ['Limit', 'Holds for', 'Allows', 'Used', 'State', '']

export const LimitsTable = ({ data, request }: Props) => (
  <List
    id="limits"
    noun="limit"
    label="Limits"
    caption="Limits, and how full they are"
    headings={headings}
    page={`${request.base}/dashboard/limits`}
    query={data.query}
    listing={data.listing}
    all={data.count}
    maker={request.admin}
    about="A limit says how much a team, each key or everybody may use: $500 a month, say, or 60 requests a minute. Whoever has used it up is refused until the next month or minute begins."
    row={listed => (
      <LimitLine listed={listed} query={data.query} keyName={data.keyName} now={data.now} request={request} />
    )}
  />
)
