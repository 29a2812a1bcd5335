import type { Child } from 'hono/jsx'
import type { PageRequest } from '../src/contract/page.ts'
import { DialogForm } from './dialog-form.tsx'
import { Name } from './name.tsx'

interface DeletionProps {
  /** The address of the page, whose action `delete` takes it. */
  readonly page: string
  /** The field that says what is deleted, and its value. */
  readonly field: string
  readonly value: string
  /** The version that is looked at: another one is not deleted. */
  readonly version: number
  readonly mistake: string | undefined
  readonly request: PageRequest
  /** What it is, and what comes of it when it is gone. */
  readonly children: Child
}

/** Asks once whether something is to be deleted. */
export const DeletionForm = ({ page, field, value, version, mistake, request, children }: DeletionProps) => (
  <DialogForm
    page={page}
    action="delete"
    isSmall
    title={
      <>
        Delete <Name text={value} />?
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
    <input type="hidden" name={field} value={value} />
    <input type="hidden" name="version" value={String(version)} />
    {children}
  </DialogForm>
)
