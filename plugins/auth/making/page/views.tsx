import type { Child } from 'hono/jsx'
import type { CallerPageRequest } from '../../../../src/contract/page.ts'
import { Dialog } from '../../../../views/dialog.tsx'
import { asWriter, DIALOG_TITLE } from '../../../../views/dialog-form.tsx'
import { Filters } from '../../../../views/filters.tsx'
import { List, ListChanged, ListCount } from '../../../../views/list.tsx'
import { type Listing, toQuery } from '../../../../views/listing.ts'
import { Name } from '../../../../views/name.tsx'
import { NewButton } from '../../../../views/new-button.tsx'
import { Opens } from '../../../../views/row-actions.tsx'
import { WhenUsed } from '../../page/last-used.tsx'
import { Models, Standing } from '../../page/line.tsx'
import type { Listed } from '../../page/rows.ts'
import type { Uses } from '../../uses.ts'

export interface Query {
  readonly q: string
  readonly page: number
}

/** What the page lists. */
export interface MadeData {
  readonly query: Query
  readonly listing: Listing<Listed>
  readonly uses: Uses
  /** All that this key has made. */
  readonly count: number
  readonly now: number
}

export const pageOf = ({ base }: CallerPageRequest): string => `${base}/portal/keys`

interface MadeProps {
  readonly data: MadeData
  readonly request: CallerPageRequest
}

export function MadeView({ data, request, dialog }: MadeProps & { dialog: Child }) {
  const page = pageOf(request)
  const search = { label: 'Search keys', placeholder: 'Search names, paths, models', value: data.query.q }
  return (
    <>
      <header class="top">
        <div>
          <h1>Keys you make</h1>
          <p class="lead">
            For your own people and services: below your path, and for at most what you may call yourself.
          </p>
        </div>
        <NewButton
          id="new"
          noun="key"
          page={page}
          href={page + toQuery(data.query, { new: '' })}
          admin={asWriter(request).admin}
        />
      </header>
      <Filters path={page} into="made-keys" search={search}>
        <Count data={data} />
      </Filters>
      <MadeTable data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['new', 'roll', 'revoke']}>
        {dialog}
      </Dialog>
    </>
  )
}

/** What changes after a write; `inDialog` is what the dialog says then. */
export const Changed = ({
  data,
  request,
  inDialog,
  notice,
}: MadeProps & { inDialog?: Child; notice?: Child }) => (
  <>
    {inDialog}
    <ListChanged
      id="made-keys"
      list={<MadeTable data={data} request={request} />}
      count={<Count data={data} />}
      notice={notice}
    />
  </>
)

const Count = ({ data: { listing, count } }: Pick<MadeProps, 'data'>) => (
  <ListCount noun="key" total={listing.total} all={count} />
)

const MadeTable = ({ data, request }: MadeProps) => (
  <List
    id="made-keys"
    noun="key"
    label="Keys that yours has made"
    caption="Keys that yours has made"
    headings={['Key', 'On behalf of', 'May use', 'Last used', 'State', '']}
    page={pageOf(request)}
    query={data.query}
    listing={data.listing}
    all={data.count}
    about="Make each person and each service one of their own: then each can be limited, and revoked, without the others."
    row={listed => <MadeRow listed={listed} data={data} request={request} />}
  />
)

function MadeRow({ listed, data: { query, uses, now }, request }: MadeProps & { listed: Listed }) {
  const { row, status } = listed
  const about = { page: pageOf(request), query, value: row.id, name: row.name }
  return (
    <tr data-off={status === 'active' ? undefined : ''}>
      <th scope="row" data-label="Key">
        <Name class="name" text={row.name} />
        <p class="about">
          <span class="mono">mw_…{row.lastFour}</span>
          {row.description !== '' && <> · {row.description}</>}
        </p>
      </th>
      <td data-label="On behalf of">
        <div>
          <Name class="mono" text={row.userPath ?? ''} />
          {row.subPaths && <p class="about">and paths below it</p>}
        </div>
      </td>
      <td data-label="May use">
        <Models models={row.allowedModels} all="All that yours may" />
      </td>
      <td data-label="Last used">
        <WhenUsed id={row.id} uses={uses} now={now} />
      </td>
      <td data-label="State">
        <div>
          <Standing listed={listed} now={now} />
        </div>
      </td>
      <td class="actions">
        {status === 'active' && <Opens {...about} verb="roll" word="Roll" />}
        {status !== 'revoked' && <Opens {...about} verb="revoke" word="Revoke" />}
      </td>
    </tr>
  )
}
