import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { List, ListChanged, ListCount } from '../../../views/list.tsx'
import { type Listing, toQuery } from '../../../views/listing.ts'
import { NewButton } from '../../../views/new-button.tsx'
import { Pulse } from '../../../views/pulse.tsx'
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
        <NewButton
          id="new"
          noun="guardrail"
          page={path}
          href={path + toQuery(data.query, { new: '' })}
          admin={request.admin}
        />
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
      <Pulse from={`${path}/now`} page={path + toQuery(data.query)} round={0} isFiltered />
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
  <ListChanged
    id="guardrails"
    list={<GuardrailsTable data={data} request={request} />}
    count={<Count data={data} />}
    notice={notice}
  />
)

export const Count = ({ data: { listing, count: all } }: { data: GuardrailsData }) => (
  <ListCount noun="guardrail" total={listing.total} all={all} />
)

const headings = ['Guardrail', 'Holds for', 'Does', 'Since the start', 'State', '']

export const GuardrailsTable = ({ data, request }: Props) => (
  <List
    id="guardrails"
    noun="guardrail"
    label="Guardrails"
    caption="Guardrails, and what they did"
    headings={headings}
    page={`${request.base}/dashboard/guardrails`}
    query={data.query}
    listing={data.listing}
    all={data.count}
    maker={request.admin}
    about="A guardrail looks for card numbers, secrets, words or patterns in what models are told or say, and refuses the call, masks what it finds, or counts it."
    row={listed => <GuardrailLine listed={listed} query={data.query} request={request} />}
  />
)
