import type { PageRequest } from '../../../src/contract/page.ts'
import { DeletionForm } from '../../../views/deletion.tsx'
import { Remark } from '../../../views/dialog-form.tsx'
import { shorten } from '../../../views/name.tsx'
import type { VirtualModelView } from '../model.ts'
import { Cover, Goal, Who } from './cells.tsx'

interface DeletionProps {
  readonly view: VirtualModelView
  readonly mistake?: string
  readonly request: PageRequest
}

/** Says what it is that would be deleted, and what would come of it, and asks for it once. */
export const Deletion = ({ view, mistake, request }: DeletionProps) => (
  <DeletionForm
    page={`${request.base}/dashboard/models`}
    field="source"
    value={view.source}
    version={view.version}
    mistake={mistake}
    request={request}
  >
    <dl class="facts">
      <dt>{view.kind === 'policy' ? 'Access policy' : 'Redirect'}</dt>
      <dd>{view.kind === 'policy' ? <Cover view={view} /> : <Goal view={view} />}</dd>
      <dt>Who may use it</dt>
      <dd>
        <Who view={view} />
      </dd>
    </dl>
    <p>{consequence(view)} Its history keeps it, so it can be brought back.</p>
  </DeletionForm>
)

export const Gone = ({ source, request }: { source: string; request: PageRequest }) => (
  <Remark
    text={`There is no virtual model “${shorten(source)}” any more.`}
    page={`${request.base}/dashboard/models`}
  />
)

function consequence({ kind, shadows, enabled }: VirtualModelView): string {
  if (kind === 'policy') return 'What it covers falls to the next policy that covers it, or to the default.'
  if (!enabled) return 'It is off already, so callers will not notice.'
  return shadows === true
    ? 'Callers who ask for this name reach the real model again.'
    : 'Callers who ask for this name are told that there is no such model.'
}
