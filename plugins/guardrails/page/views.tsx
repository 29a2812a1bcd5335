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
import type { Guardrail } from '../model.ts'
import { Deletion } from './dialogs.tsx'
import type { Editing } from './editing.ts'
import { Editor } from './editor.tsx'
import { GuardrailLine, type Listed } from './line.tsx'
import { type Query, states } from './rows.ts'

export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly guardrail: Guardrail }
  | { readonly kind: 'note'; readonly text: string }

export interface GuardrailsData {
  readonly query: Query
  readonly listing: Listing<Listed>
  /** All guardrails there are. */
  readonly count: number
  readonly dialog?: DialogData
}

interface Props {
  readonly data: GuardrailsData
  readonly request: PageRequest
}

export function GuardrailsView({ data, request }: Props) {
  const path = `${request.base}/dashboard/guardrails`
  return (
    <>
      <header class="top">
        <div>
          <h1>Guardrails</h1>
          <p class="lead">What may be told to models, and what they may say.</p>
        </div>
        <NewButton id="new" noun="guardrail" page={path} href={path + toQuery(data.query, { new: '' })} />
      </header>
      <Filters
        path={path}
        into="guardrails"
        search={{
          label: 'Search guardrails',
          placeholder: 'Search names, paths, models, what is looked for',
          value: data.query.q,
        }}
      >
        <Choice name="state" label="State" value={data.query.state} options={states} />
        <Count data={data} />
      </Filters>
      <GuardrailsTable data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'edit', 'delete']}>
        {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
      </Dialog>
    </>
  )
}

function DialogContent({ dialog, request }: { dialog: DialogData; request: PageRequest }) {
  if (dialog.kind === 'edit') return <Editor editing={dialog.editing} request={request} />
  if (dialog.kind === 'delete') return <Deletion guardrail={dialog.guardrail} request={request} />
  return <Remark text={dialog.text} page={`${request.base}/dashboard/guardrails`} />
}

/** What changes after a write, each part where it belongs. */
export const Changed = ({ data, request, notice }: Props & { notice: Child }) => (
  <>
    <hx-partial hx-target="#guardrails" hx-swap="outerHTML">
      <GuardrailsTable data={data} request={request} />
    </hx-partial>
    <hx-partial hx-target="#count" hx-swap="outerHTML">
      <Count data={data} />
    </hx-partial>
    {notice}
  </>
)

const Count = ({ data: { listing, count: all } }: { data: GuardrailsData }) => (
  <p id="count" class="count" role="status">
    {listing.total === all ? count(all, 'guardrail') : `${number(listing.total)} of ${number(all)}`}
  </p>
)

const headings = ['Guardrail', 'Holds for', 'Does', 'Since the start', 'State', '']

function GuardrailsTable({ data, request }: Props) {
  const { listing, query } = data
  const path = `${request.base}/dashboard/guardrails`
  return (
    <section id="guardrails" tabindex={-1} aria-label="Guardrails">
      <input type="hidden" id="page-now" name="page" value={String(listing.page)} />
      {listing.rows.length === 0 ? (
        <Nothing noun="guardrail" isFiltered={data.count > 0} page={path} makes>
          A guardrail looks for card numbers, secrets, words or patterns in what models are told or say, and
          refuses the call, masks what it finds, or counts it.
        </Nothing>
      ) : (
        <Table caption="Guardrails, and what they did" headings={headings}>
          {listing.rows.map(listed => (
            <GuardrailLine listed={listed} query={query} request={request} />
          ))}
        </Table>
      )}
      <Pager page={listing.page} pages={listing.pages} href={page => path + toQuery({ ...query, page })} />
    </section>
  )
}
