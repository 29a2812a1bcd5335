import type { PageRequest } from '../../../src/page.ts'
import { STATE } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { HistoryLink } from '../../../views/history-link.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { opening } from '../../../views/opening.ts'
import { KIND } from '../model.ts'
import type { Shown } from './line.tsx'

interface Props {
  readonly shown: Shown
  readonly isNew: boolean
  readonly request: PageRequest
}

/** What can be done here about a setting, or why nothing can. */
export function Acts({ shown, isNew, request }: Props) {
  const { setting, fixed, version, unfit } = shown
  const { name } = setting
  const page = `${request.base}/dashboard/settings`
  const edit = `${page}?${new URLSearchParams({ edit: name })}`
  return (
    <div class="entry-acts">
      {isNew && (
        <p class="done" role="status">
          <Icon name="check" />
          This holds now, at every gateway on this database.
        </p>
      )}
      {unfit !== undefined && (
        <p class="mistake">What is stored is left out, because it does not fit any more. {unfit}.</p>
      )}
      {version !== undefined && unfit === undefined && fixed !== undefined && (
        <p class="muted">Something is stored here, too; it holds when nothing else says what this is.</p>
      )}
      {fixed !== undefined && <p class="muted">{fixed}.</p>}
      {fixed === undefined && (
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
          <form
            method="post"
            action={`${page}/reset`}
            hx-post={`${page}/reset`}
            hx-swap="none"
            hx-include={STATE}
          >
            <Csrf admin={request.admin} />
            <input type="hidden" name="name" value={name} />
            <input type="hidden" name="version" value={String(version)} />
            <button type="submit" aria-label={`Take back what is stored of ${name}`}>
              {fixed === undefined ? 'Back to default' : 'Forget what is stored'}
            </button>
          </form>
          <HistoryLink class="quiet" kind={KIND} subject={name} base={request.base} />
        </>
      )}
    </div>
  )
}
