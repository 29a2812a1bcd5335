import type { PageRequest } from '../../../src/contract/page.ts'
import { STATE } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { HistoryLink } from '../../../views/history-link.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { opening } from '../../../views/opening.ts'
import { KIND } from '../model.ts'
import type { Shown } from './shown.ts'

interface Props {
  readonly shown: Shown
  readonly isNew: boolean
  readonly request: PageRequest
}

/** What can be done here about a setting, or why nothing can. */
export function Acts({ shown, isNew, request }: Props) {
  const { setting, fixed, version, unfit } = shown
  const { name } = setting
  const { mayWrite } = request.admin
  const page = `${request.base}/dashboard/settings`
  const edit = `${page}?${new URLSearchParams({ edit: name })}`
  return (
    <div class="entry-acts">
      {isNew && (
        <p class="done" role="status">
          <Icon name="check" />
          This holds now.
        </p>
      )}
      {unfit !== undefined && (
        <p class="mistake">What is stored is left out, because it does not fit any more. {unfit}.</p>
      )}
      {version !== undefined && unfit === undefined && fixed !== undefined && (
        <p class="muted">Something is stored here, too; it holds when nothing else says what this is.</p>
      )}
      {fixed !== undefined && <p class="muted">{fixed}.</p>}
      <div>
        {fixed === undefined && mayWrite && (
          <Link
            class="button"
            id={`change-${name}`}
            href={edit}
            {...opening(edit)}
            aria-label={`Change ${name}`}
          >
            <Icon name="pencil" />
            Change
          </Link>
        )}
        {version !== undefined && (
          <>
            <Reset name={name} version={version} isFixed={fixed !== undefined} request={request} />
            <HistoryLink class="quiet" kind={KIND} subject={name} base={request.base} />
          </>
        )}
      </div>
    </div>
  )
}

interface ResetProps {
  readonly name: string
  readonly version: number
  readonly isFixed: boolean
  readonly request: PageRequest
}

/** Takes back what is stored. The history keeps it, so nobody is asked whether they are sure. */
export function Reset({ name, version, isFixed, request }: ResetProps) {
  if (!request.admin.mayWrite) return null
  const action = `${request.base}/dashboard/settings/reset`
  const words = isFixed ? 'Forget what is stored' : 'Back to default'
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="name" value={name} />
      <input type="hidden" name="version" value={String(version)} />
      <button type="submit" aria-label={`${words}: ${name}`}>
        {words}
      </button>
    </form>
  )
}
