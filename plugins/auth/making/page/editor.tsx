import { DialogForm, type DialogRequest } from '../../../../views/dialog-form.tsx'
import { Check, described, Field, verbatim } from '../../../../views/form.tsx'
import type { KeyRow } from '../../views-of.ts'
import type { Draft, Mistake } from './draft.ts'

interface EditorProps {
  readonly draft: Draft
  readonly mistake?: Mistake | undefined
  /** Whose holder makes it. */
  readonly maker: KeyRow
  readonly page: string
  readonly request: DialogRequest
}

/** The form for a key that a team lead makes: who holds it, where it stands, and what it opens of what its maker's does. */
export function Editor({ draft, mistake, maker, page, request }: EditorProps) {
  const wrong = (field: Mistake['field']) => (mistake?.field === field ? mistake.message : undefined)
  return (
    <DialogForm
      page={page}
      action="make"
      title="New key"
      mistake={wrong('form')}
      request={request}
      submit={
        <button class="primary" type="submit">
          Make key
        </button>
      }
    >
      <Field id="f-name" label="Name" error={wrong('name')} hint="Who holds it, in your own words.">
        <input
          name="name"
          value={draft.name}
          placeholder="Invoices, staging"
          maxlength={200}
          autocomplete="off"
          {...described('f-name', { error: wrong('name'), focus: mistake === undefined })}
        />
      </Field>
      <Field
        id="f-user-path"
        label="User path"
        error={wrong('user_path')}
        hint={
          <>
            At or below <code>{maker.userPath}</code>: every call with this key is made on behalf of it.
          </>
        }
      >
        <input
          class="mono"
          name="user_path"
          value={draft.userPath}
          {...verbatim}
          {...described('f-user-path', { error: wrong('user_path') })}
        />
      </Field>
      <Check
        id="f-sub-paths"
        name="sub_paths"
        checked={draft.subPaths}
        label="The caller may name a path below it"
        hint={wrong('sub_paths') ?? 'For a service that calls on behalf of its own users.'}
      />
      <Field
        id="f-models"
        label="Allowed models"
        error={wrong('allowed_models')}
        hint={
          <>
            One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or the name
            of a redirect. Empty: all that your key may call.
          </>
        }
      >
        <textarea
          class="mono"
          name="allowed_models"
          rows={2}
          spellcheck={false}
          {...described('f-models', { error: wrong('allowed_models') })}
        >
          {draft.models}
        </textarea>
      </Field>
      <Field
        id="f-last-day"
        label="Last day"
        error={wrong('expires_at')}
        hint="It works until the end of that day, UTC. Empty: as long as your key does, or until it is revoked."
      >
        <input
          type="date"
          name="last_day"
          value={draft.lastDay}
          {...described('f-last-day', { error: wrong('expires_at') })}
        />
      </Field>
      <Field id="f-description" label="Description" error={wrong('description')}>
        <textarea
          name="description"
          rows={1}
          maxlength={2000}
          {...described('f-description', { hint: false, error: wrong('description') })}
        >
          {draft.description}
        </textarea>
      </Field>
    </DialogForm>
  )
}
