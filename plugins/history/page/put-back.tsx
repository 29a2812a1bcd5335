import type { PageRequest } from '../../../src/contract/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Moment } from '../../../views/moment.tsx'
import { Name } from '../../../views/name.tsx'
import type { Told } from '../reading.ts'
import { Differences } from './differences.tsx'
import { nameOf } from './entry.tsx'
import { type Difference, kindOf } from './words.ts'

export interface Putting {
  readonly row: Told
  /** What would be another than it is now; all of it where the thing is gone. */
  readonly differences: readonly Difference[]
}

interface PutBackProps {
  readonly putting: Putting
  readonly page: string
  readonly mistake?: string
  readonly request: PageRequest
}

const SAME = 'It is like that now: there is nothing to put back.'

/** Says what would become of the thing, and asks for it once. */
export function PutBackForm({ putting: { row, differences }, page, mistake, request }: PutBackProps) {
  const isGone = row.latest.action === 'delete'
  const isSame = !isGone && differences.length === 0
  return (
    <DialogForm
      page={page}
      action="restore"
      isSmall
      title={
        <>
          Put back <Name text={nameOf(row)} />?
        </>
      }
      mistake={mistake}
      request={request}
      submit={
        !isSame && (
          <button class="primary" type="submit" autofocus={mistake === undefined}>
            Put back
          </button>
        )
      }
    >
      <input type="hidden" name="id" value={String(row.id)} />
      <input type="hidden" name="version" value={isGone ? '' : String(row.latest.version)} />
      <p>
        {kindOf(row.kind)}, as it was{' '}
        {row.action === 'delete' ? 'before it was deleted' : `in version ${row.version}`},{' '}
        <Moment at={row.at} />.{' '}
        {isSame ? SAME : isGone ? 'It is gone now, and comes back as' : 'What changes:'}
      </p>
      <Differences all={differences} />
      {!isSame && (
        <p class="muted">
          It is saved with all checks, as a version of its own, so this can be taken back, too.
          {row.kind === 'key' && ' A key keeps its secret, and one that is revoked stays so.'}
        </p>
      )}
    </DialogForm>
  )
}
