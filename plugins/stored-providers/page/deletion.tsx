import type { PageRequest } from '../../../src/contract/page.ts'
import { Csrf } from '../../../views/form.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { StoredProvider } from '../model.ts'

export interface Deleting {
  readonly stored: StoredProvider
  /** Virtual models that speak of it. */
  readonly users: readonly string[]
  readonly mistake?: string
}

const NAMED = 10

/** Says what would be without it, and asks once. */
export function Deletion({ deleting, request }: { deleting: Deleting; request: PageRequest }) {
  const { stored, users, mistake } = deleting
  const page = `${request.base}/dashboard/providers/edit`
  return (
    <>
      <header class="top">
        <h1>
          Delete <Name text={stored.name} />?
        </h1>
      </header>
      <form class="provider" method="post" action={`${page}/delete`}>
        <Csrf admin={request.admin} />
        <input type="hidden" name="name" value={stored.name} />
        <input type="hidden" name="version" value={String(stored.version)} />
        {mistake !== undefined && (
          <p class="mistake banner" role="alert" tabindex={-1} autofocus>
            {mistake}
          </p>
        )}
        <Users users={users} base={request.base} />
        <p>
          Its keys are forgotten for ever. What else it is stands in the history, so it can be brought back,
          and then needs its keys anew. Answers under way end as they began.
        </p>
        <footer>
          {request.admin.mayWrite && (
            <button class="danger" type="submit">
              Delete
            </button>
          )}
          <Link class="button quiet" href={`${page}?${new URLSearchParams({ name: stored.name })}`}>
            Cancel
          </Link>
        </footer>
      </form>
    </>
  )
}

const Users = ({ users, base }: { users: readonly string[]; base: string }) =>
  users.length === 0 ? (
    <p>No virtual model names it.</p>
  ) : (
    <p>
      {users.length === 1 ? 'One virtual model names it' : `${users.length} virtual models name it`}, and will
      be without it:{' '}
      {users.slice(0, NAMED).map((source, index) => (
        <>
          {index > 0 && ', '}
          <Link href={`${base}/dashboard/models?${new URLSearchParams({ q: source })}`}>
            <Name text={source} />
          </Link>
        </>
      ))}
      {users.length > NAMED && ', …'}
    </p>
  )
