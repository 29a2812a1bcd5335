import type { PageRequest } from '../../../src/contract/page.ts'
import { DeletionForm } from '../../../views/deletion.tsx'
import type { Limit } from '../model.ts'
import { sentenceOf } from './words.ts'

interface DeletionProps {
  readonly limit: Limit
  readonly mistake: string | undefined
  readonly request: PageRequest
}

/** Says what it is that would be deleted, and what would come of it, and asks for it once. */
export const Deletion = ({ limit, mistake, request }: DeletionProps) => (
  <DeletionForm
    page={`${request.base}/dashboard/limits`}
    field="name"
    value={limit.name}
    version={limit.version}
    mistake={mistake}
    request={request}
  >
    <p class="sentence">{sentenceOf(limit)}</p>
    <p>
      {limit.enabled
        ? 'From now on this holds nobody back.'
        : 'It is off already, so callers will not notice.'}{' '}
      What it has counted is forgotten. Its history keeps the limit itself, so it can be brought back.
    </p>
  </DeletionForm>
)
