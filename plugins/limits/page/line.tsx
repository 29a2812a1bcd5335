import type { PageRequest } from '../../../src/contract/page.ts'
import { spellDuration } from '../../../src/contract/settings.ts'
import { count, number } from '../../../views/format.ts'
import { EditAndDelete, Switch } from '../../../views/row-actions.tsx'
import { RowHead } from '../../../views/row-head.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import { allowanceOf } from '../holding/words.ts'
import { Gauges, Reset, Unpriced } from './gauge.tsx'
import { Holders, type KeyName, Member } from './holders.tsx'
import { measuresOf, type Query, type Shown } from './rows.ts'
import { hasWindow, presentOf } from './words.ts'

interface LineProps {
  readonly listed: Shown
  readonly query: Query
  readonly keyName: KeyName
  readonly request: PageRequest
}

export function LimitLine({ listed, query, keyName, request }: LineProps) {
  const { limit } = listed
  const { base } = request
  const page = `${base}/dashboard/limits`
  return (
    <tr id={`limit-${shortHash(limit.name)}`} data-off={limit.enabled ? undefined : ''}>
      <th scope="row" data-label="Limit">
        <RowHead
          name={limit.name}
          href={`${base}/dashboard/limits/detail?${new URLSearchParams({ name: limit.name })}`}
          description={limit.description}
          declaredIn={limit.declaredIn}
        />
      </th>
      <td data-label="Holds for">
        <Holders limit={limit} unknown={listed.unknown} base={base} />
      </td>
      <td data-label="Allows">
        <ul>
          {measuresOf(limit).map(measure => (
            <li>{allowanceOf(limit, measure)}</li>
          ))}
          {limit.wait !== undefined && <li class="about">others wait up to {spellDuration(limit.wait)}</li>}
        </ul>
      </td>
      <td data-label="Used">
        <Use listed={listed} keyName={keyName} base={base} />
      </td>
      <td data-label="State">
        <Switch
          page={page}
          field="name"
          value={limit.name}
          isOn={limit.enabled}
          word={limit.enabled ? 'On' : 'Off'}
          isFixed={limit.declaredIn !== undefined}
          request={request}
        />
      </td>
      <td class="actions">
        {limit.declaredIn === undefined && (
          <EditAndDelete page={page} query={query} value={limit.name} admin={request.admin} />
        )}
      </td>
    </tr>
  )
}

/** How full the fullest pot is, and whose that is. */
function Use({ listed, keyName, base }: Omit<LineProps, 'query' | 'request'> & { base: string }) {
  const { limit, pot, members, now } = listed
  if (!limit.enabled) return <span class="muted">Off: not counted</span>
  if (pot === undefined)
    return (
      <span class="muted">Nobody has used any of it{hasWindow(limit) && ` ${presentOf(limit.per)}`}</span>
    )
  return (
    <div>
      {limit.each !== 'all' && (
        <p class="about whose">
          <Member limit={limit} pot={pot} keyName={keyName} base={base} />
          {members > 1 && `, the fullest of ${count(members, limit.each === 'key' ? 'key' : 'path')}`}
        </p>
      )}
      <Gauges limit={limit} pot={pot} />
      {hasWindow(limit) && (
        <p class="about">
          <Reset at={pot.end} zone={limit.timeZone} now={now} />
        </p>
      )}
      <Unpriced pot={pot} />
    </div>
  )
}

/** How many of all limits hold somebody back now: beside how many there are. */
export const Reached = ({ count: reached }: { count: number }) =>
  reached > 0 ? (
    <>
      , <strong class="reached">{number(reached)} reached</strong>
    </>
  ) : null
