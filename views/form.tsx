import type { Child } from 'hono/jsx'
import type { Admin } from '../src/types.ts'

interface FieldProps {
  readonly id: string
  readonly label: Child
  readonly hint?: Child
  readonly error?: string | undefined
  readonly class?: string
  readonly children?: Child
}

/** A label, its control, and below it what helps or what is wrong. The control takes `described(id, …)`. */
export const Field = ({ id, label, hint, error, children, class: more = '' }: FieldProps) => (
  <div class={`field ${more}`.trim()}>
    <label for={id}>{label}</label>
    {children}
    <Below id={id} hint={hint} error={error} />
  </div>
)

/** The line below a control: the mistake if there is one, and the hint. */
export const Below = ({ id, hint, error }: Pick<FieldProps, 'id' | 'hint' | 'error'>) => (
  <>
    {error !== undefined && (
      <p class="mistake" id={`${id}-error`}>
        {error}
      </p>
    )}
    {hint !== undefined && (
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </>
)

/** For fields that take names and addresses: what is typed is meant letter by letter. */
export const verbatim = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const

/** Ties a control to the line below it. The first mistake of a form takes the focus. */
export const described = (
  id: string,
  { hint = true, error, focus = false }: { hint?: boolean; error?: string | undefined; focus?: boolean } = {},
) => {
  const parts = [error !== undefined && `${id}-error`, hint && `${id}-hint`].filter(part => part !== false)
  return {
    id,
    ...(parts.length > 0 && { 'aria-describedby': parts.join(' ') }),
    ...(error !== undefined && { 'aria-invalid': 'true' }),
    ...((error !== undefined || focus) && { autofocus: true }),
  }
}

/** A box to tick, with a sentence about what it does. */
export const Check = ({
  id,
  name,
  label,
  hint,
  checked,
  value = 'on',
  focus = false,
  class: more = '',
}: {
  id: string
  name: string
  label: Child
  hint?: Child
  checked: boolean
  /** What is sent when it is ticked. */
  value?: string
  /** The keyboard goes to it when the form opens. */
  focus?: boolean
  class?: string
}) => (
  <div class={`check ${more}`.trim()}>
    <input
      type="checkbox"
      name={name}
      value={value}
      checked={checked}
      {...described(id, { hint: hint !== undefined, focus })}
    />
    <div>
      <label for={id}>{label}</label>
      <Below id={id} hint={hint} />
    </div>
  </div>
)

/** Around the fields of a form, where readers look at them: nothing can be typed or pressed there. */
export const ShownOnly = ({ children }: { children?: Child }) => (
  <fieldset class="shown-only" disabled>
    {children}
  </fieldset>
)

/** The token of this session, be it an operator's or a caller's, for forms that are sent without htmx. */
export const Csrf = ({ admin }: { admin: Pick<Admin, 'csrf'> }) =>
  admin.csrf === undefined ? null : <input type="hidden" name="csrf" value={admin.csrf} />
