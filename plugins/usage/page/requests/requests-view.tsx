import type { PageRequest } from '../../../../src/contract/page.ts'
import { Dialog } from '../../../../views/dialog.tsx'
import { count } from '../../../../views/format.ts'
import { Table } from '../../../../views/table.tsx'
import { Turn } from '../../../../views/turn.tsx'
import type { Row } from '../../report/log.ts'
import type { Place } from '../../report/log-question.ts'
import type { Names } from '../../report/names.ts'
import { type Asked, addressOf } from '../address.ts'
import { Chips, Mistakes } from '../chips.tsx'
import { NothingHere, Welcome } from '../empty.tsx'
import type { Span } from '../span.ts'
import { Times } from '../time.tsx'
import { CALL_TITLE, type CallProps, CallView, NoCall } from './call.tsx'
import { Newer, textOf } from './newer.tsx'
import { RequestFilters } from './request-filters.tsx'
import { RequestRow } from './request-row.tsx'

export interface RequestsData {
  readonly asked: Asked
  /** The place in the log that the address names. */
  readonly here: Asked
  readonly span: Span
  /** No time is asked for. */
  readonly isAll: boolean
  readonly rows: readonly Row[]
  readonly older: Place | undefined
  readonly newer: Place | undefined
  readonly isFirst: boolean
  /** Calls that the filters choose, where that is known without counting them. */
  readonly total: number | undefined
  readonly names: Names
  readonly mistakes: readonly string[]
  /** Nothing was ever called. */
  readonly isNew: boolean
  /** The call that the address asks for: its lines, none where there is no such call. */
  readonly call: ({ readonly id: string } & Pick<CallProps, 'lines' | 'scores' | 'answers'>) | undefined
  readonly example: string | undefined
  readonly keyName: (id: string) => string | undefined
}

const INTO = '#requests'

export function RequestsView({ data, request }: { data: RequestsData; request: PageRequest }) {
  const { asked, span, isAll, isNew, call, mistakes, names, keyName } = data
  const path = `${request.base}/dashboard/requests`
  return (
    <>
      <div id="requests">
        <header class="top">
          <div>
            <h1>Requests</h1>
            <p class="lead">Every call to a model, whatever became of it, newest first.</p>
          </div>
        </header>
        {isNew ? (
          <Welcome request={request} example={data.example} />
        ) : (
          <>
            <Times asked={asked} path={path} span={span} into={INTO} hasAll isAll={isAll} />
            <RequestFilters asked={asked} names={names} path={path} into={INTO} keyName={keyName} />
            <Mistakes mistakes={mistakes} />
            <Chips asked={asked} path={path} />
            <Lines data={data} path={path} />
          </>
        )}
      </div>
      <Dialog labelledby={CALL_TITLE} asks={['call']}>
        {call &&
          (call.lines.length === 0 ? (
            <NoCall id={call.id} path={addressOf(path, asked, data.here)} />
          ) : (
            <CallView
              lines={call.lines}
              scores={call.scores}
              answers={call.answers}
              zone={span.zone}
              keyName={keyName}
              request={request}
              asked={{ ...asked, ...data.here }}
            />
          ))}
      </Dialog>
    </>
  )
}

function Lines({ data, path }: { data: RequestsData; path: string }) {
  const { rows, asked, span, total, isFirst, older, newer, keyName } = data
  const first = rows[0]
  return (
    <section aria-labelledby="lines-title">
      <header class="topic">
        <h2 id="lines-title" class={total === undefined ? 'unseen' : undefined}>
          {total === undefined ? 'Calls' : count(total, 'call')}
        </h2>
        {isFirst && first !== undefined && span.preset !== 'custom' && (
          <Newer path={path} asked={asked} after={first} found={0} most={0} round={0} />
        )}
      </header>
      {rows.length === 0 && older === undefined ? (
        <NothingHere asked={asked} path={path} />
      ) : (
        <Table
          caption={`Calls, newest first; times of ${span.zone}`}
          headings={['When', 'Model', 'Caller', 'Outcome', 'Time', 'Tokens', 'Cost']}
        >
          {rows.map(row => (
            <RequestRow
              row={row}
              zone={span.zone}
              asked={asked}
              here={data.here}
              path={path}
              keyName={keyName}
            />
          ))}
        </Table>
      )}
      <Turn
        newer={{ text: 'Newer', href: newer && addressOf(path, asked, { after: textOf(newer) }) }}
        older={older && addressOf(path, asked, { before: textOf(older) })}
        isPart={rows.length < 50}
      />
    </section>
  )
}
