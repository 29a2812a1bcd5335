import { Badge } from '../../../../views/badge.tsx'
import { money, percent } from '../../../../views/format.ts'
import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Row } from '../../report/log.ts'
import { type Asked, addressOf } from '../address.ts'
import { dayOf, secondsOf } from '../clock.ts'
import { isFailure, SWITCHED, Took } from './cells.tsx'
import { partWords } from './words.ts'

interface RowProps {
  readonly row: Row
  readonly zone: string
  readonly asked: Asked
  /** The place in the log that the address names. */
  readonly here: Asked
  readonly path: string
  readonly keyName: (id: string) => string | undefined
}

/** Makes a link open the call in the dialog of the page; the address is then that of the call. */
const opening = (href: string) => ({
  'hx-get': href,
  'hx-target': '#dialog-content',
  'hx-select': '#dialog-content > *',
  'hx-swap': 'innerHTML',
  'hx-replace-url': 'true',
})

/** One line of the log. */
export function RequestRow({ row, zone, asked, here, path, keyName }: RowProps) {
  const href = addressOf(path, asked, { ...here, call: row.requestId })
  return (
    <tr class="line" data-failed={isFailure(row) ? '' : undefined}>
      <th scope="row" data-label="When">
        <Link class="open" id={`call-${row.no}`} href={href} {...opening(href)}>
          <time datetime={new Date(row.at).toISOString()}>
            <span class="day">{dayOf(row.at, zone)}</span> {secondsOf(row.at, zone)}
          </time>
        </Link>
        {row.part > 0 && <p class="about">{partWords(row)}</p>}
      </th>
      <td data-label="Model">
        <Way row={row} />
      </td>
      <td data-label="Caller">
        <div>
          {row.userPath === null ? (
            <span class="muted">No user path</span>
          ) : (
            <Link class="within mono" href={addressOf(path, asked, { path: row.userPath })}>
              <Name text={row.userPath} />
            </Link>
          )}
          <p class="about">
            {row.keyId === null ? (
              'no valid key'
            ) : (
              <Link class="within" href={addressOf(path, asked, { key: row.keyId })}>
                <Name text={keyName(row.keyId) ?? row.keyId} />
              </Link>
            )}
          </p>
        </div>
      </td>
      <td data-label="Outcome">
        <Outcome row={row} />
      </td>
      <Took row={row}>{row.savedNano !== null && <p class="about">saved {money(row.savedNano)}</p>}</Took>
    </tr>
  )
}

/** What was asked for, and what answered. */
function Way({ row: { asked, provider, model } }: { row: Row }) {
  const served = provider === null ? undefined : `${provider}/${model ?? ''}`
  const isSame = served === asked || model === asked
  return (
    <div class="names">
      <Name class="mono" text={(isSame ? served : asked) ?? served ?? 'no model'} />
      {!isSame && served !== undefined && asked !== null && (
        <p class="about">
          <Icon name="arrow" /> <Name class="mono" text={served} />
        </p>
      )}
      {served === undefined && <p class="about">reached no provider</p>}
    </div>
  )
}

/** What became of it, in a badge and, where it failed, its code. */
export function Outcome({ row }: { row: Row }) {
  const { status, code, hungUp, attempts, streamed, cached, mirrored, similarity } = row
  const isFailed = isFailure(row)
  const tries = attempts?.length ?? 0
  return (
    <div class="became">
      <Badge tone={isFailed ? 'bad' : hungUp ? 'amber' : 'good'}>{status === 0 ? 'none' : status}</Badge>{' '}
      {cached && (
        <Badge tone="violet" title="The answer was stored: no provider was asked">
          cache
        </Badge>
      )}{' '}
      {mirrored && (
        <Badge
          tone="outline"
          title="A copy of a call, which went to a mirror: its caller knows nothing of it"
        >
          mirror
        </Badge>
      )}{' '}
      {code !== null && <Name class="mono code" text={code} />}
      {code === null && streamed && (
        <span class="muted">{status === SWITCHED ? 'conversation' : 'stream'}</span>
      )}
      {similarity !== null && <p class="about">{percent(similarity)} alike</p>}
      {tries > 1 && <p class="about">{tries} tries</p>}
      {hungUp && code !== 'client_closed' && <p class="about">caller hung up</p>}
    </div>
  )
}
