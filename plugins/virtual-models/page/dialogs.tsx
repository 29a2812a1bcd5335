import type { PageRequest } from '../../../src/page.ts'
import { Csrf } from '../../../views/form.tsx'
import { Link } from '../../../views/link.tsx'
import type { VirtualModelView } from '../model.ts'
import { CloseButton, DIALOG_TITLE, STATE, VIA } from './editor.tsx'

interface DeletionProps {
  readonly source: string
  /** Absent when it is gone already. */
  readonly view: VirtualModelView | undefined
  readonly message?: string
  readonly request: PageRequest
}

/** Says what deleting would do, and asks for it once. */
export function Deletion({ source, view, message, request }: DeletionProps) {
  const path = `${request.base}/dashboard/models`
  return (
    <form
      class="editor small"
      method="post"
      action={`${path}/delete`}
      hx-post={`${path}/delete`}
      hx-target="#dialog-content"
      hx-swap="innerHTML swapEmpty:true"
      hx-include={STATE}
      hx-vals={VIA}
      hx-disable="findAll button"
    >
      <header>
        <h2 id={DIALOG_TITLE}>
          Delete <bdi>{source}</bdi>?
        </h2>
        <CloseButton path={path} />
      </header>
      <div class="fields">
        <Csrf admin={request.admin} />
        <input type="hidden" name="source" value={source} />
        {message !== undefined && (
          <p class="mistake banner" tabindex={-1} autofocus role="alert">
            {message}
          </p>
        )}
        {view !== undefined && <p>{consequence(view)}</p>}
      </div>
      <footer>
        <Link class="button" href={path} data-close="">
          Cancel
        </Link>
        <button class="danger" type="submit" autofocus={message === undefined}>
          Delete
        </button>
      </footer>
    </form>
  )
}

function consequence({ kind, shadows, enabled }: VirtualModelView): string {
  if (kind === 'policy')
    return 'What it covers falls to the next policy that covers it, or to the default. This cannot be undone.'
  if (!enabled) return 'It is off already, so callers will not notice. This cannot be undone.'
  return shadows === true
    ? 'Callers who ask for this name reach the real model again. This cannot be undone.'
    : 'Callers who ask for this name are told that there is no such model. This cannot be undone.'
}

/** One sentence in the place of a form that cannot be shown. */
export const Remark = ({ text, path }: { text: string; path: string }) => (
  <div class="editor small">
    <header>
      <h2 id={DIALOG_TITLE}>Not here</h2>
      <CloseButton path={path} />
    </header>
    <div class="fields">
      <p>{text}</p>
    </div>
  </div>
)
