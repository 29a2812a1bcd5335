import type { PageRequest } from '../../../src/contract/page.ts'
import { EditTitle } from '../../../views/definition-form.tsx'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Doubt } from '../../../views/doubt.tsx'
import { Check, described, Field } from '../../../views/form.tsx'
import { KIND } from '../keys.ts'
import type { Draft, Mistake } from './draft.ts'
import { MadeNote, MakesKeysField } from './making.tsx'
import { OperatesField } from './operates.tsx'

export interface Editing {
  readonly draft: Draft
  readonly mistake?: Mistake
  /** Once there is a key, callers need one; and without a master key nobody could manage it. */
  readonly locksOut: boolean
  /** What people call the key whose holder has made it; absent where an operator did. */
  readonly maker?: string | undefined
}

/** The form for a key: who holds it, on whose behalf, and what it opens. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft, mistake, locksOut } = editing
  return (
    <DialogForm
      page={`${request.base}/dashboard/keys`}
      action="save"
      title={draft.old === undefined ? 'New API key' : <EditTitle name={draft.name} admin={request.admin} />}
      mistake={wrong(editing, 'form')}
      history={draft.old && { kind: KIND, subject: draft.old.id }}
      request={request}
      submit={
        <button class="primary" type="submit">
          {draft.old === undefined ? 'Create key' : 'Save'}
        </button>
      }
    >
      {draft.old !== undefined && <input type="hidden" name="id" value={draft.old.id} />}
      {draft.old !== undefined && <input type="hidden" name="version" value={String(draft.old.version)} />}
      {locksOut && draft.old === undefined && (
        <p class="mistake banner">
          Until now the gateway is open to this machine. From the first key on every caller needs one, and
          this dashboard needs MODELWAY_MASTER_KEY: set it, restart, then make keys.
        </p>
      )}
      {editing.maker !== undefined && <MadeNote maker={editing.maker} />}
      <Field id="f-name" label="Name" error={wrong(editing, 'name')} hint="Who holds it, in your own words.">
        <input
          name="name"
          value={draft.name}
          placeholder="Team Alpha"
          maxlength={200}
          autocomplete="off"
          {...described('f-name', { error: wrong(editing, 'name'), focus: mistake === undefined })}
        />
      </Field>
      <PathFields editing={editing} />
      <Field
        id="f-models"
        label="Allowed models"
        error={wrong(editing, 'allowed_models')}
        hint={
          <>
            One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or the name
            of a redirect. Empty: all that its user path may use.
          </>
        }
      >
        <textarea
          class="mono"
          name="allowed_models"
          rows={2}
          spellcheck={false}
          placeholder="smarter"
          {...described('f-models', { error: wrong(editing, 'allowed_models') })}
        >
          {draft.models}
        </textarea>
        <Doubt page={`${request.base}/dashboard/keys`} />
      </Field>
      <LabelFields editing={editing} />
      <Operating editing={editing} />
    </DialogForm>
  )
}

const wrong = ({ mistake }: Editing, field: Mistake['field']): string | undefined =>
  mistake?.field === field ? mistake.message : undefined

const PathFields = ({ editing }: { editing: Editing }) => (
  <>
    <Field
      id="f-user-path"
      label="User path"
      error={wrong(editing, 'user_path')}
      hint="Every call with this key is made on behalf of this path, whatever the caller says. Empty: the caller names one."
    >
      <input
        class="mono"
        name="user_path"
        value={editing.draft.userPath}
        placeholder="/team/alpha"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        {...described('f-user-path', { error: wrong(editing, 'user_path') })}
      />
    </Field>
    <Check
      id="f-sub-paths"
      name="sub_paths"
      checked={editing.draft.subPaths}
      label="The caller may name a path below it"
      hint={wrong(editing, 'sub_paths') ?? 'For a service that calls on behalf of its own users.'}
    />
    {editing.maker === undefined && (
      <MakesKeysField checked={editing.draft.makesKeys} error={wrong(editing, 'makes_keys')} />
    )}
  </>
)

/** Most keys are for calls: closed until it is set, or wrong. */
function Operating({ editing }: { editing: Editing }) {
  const { operates, noModels } = editing.draft
  const error = wrong(editing, 'operates')
  const silent = (
    <Check
      id="f-no-models"
      name="no_models"
      checked={noModels}
      label="It calls no model"
      hint="For a key that only operates. Leave “Allowed models” empty then."
    />
  )
  if (editing.maker !== undefined) return noModels ? silent : null
  return (
    <details class="asking" open={operates !== '' || noModels || error !== undefined}>
      <summary>For an operator: dashboard and admin API</summary>
      <fieldset aria-label="For an operator">
        <OperatesField value={operates} error={error} />
        {silent}
      </fieldset>
    </details>
  )
}

const LabelFields = ({ editing }: { editing: Editing }) => (
  <>
    <Field
      id="f-labels"
      label="Labels"
      error={wrong(editing, 'labels')}
      hint={
        <>
          One <code>name=value</code> per line. Usage can be summed by them.
        </>
      }
    >
      <textarea
        class="mono"
        name="labels"
        rows={1}
        spellcheck={false}
        placeholder="cost-centre=4711"
        {...described('f-labels', { error: wrong(editing, 'labels') })}
      >
        {editing.draft.labels}
      </textarea>
    </Field>
    <Field
      id="f-last-day"
      label="Last day"
      error={wrong(editing, 'expires_at')}
      hint="It works until the end of that day, UTC. Empty: until it is revoked."
    >
      <input
        type="date"
        name="last_day"
        value={editing.draft.lastDay}
        {...described('f-last-day', { error: wrong(editing, 'expires_at') })}
      />
    </Field>
    <Field id="f-description" label="Description" error={wrong(editing, 'description')}>
      <textarea
        name="description"
        rows={1}
        maxlength={2000}
        {...described('f-description', { hint: false, error: wrong(editing, 'description') })}
      >
        {editing.draft.description}
      </textarea>
    </Field>
  </>
)
