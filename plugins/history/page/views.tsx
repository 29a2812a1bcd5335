import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import type { Leaf } from '../../../src/database/look-back.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { verbatim } from '../../../views/form.tsx'
import { HistoryTabs } from '../../../views/history-tabs.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import { Turn } from '../../../views/turn.tsx'
import type { Told } from '../reading.ts'
import { Entry } from './entry.tsx'
import { PutBackForm, type Putting } from './put-back.tsx'
import { addressOf, isFiltered, type Query } from './query.ts'
import { kindOf } from './words.ts'

export interface HistoryData {
  readonly query: Query
  readonly leaf: Leaf<Told>
  /** Kinds that plugins keep here. */
  readonly kinds: readonly string[]
  readonly placeOf: (row: Told) => string | undefined
  readonly now: number
  /** The version that is to be put back; undefined where there is no such one. */
  readonly dialog?: { readonly putting: Putting | undefined }
}

interface Props {
  readonly data: HistoryData
  readonly request: PageRequest
}

export function HistoryView({ data, request }: Props) {
  const page = `${request.base}/dashboard/history`
  return (
    <>
      <header class="top">
        <div>
          <h1>History</h1>
          <p class="lead">
            Who changed what of the providers, models, keys, limits, guardrails and settings, and when.
          </p>
        </div>
      </header>
      <HistoryTabs current="changes" base={request.base} />
      <ChangeFilters data={data} page={page} />
      <Changes data={data} request={request} />
      <Dialog labelledby={DIALOG_TITLE} asks={['back']}>
        {data.dialog &&
          (data.dialog.putting === undefined ? (
            <Remark text="There is no such version." page={page} />
          ) : (
            <PutBackForm putting={data.dialog.putting} page={page} request={request} />
          ))}
      </Dialog>
    </>
  )
}

const ChangeFilters = ({ data: { query, kinds }, page }: { data: HistoryData; page: string }) => (
  <Filters
    path={page}
    into="changes"
    search={{ label: 'Search changes', placeholder: 'Search names, models, paths, values', value: query.q }}
  >
    <Choice
      name="kind"
      label="Kind"
      value={query.kind}
      options={{ '': 'All kinds', ...Object.fromEntries(kinds.map(kind => [kind, kindOf(kind)])) }}
    />
    <label class="bare">
      <span class="unseen">Who</span>
      <input
        name="author"
        value={query.author}
        placeholder="Who: ada@example.com"
        maxlength={200}
        {...verbatim}
      />
    </label>
    {query.subject !== '' && <input type="hidden" name="subject" value={query.subject} />}
  </Filters>
)

function Changes({ data, request }: Props) {
  const { query, leaf, placeOf, now } = data
  const page = `${request.base}/dashboard/history`
  return (
    <section id="changes" tabindex={-1} aria-label="Changes">
      <input type="hidden" id="page-now" name="before" value={query.before} />
      <Only query={query} page={page} />
      {leaf.rows.length === 0 ? (
        <Empty query={query} page={page} isPart={leaf.isPart} />
      ) : (
        <Table caption="Changes, newest first" headings={['What', 'Change', 'By', 'When', '']}>
          {leaf.rows.map(row => (
            <Entry {...{ row, query, page, now }} place={placeOf(row)} admin={request.admin} />
          ))}
        </Table>
      )}
      <Turn
        newer={{ text: 'Newest', href: query.before === '' ? undefined : addressOf(page, query) }}
        older={leaf.next === undefined ? undefined : addressOf(page, query, { before: String(leaf.next) })}
        isPart={leaf.isPart}
      />
    </section>
  )
}

/** Says that just one thing is shown, and leads to all. */
const Only = ({ query, page }: { query: Query; page: string }) =>
  query.subject === '' ? null : (
    <p class="only">
      Only <Name class="mono" text={query.subject} />, under all of its names.{' '}
      <Link href={addressOf(page, query, { subject: '', kind: '' })}>
        <Icon name="close" />
        Show all
      </Link>
    </p>
  )

const Empty = ({ query, page, isPart }: { query: Query; page: string; isPart: boolean }) => (
  <div class={isFiltered(query) ? 'nothing' : 'nothing none-yet'}>
    {isFiltered(query) ? (
      <>
        <h2>{isPart ? 'Nothing among the newest of these' : 'Nothing matches'}</h2>
        <p>
          <Link href={page}>Show all changes</Link>
        </p>
      </>
    ) : (
      <>
        <h2>Nothing was changed yet</h2>
        <p>
          Every change of a virtual model, an access policy, a key, a limit, a guardrail, a provider or a
          setting stands here from now on: who made it, what it was before, and a way to put that back.
        </p>
      </>
    )}
  </div>
)

/** After something was put back. */
export const Changed = ({ data, request, notice }: Props & { notice: Child }) => (
  <>
    <hx-partial hx-target="#changes" hx-swap="outerHTML">
      <Changes data={data} request={request} />
    </hx-partial>
    {notice}
  </>
)
