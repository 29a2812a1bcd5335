import type { PageRequest } from '../../../src/page.ts'
import { DialogForm, DialogHead } from '../../../views/dialog-form.tsx'
import type { VirtualModelView } from '../model.ts'

interface DeletionProps {
  readonly source: string
  /** Absent when it is gone already. */
  readonly view: VirtualModelView | undefined
  readonly mistake?: string
  readonly request: PageRequest
}

/** Says what deleting would do, and asks for it once. */
export const Deletion = ({ source, view, mistake, request }: DeletionProps) => (
  <DialogForm
    page={`${request.base}/dashboard/models`}
    action="delete"
    isSmall
    title={
      <>
        Delete <bdi>{source}</bdi>?
      </>
    }
    mistake={mistake}
    request={request}
    submit={
      <button class="danger" type="submit" autofocus={mistake === undefined}>
        Delete
      </button>
    }
  >
    <input type="hidden" name="source" value={source} />
    {view !== undefined && <p>{consequence(view)} This cannot be undone.</p>}
  </DialogForm>
)

function consequence({ kind, shadows, enabled }: VirtualModelView): string {
  if (kind === 'policy') return 'What it covers falls to the next policy that covers it, or to the default.'
  if (!enabled) return 'It is off already, so callers will not notice.'
  return shadows === true
    ? 'Callers who ask for this name reach the real model again.'
    : 'Callers who ask for this name are told that there is no such model.'
}

/** One sentence in the place of a form that cannot be shown. */
export const Remark = ({ text, path }: { text: string; path: string }) => (
  <div class="editor small">
    <DialogHead title="Not here" page={path} />
    <div class="fields">
      <p>{text}</p>
    </div>
  </div>
)
