import type { PageRequest } from '../src/contract/page.ts'
import { STATE, VIA } from './dialog-form.tsx'
import { Csrf } from './form.tsx'

interface UndoProps {
  /** The address of the page, whose action `undo` takes it. */
  readonly page: string
  /** The field that says what was deleted, and its value. */
  readonly field: string
  readonly value: string
  readonly request: PageRequest
}

/** Takes a deletion back, for as long as the message about it is there. */
export function Undo({ page, field, value, request }: UndoProps) {
  const action = `${page}/undo`
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE} hx-vals={VIA}>
      <Csrf admin={request.admin} />
      <input type="hidden" name={field} value={value} />
      <button class="offer" type="submit">
        Undo
      </button>
    </form>
  )
}
