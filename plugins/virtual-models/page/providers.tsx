import type { PageRequest } from '../../../src/contract/page.ts'
import type { Admin } from '../../../src/types.ts'
import { STATE, VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { ago } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { troubleOf } from './trouble.ts'
import type { ModelsData } from './views.tsx'

/** How fresh the lists of the providers are, and a way to fetch them anew. */
export function Providers({ data: { statuses, now }, request }: { data: ModelsData; request: PageRequest }) {
  const path = `${request.base}/dashboard/models`
  return (
    <section id="providers" class="providers" aria-label="Lists of the providers">
      <ul>
        {statuses.map(status => (
          <li data-state={status.state} data-failed={status.error === undefined ? undefined : ''}>
            <Link href={path + toQuery({ q: '', kind: '', provider: status.name, can: '', page: 1 })}>
              <span class="dot" />
              <b>{status.name}</b>{' '}
              {status.state === 'unknown'
                ? 'list unknown'
                : `${status.models} ${status.models === 1 ? 'model' : 'models'}`}
            </Link>
            {status.state !== 'unknown' && status.refreshed_at !== undefined && (
              <Age at={status.refreshed_at} now={now} isStale={status.state === 'stale'} />
            )}
            {status.error !== undefined && <span class="error">{troubleOf(status, status.error)}</span>}
          </li>
        ))}
      </ul>
      {request.admin.mayWrite && <Refresh path={path} admin={request.admin} />}
    </section>
  )
}

const Refresh = ({ path, admin }: { path: string; admin: Admin }) => (
  <form
    method="post"
    action={`${path}/refresh`}
    hx-post={`${path}/refresh`}
    hx-swap="none"
    hx-include={STATE}
    hx-vals={VIA}
    hx-disable="findAll button"
  >
    <Csrf admin={admin} />
    <button id="refresh" class="quiet" type="submit">
      <Icon name="refresh" />
      Refresh lists
    </button>
  </form>
)

const Age = ({ at, now, isStale }: { at: string; now: number; isStale: boolean }) => (
  <time datetime={at} title={at}>
    {isStale ? 'stale, ' : ''}
    {ago(now - Date.parse(at))}
  </time>
)
