import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { Few } from '../../../views/few.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Opens } from '../../../views/row-actions.tsx'
import { PathLink } from '../../../views/row-head.tsx'
import type { Uses } from '../uses.ts'
import type { KeyRow } from '../views-of.ts'
import { LastUsed } from './last-used.tsx'
import { MadeBy, MakesKeysBadge } from './making.tsx'
import { OperatesBadge } from './operates.tsx'
import type { Listed, Query } from './rows.ts'

interface LineProps {
  readonly listed: Listed
  readonly query: Query
  /** When keys were last used. */
  readonly uses: Uses
  readonly now: number
  readonly request: PageRequest
}

export const KeyLine = ({ listed, query, uses, now, request }: LineProps) => {
  const { base } = request
  const { row, status, maker } = listed
  return (
    <tr data-off={status === 'active' ? undefined : ''}>
      <th scope="row" data-label="Key">
        <Link
          class="name"
          href={`${base}/dashboard/requests?${new URLSearchParams({ key: row.id })}`}
          title="What it was used for"
        >
          <Name text={row.name} />
        </Link>
        <p class="about">
          <span class="mono">mw_…{row.lastFour}</span> <OperatesBadge operates={row.operates} />{' '}
          <MakesKeysBadge makesKeys={row.makesKeys} />
          {row.description !== '' && <> · {row.description}</>}
        </p>
        <MadeBy maker={maker} base={base} />
        <Labels labels={row.labels} />
      </th>
      <td data-label="On behalf of">
        <Behalf row={row} base={base} />
      </td>
      <td data-label="May use">
        <Models
          models={row.allowedModels}
          all={row.madeBy === null ? 'All that its path may' : 'All that its maker may'}
        />
      </td>
      <td data-label="Last used">
        <LastUsed id={row.id} uses={uses} now={now} base={base} />
      </td>
      <td data-label="State">
        <div>
          <Standing listed={listed} now={now} />
        </div>
      </td>
      <td class="actions">
        {status !== 'revoked' && <Acts listed={listed} query={query} request={request} />}
      </td>
    </tr>
  )
}

const Behalf = ({ row: { userPath, subPaths }, base }: { row: KeyRow; base: string }) =>
  userPath === null ? (
    <span class="muted">A path that the caller names</span>
  ) : (
    <div>
      <PathLink path={userPath} base={base} />
      {subPaths && <p class="about">and paths below it</p>}
    </div>
  )

/** `all` says what it may where it names none. */
export const Models = ({ models, all }: { models: readonly string[] | null; all: string }) => {
  if (models === null) return <span class="muted">{all}</span>
  return models.length === 0 ? <span class="muted">No model</span> : <Few names={models} />
}

const Labels = ({ labels }: { labels: Readonly<Record<string, string>> }) => {
  const all = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return all.length === 0 ? null : <Few names={all} class="label" />
}

export function Standing({ listed: { row, status }, now }: { listed: Listed; now: number }) {
  if (status === 'revoked')
    return (
      <>
        <Badge tone="bad">revoked</Badge>
        <When at={row.revokedAt} />
      </>
    )
  if (status === 'expired')
    return (
      <>
        <Badge tone="amber">expired</Badge>
        <When at={row.expiresAt} />
      </>
    )
  const isRolling = row.previousUntil !== null && row.previousUntil > now
  return (
    <>
      <Badge tone="good">active</Badge>
      {row.expiresAt !== null && <When word="until" at={row.expiresAt} />}
      {isRolling && <When word="old key until" at={row.previousUntil} />}
    </>
  )
}

/** A moment in UTC, to the minute. */
const When = ({ word, at }: { word?: string; at: number | null }) => {
  if (at === null) return null
  const iso = new Date(at).toISOString()
  return (
    <p class="about">
      {word !== undefined && `${word} `}
      <time datetime={iso} title={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)}`}</time>
    </p>
  )
}

function Acts({ listed: { row, status }, query, request }: Omit<LineProps, 'now' | 'uses'>) {
  const key = { page: `${request.base}/dashboard/keys`, query, value: row.id, name: row.name }
  if (!request.admin.mayWrite) return <Opens {...key} verb="edit" word="View" />
  return (
    <>
      <Opens {...key} verb="edit" word="Edit" />
      {status === 'active' && <Opens {...key} verb="roll" word="Roll" />}
      <Opens {...key} verb="revoke" word="Revoke" />
    </>
  )
}
