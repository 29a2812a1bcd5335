import type { Child } from 'hono/jsx'
import type { PageRequest } from '../src/contract/page.ts'
import type { Admin } from '../src/types.ts'
import { DialogForm } from './dialog-form.tsx'
import { described, Field, verbatim } from './form.tsx'
import { Name } from './name.tsx'
import { Options } from './options.tsx'

/** Fields that the forms of all have that operators define under a name. */

interface FieldProps {
  readonly value: string
  /** What is wrong with it. */
  readonly error: string | undefined
}

export const EditTitle = ({ name, admin }: { name: string; admin: Admin }) => (
  <>
    {admin.mayWrite && 'Edit '}
    <Name text={name} />
  </>
)

interface Edited<F extends string> {
  readonly mistake: { readonly field: F; readonly message: string } | undefined
}

/** What is wrong with one field of what is edited. */
export const wrong = <F extends string>({ mistake }: Edited<F>, field: NoInfer<F>): string | undefined =>
  mistake?.field === field ? mistake.message : undefined

interface DefinitionFormProps {
  readonly editing: Edited<string> & {
    readonly draft: { readonly name: string; readonly version?: number }
  }
  /** What it is: `limit`. */
  readonly kind: string
  /** The address of the page, whose action `save` takes it. */
  readonly page: string
  /** When callers read its name: `when it is reached`. */
  readonly read: string
  /** A name that one may have. */
  readonly example: string
  readonly request: PageRequest
  /** The fields below the name. */
  readonly children: Child
}

/** The form that makes one, or changes one. What has a name keeps it: its history stands under it. */
export function DefinitionForm(props: DefinitionFormProps) {
  const { editing, kind, page, read, example, request, children } = props
  const { name, version } = editing.draft
  const isNew = version === undefined
  const error = wrong(editing, 'name')
  return (
    <DialogForm
      page={page}
      action="save"
      title={isNew ? `New ${kind}` : <EditTitle name={name} admin={request.admin} />}
      mistake={wrong(editing, 'form') ?? (isNew ? undefined : error)}
      request={request}
      history={isNew ? undefined : { kind, subject: name }}
      submit={
        <button class="primary" type="submit">
          {isNew ? `Create ${kind}` : 'Save'}
        </button>
      }
    >
      {isNew ? (
        <NameField
          value={name}
          error={error}
          read={read}
          example={example}
          focus={editing.mistake === undefined}
        />
      ) : (
        <>
          <input type="hidden" name="name" value={name} />
          <input type="hidden" name="version" value={String(version)} />
        </>
      )}
      {children}
    </DialogForm>
  )
}

interface NameFieldProps extends FieldProps {
  readonly read: string
  readonly example: string
  /** The keyboard goes to it when the form opens. */
  readonly focus: boolean
}

const NameField = ({ value, error, read, example, focus }: NameFieldProps) => (
  <Field
    id="f-name"
    label="Name"
    error={error}
    hint={`Callers read it ${read}. Letters, digits, “.”, “_” and “-”; it stays as it is.`}
  >
    <input
      class="mono"
      name="name"
      value={value}
      placeholder={example}
      {...verbatim}
      {...described('f-name', { error, focus })}
    />
  </Field>
)

/** For whom it holds; paths that are known are offered. */
export const PathField = ({ value, error, paths }: FieldProps & { readonly paths: readonly string[] }) => (
  <Field
    id="f-user-path"
    label="User path"
    error={error}
    hint="It holds for callers here and below. Empty: everybody."
  >
    <input
      class="mono"
      name="user_path"
      value={value}
      placeholder="/team/alpha"
      list="known-paths"
      {...verbatim}
      {...described('f-user-path', { error })}
    />
    <datalist id="known-paths">
      <Options values={paths} />
    </datalist>
  </Field>
)

interface ModelsFieldProps extends FieldProps {
  readonly hint: Child
  readonly children?: Child
}

/** Of which models it speaks: selectors and names of redirects, one per line. */
export const ModelsField = ({ value, error, hint, children }: ModelsFieldProps) => (
  <Field id="f-models" label="Models" error={error} hint={hint}>
    <textarea
      class="mono"
      name="models"
      rows={1}
      spellcheck={false}
      placeholder="openai/"
      {...described('f-models', { error })}
    >
      {value}
    </textarea>
    {children}
  </Field>
)

export const DescriptionField = ({ value, error }: FieldProps) => (
  <Field id="f-description" label="Description" error={error} hint="For people. Callers never see it.">
    <textarea name="description" rows={1} maxlength={1000} {...described('f-description', { error })}>
      {value}
    </textarea>
  </Field>
)

interface ChoiceFieldProps extends FieldProps {
  readonly id: string
  readonly name: string
  readonly label: string
  readonly hint: string
  /** Values, and what people read. */
  readonly options: Readonly<Record<string, string>>
}

/** One of a few. */
export const ChoiceField = ({ id, name, label, hint, options, value, error }: ChoiceFieldProps) => (
  <Field id={id} label={label} error={error} hint={hint}>
    <select name={name} {...described(id, { error })}>
      {Object.entries(options).map(([option, words]) => (
        <option value={option} selected={option === value}>
          {words}
        </option>
      ))}
    </select>
  </Field>
)

/** What the draft would do, said anew while it is typed: the action `effect` of the page answers with it. */
export const EffectBox = ({ page, children }: { readonly page: string; readonly children: Child }) => (
  <div
    id="effect"
    class="effect"
    aria-live="polite"
    hx-post={`${page}/effect`}
    hx-trigger="input delay:250ms from:'closest form', change delay:250ms from:'closest form'"
    hx-sync="this:replace"
  >
    {children}
  </div>
)
