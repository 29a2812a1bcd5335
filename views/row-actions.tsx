import type { PageRequest } from '../src/contract/page.ts'
import type { Admin } from '../src/types.ts'
import { STATE, VIA } from './dialog-form.tsx'
import { Csrf } from './form.tsx'
import { Link } from './link.tsx'
import { toQuery } from './listing.ts'
import { opening } from './opening.ts'
import { shortHash } from './short-hash.ts'

interface SwitchProps {
  /** The address of the page, whose action `toggle` takes it. */
  readonly page: string
  /** The field that says what is switched, and its value. */
  readonly field: string
  readonly value: string
  readonly isOn: boolean
  /** What that is called: `On`. */
  readonly word: string
  /** It is declared where the dashboard does not write. */
  readonly isFixed: boolean
  readonly request: PageRequest
}

/** Switches what a row stands for on or off. */
export function Switch({ page, field, value, isOn, word, isFixed, request }: SwitchProps) {
  if (isFixed || !request.admin.mayWrite) return <span class="muted">{word}</span>
  const action = `${page}/toggle`
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE} hx-vals={VIA}>
      <Csrf admin={request.admin} />
      <input type="hidden" name={field} value={value} />
      <input type="hidden" name="enabled" value={isOn ? '' : 'on'} />
      <button
        id={`toggle-${shortHash(value)}`}
        class="switch"
        type="submit"
        role="switch"
        aria-checked={String(isOn)}
        aria-label={`${value}: enabled`}
      >
        <span class="knob" />
        {word}
      </button>
    </form>
  )
}

interface OpensProps<Q> {
  /** The address of the page. */
  readonly page: string
  readonly query: Q
  /** What the dialog asks for: `edit`. */
  readonly verb: string
  /** What the link says: `Edit`. */
  readonly word: string
  /** What it is done to, and what people call that. */
  readonly value: string
  readonly name?: string
}

/** Opens a dialog about what a row stands for: `?edit=NAME`. */
export const Opens = <Q extends { readonly page: number }>({
  page,
  query,
  verb,
  word,
  value,
  name = value,
}: OpensProps<Q>) => (
  <Link
    class="quiet"
    id={`${verb}-${shortHash(value)}`}
    href={page + toQuery(query, { [verb]: value })}
    {...opening(`${page}?${new URLSearchParams({ [verb]: value })}`)}
    aria-label={`${word} ${name}`}
  >
    {word}
  </Link>
)

/** What is done to a row that operators define; readers look at what others edit. */
export const EditAndDelete = <Q extends { readonly page: number }>({
  admin,
  ...row
}: Omit<OpensProps<Q>, 'verb' | 'word'> & { readonly admin: Admin }) =>
  admin.mayWrite ? (
    <>
      <Opens {...row} verb="edit" word="Edit" />
      <Opens {...row} verb="delete" word="Delete" />
    </>
  ) : (
    <Opens {...row} verb="edit" word="View" />
  )
