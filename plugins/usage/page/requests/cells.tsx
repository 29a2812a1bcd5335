import type { Child } from 'hono/jsx'
import { compact, duration, money, UNKNOWN } from '../../../../views/format.ts'
import type { Row } from '../../report/log.ts'
import { billingShort, tokensOf } from './words.ts'

/** What lines of calls show in the same way to operators and to callers. */

/** A WebSocket was opened: what flows there are messages of both sides. */
export const SWITCHED = 101

/** Who hangs up has not failed. */
export const isFailure = ({ code }: Pick<Row, 'code'>): boolean => code !== null && code !== 'client_closed'

/** The last three cells: time, tokens and cost, with what else there is to be said of the cost. */
export const Took = ({ row, children }: { row: Row; children?: Child }) => (
  <>
    <td class="num" data-label="Time">
      <div>
        {duration(row.totalMs)}
        {row.streamed && row.firstByteMs !== null && <p class="about">first {duration(row.firstByteMs)}</p>}
      </div>
    </td>
    <td class="num" data-label="Tokens">
      <Tokens row={row} />
    </td>
    <td class="num" data-label="Cost">
      <div>
        {row.costNano === null ? <span class="muted">{UNKNOWN}</span> : money(row.costNano)}
        {row.billing !== 'exact' && row.billing !== null && <p class="about">{billingShort[row.billing]}</p>}
        {children}
      </div>
    </td>
  </>
)

/** In and out. Of a conversation each answer has a line of its own. */
function Tokens({ row }: { row: Row }) {
  const { input, output } = tokensOf(row)
  if (row.status === SWITCHED && row.part === 0 && !input && !output)
    return <span class="muted">with its answers</span>
  if (input === null && output === null) return <span class="muted">{UNKNOWN}</span>
  return (
    <span>
      {input === null ? '?' : compact(input)} <span class="muted">in</span>{' '}
      {output === null ? '?' : compact(output)} <span class="muted">out</span>
    </span>
  )
}
