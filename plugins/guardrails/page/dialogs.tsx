import type { PageRequest } from '../../../src/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Name } from '../../../views/name.tsx'
import type { Guardrail } from '../model.ts'
import { sentenceOf } from '../sentence.ts'

interface DeletionProps {
  readonly guardrail: Guardrail
  readonly mistake?: string
  readonly request: PageRequest
}

/** Says what it is that would be deleted, and what would come of it, and asks for it once. */
export const Deletion = ({ guardrail, mistake, request }: DeletionProps) => (
  <DialogForm
    page={`${request.base}/dashboard/guardrails`}
    action="delete"
    isSmall
    title={
      <>
        Delete <Name text={guardrail.name} />?
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
    <input type="hidden" name="name" value={guardrail.name} />
    <input type="hidden" name="version" value={String(guardrail.version)} />
    <p class="sentence">{sentenceOf(guardrail)}</p>
    <p>
      {guardrail.enabled
        ? 'From now on nothing of that is looked for.'
        : 'It is off already, so callers will not notice.'}{' '}
      Its history is kept, so it can be brought back.
    </p>
  </DialogForm>
)
