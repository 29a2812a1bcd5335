import type { Child } from 'hono/jsx'
import type { Admin } from '../../../src/types.ts'
import { authorText } from '../../../views/author.ts'
import { ago } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Moment } from '../../../views/moment.tsx'
import { Name, shorten } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import type { Told } from '../reading.ts'
import { Differences } from './differences.tsx'
import { addressOf, type Query } from './query.ts'
import { deeds, differencesOf, kindOf } from './words.ts'

interface EntryProps {
  readonly row: Told
  readonly query: Query
  /** The address of the page. */
  readonly page: string
  /** Where the thing can be seen; undefined for what is gone, and for kinds that nobody here knows. */
  readonly place: string | undefined
  readonly now: number
  readonly admin: Admin
}

/** One change: who, when, of what, and what it changed. */
export const Entry = ({ row, query, page, place, now, admin }: EntryProps) => (
  <tr id={`change-${row.id}`}>
    <th scope="row" data-label="What">
      <Thing row={row} place={place} />
      <p class="about">
        <Link
          href={addressOf(page, query, { q: '', author: '', kind: row.kind, subject: row.subject })}
          title="Only the changes of this one"
        >
          {kindOf(row.kind)}, version {row.version}
        </Link>
      </p>
    </th>
    <td data-label="Change">
      <Deed row={row} />
    </td>
    <td data-label="By">
      <Link href={addressOf(page, query, { author: row.author })} title="Only what they changed">
        {authorText(row.author)}
      </Link>
    </td>
    <td data-label="When">
      <div>
        {ago(now - row.at)}
        <p class="about">
          <Moment at={row.at} />
        </p>
      </div>
    </td>
    <td class="actions">
      {admin.mayWrite && canBePutBack(row) && <PutBack row={row} query={query} page={page} />}
      {admin.mayWrite && canBeUndone(row) && <Undo row={row} query={query} page={page} />}
    </td>
  </tr>
)

/** What people call it; the subject of a key is its id. */
export const nameOf = ({ subject, before, after }: Pick<Told, 'subject' | 'before' | 'after'>): string => {
  const name = (after ?? before)?.name
  return typeof name === 'string' && name !== '' ? name : subject
}

function Thing({ row, place }: Pick<EntryProps, 'row' | 'place'>) {
  const name = <Name class="name mono" text={nameOf(row)} />
  return place === undefined ? name : <Link href={place}>{name}</Link>
}

/** What it is now is what nobody has to put back, unless it is gone. */
const canBePutBack = ({ id, latest }: Told): boolean => id !== latest.id || latest.action === 'delete'

const PutBack = ({ row, query, page }: Pick<EntryProps, 'row' | 'query' | 'page'>) => (
  <Link
    class="quiet"
    id={`back-${row.id}`}
    href={addressOf(page, query, { before: query.before, back: String(row.id) })}
    {...opening(`${page}?back=${row.id}`)}
    aria-label={`Put back ${nameOf(row)} as it was ${row.action === 'delete' ? 'before it was deleted' : `in version ${row.version}`}`}
  >
    Put back
  </Link>
)

/** The last change, where it has left something behind that can be put back. */
const canBeUndone = ({ id, latest, previous, action, fields }: Told): boolean =>
  id === latest.id &&
  previous !== null &&
  fields.length > 0 &&
  (action === 'replace' || action === 'rename' || action === 'restore')

/** Puts back the version before. */
const Undo = ({ row, query, page }: Pick<EntryProps, 'row' | 'query' | 'page'>) => (
  <Link
    class="quiet"
    id={`undo-${row.id}`}
    href={addressOf(page, query, { before: query.before, back: String(row.previous) })}
    {...opening(`${page}?back=${row.previous}`)}
    aria-label={`Undo this change of ${nameOf(row)}`}
  >
    Undo
  </Link>
)

/** What changed, field by field; all of what is new or gone on a closer look. */
function Deed({ row }: { row: Told }): Child {
  const { action, before, after } = row
  const isWhole = before === null || after === null
  const whole = before === null ? after : before
  const differences = isWhole ? [] : differencesOf(before, after)
  return (
    <div>
      <p>{deedOf(row)}</p>
      {isWhole ? (
        <details>
          <summary>{action === 'delete' ? 'What it was' : 'What it was then'}</summary>
          <Differences all={differencesOf(null, whole).filter(({ label }) => !isName(label))} />
        </details>
      ) : differences.length === 0 ? (
        <p class="about">Nothing is different</p>
      ) : (
        <Differences all={differences} />
      )}
    </div>
  )
}

/** It stands in the row already. */
const isName = (label: string): boolean => label === 'Name' || label === 'Source'

function deedOf({ action, before, restored }: Told): string {
  if (action === 'restore' && restored !== null)
    return `${deeds.restore} as it was ${before === null ? 'before it was deleted' : 'earlier'}`
  return deeds[action]
}

/** Names in sentences. */
export const callIt = (row: Told): string => `“${shorten(nameOf(row))}”`
