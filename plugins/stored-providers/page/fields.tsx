import { Check, described, Field, verbatim } from '../../../views/form.tsx'
import { ago } from '../../../views/format.ts'
import type { Field as Setting } from '../settings.ts'
import { inputName, removalName } from './draft.ts'
import type { Editing } from './editing.ts'
import { labelOf } from './words.ts'

interface FieldProps {
  readonly field: Setting
  readonly editing: Editing
}

const errorOf = ({ mistake }: Editing, { name }: Setting): string | undefined =>
  mistake?.field === name ? mistake.message : undefined

export function OpenField({ field, editing }: FieldProps) {
  const id = `f-${field.name}`
  const error = errorOf(editing, field)
  const value = editing.draft.values[field.name] ?? ''
  const shared = { class: 'mono', name: inputName(field), ...verbatim, ...described(id, { error }) }
  const usual = field.name === 'base_url' ? editing.type.baseUrl : undefined
  const isList = field.name === 'models'
  return (
    <Field
      id={id}
      label={labelOf(field.name)}
      error={error}
      hint={
        isList ? `${field.about}. One per line.` : `${field.about}.${usual ? ' Empty: the usual one.' : ''}`
      }
    >
      {isList ? (
        <textarea rows={2} {...shared}>
          {value}
        </textarea>
      ) : (
        <input value={value} placeholder={usual} {...shared} />
      )}
    </Field>
  )
}

/** What is typed here goes one way: no page ever has it again, so after a mistake it is typed once more. */
export function SecretField({ field, editing }: FieldProps) {
  const id = `f-${field.name}`
  const error = errorOf(editing, field)
  const setAt = editing.made?.stored.secrets[field.setting]?.setAt
  const isLost = editing.draft.lost?.includes(field.name) === true
  return (
    <>
      <Field
        id={id}
        label={labelOf(field.name)}
        error={error}
        hint={`${hintOf(field, editing)}${isLost ? AGAIN : ''}`}
      >
        <input
          class="mono"
          type="password"
          name={inputName(field)}
          placeholder={setAt === undefined ? undefined : '••••••••'}
          {...verbatim}
          autocomplete="new-password"
          {...described(id, { error })}
        />
      </Field>
      {setAt !== undefined && (
        <Check
          id={`f-remove-${field.name}`}
          name={removalName(field)}
          checked={false}
          label={`Forget ${labelOf(field.name)}`}
        />
      )}
    </>
  )
}

function hintOf(field: Setting, { made, now }: Editing): string {
  const setAt = made?.stored.secrets[field.setting]?.setAt
  if (setAt === undefined) return `${field.about}. It is kept sealed, and never shown again.`
  const typed = `Typed ${ago(now - setAt)}`
  return made?.unreadable?.includes(field.name)
    ? `${typed}, and sealed with a key that is not here. Type it anew.`
    : `${typed}. Empty: it stays.`
}

const AGAIN = ' Type it again: no page has it.'
