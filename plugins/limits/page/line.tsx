import type { PageRequest } from '../../../src/page.ts'
import { STATE, VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { count } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Name } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import { shortHash } from '../../../views/short-hash.ts'
import type { Limit } from '../model.ts'
import { allowanceOf } from '../words.ts'
import { Gauges, Reset, Unpriced } from './gauge.tsx'
import { Holders, type KeyName, Member } from './holders.tsx'
import { type Listed, measuresOf, type Query } from './rows.ts'
import { hasWindow, presentOf } from './words.ts'

interface LineProps {
  readonly listed: Listed
  readonly query: Query
  readonly keyName: KeyName
  readonly now: number
  readonly request: PageRequest
}

export function LimitLine({ listed, query, keyName, now, request }: LineProps) {
  const { limit } = listed
  const { base } = request
  return (
    <tr id={`limit-${shortHash(limit.name)}`} data-off={limit.enabled ? undefined : ''}>
      <th scope="row" data-label="Limit">
        <Link href={`${base}/dashboard/limits/detail?${new URLSearchParams({ name: limit.name })}`}>
          <Name class="name mono" text={limit.name} />
        </Link>
        {limit.description !== '' && (
          <p class="about" title={limit.description}>
            {limit.description}
          </p>
        )}
        {limit.declaredIn !== undefined && (
          <p class="about declared">
            Declared in <code>{limit.declaredIn}</code>: edit it there
          </p>
        )}
      </th>
      <td data-label="Holds for">
        <Holders limit={limit} base={base} />
      </td>
      <td data-label="Allows">
        <ul>
          {measuresOf(limit).map(measure => (
            <li>{allowanceOf(limit, measure)}</li>
          ))}
        </ul>
      </td>
      <td data-label="Used">
        <Use listed={listed} keyName={keyName} now={now} base={base} />
      </td>
      <td data-label="State">
        <Toggle limit={limit} request={request} />
      </td>
      <td class="actions">
        {limit.declaredIn === undefined && <Acts limit={limit} query={query} base={base} />}
      </td>
    </tr>
  )
}

/** How full the fullest pot is, and whose that is. */
function Use({ listed, keyName, now, base }: Omit<LineProps, 'query' | 'request'> & { base: string }) {
  const { limit, pot, members } = listed
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

function Toggle({ limit, request }: { limit: Limit; request: PageRequest }) {
  const word = limit.enabled ? 'On' : 'Off'
  if (limit.declaredIn !== undefined) return <span class="muted">{word}</span>
  const action = `${request.base}/dashboard/limits/toggle`
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE} hx-vals={VIA}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="name" value={limit.name} />
      <input type="hidden" name="enabled" value={limit.enabled ? '' : 'on'} />
      <button
        id={`toggle-${shortHash(limit.name)}`}
        class="switch"
        type="submit"
        role="switch"
        aria-checked={String(limit.enabled)}
        aria-label={`${limit.name}: enabled`}
      >
        <span class="knob" />
        {word}
      </button>
    </form>
  )
}

function Acts({ limit: { name }, query, base }: { limit: Limit; query: Query; base: string }) {
  const path = `${base}/dashboard/limits`
  const act = (verb: string, word: string) => (
    <Link
      class="quiet"
      id={`${verb}-${shortHash(name)}`}
      href={path + toQuery(query, { [verb]: name })}
      {...opening(`${path}?${new URLSearchParams({ [verb]: name })}`)}
      aria-label={`${word} ${name}`}
    >
      {word}
    </Link>
  )
  return (
    <>
      {act('edit', 'Edit')}
      {act('delete', 'Delete')}
    </>
  )
}
