import type { PageRequest } from '../../../src/contract/page.ts'
import { DeletionForm } from '../../../views/deletion.tsx'
import type { Guardrail } from '../model.ts'
import { sentenceOf } from '../sentence.ts'

interface DeletionProps {
  readonly guardrail: Guardrail
  readonly mistake: string | undefined
  readonly request: PageRequest
}

/** Says what it is that would be deleted, and what would come of it, and asks for it once. */
export const Deletion = ({ guardrail, mistake, request }: DeletionProps) => (
  <DeletionForm
    page={`${request.base}/dashboard/guardrails`}
    field="name"
    value={guardrail.name}
    version={guardrail.version}
    mistake={mistake}
    request={request}
  >
    <p class="sentence">{sentenceOf(guardrail)}</p>
    <p>
      {guardrail.enabled
        ? 'From now on nothing of that is looked for.'
        : 'It is off already, so callers will not notice.'}{' '}
      Its history is kept, so it can be brought back.
    </p>
  </DeletionForm>
)
