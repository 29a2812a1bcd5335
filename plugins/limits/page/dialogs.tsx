import type { PageRequest } from '../../../src/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Name } from '../../../views/name.tsx'
import type { Limit } from '../model.ts'
import { sentenceOf } from './words.ts'

interface DeletionProps {
  readonly limit: Limit
  readonly mistake?: string
  readonly request: PageRequest
}

/** Says what it is that would be deleted, and what would come of it, and asks for it once. */
export const Deletion = ({ limit, mistake, request }: DeletionProps) => (
  <DialogForm
    page={`${request.base}/dashboard/limits`}
    action="delete"
    isSmall
    title={
      <>
        Delete <Name text={limit.name} />?
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
    <input type="hidden" name="name" value={limit.name} />
    <input type="hidden" name="version" value={String(limit.version)} />
    <p class="sentence">{sentenceOf(limit)}</p>
    <p>
      {limit.enabled
        ? 'From now on this holds nobody back.'
        : 'It is off already, so callers will not notice.'}{' '}
      What it has counted is forgotten. Its history keeps the limit itself, so it can be brought back.
    </p>
  </DialogForm>
)
