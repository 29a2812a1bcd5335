import type { PageRequest } from '../../../src/contract/page.ts'
import { EditTitle } from '../../../views/definition-form.tsx'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Check, described, Field } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { KIND } from '../model.ts'
import { Asking } from './asking.tsx'
import type { Draft, Mistake } from './draft.ts'
import type { Effect } from './effect.ts'
import { Mirroring } from './mirroring.tsx'
import type { Replacing } from './replacing.ts'
import { Targets } from './targets.tsx'

export interface Editing {
  readonly draft: Draft
  readonly mistake?: Mistake
  readonly effects: readonly Effect[]
  readonly suggestions: readonly string[]
  /** The access policy whose place it would take. */
  readonly replacing: Replacing | undefined
  /** Where the keyboard goes instead of the first field: to the last target, or to the user paths. */
  readonly focus?: 'target' | 'paths'
}

/** The form for a virtual model. Which of the two kinds it makes is shown by style alone, at each key: see `dialog.css`. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft, mistake, effects, replacing } = editing
  const path = `${request.base}/dashboard/models`
  return (
    <DialogForm
      page={path}
      action="save"
      title={
        draft.old === undefined ? (
          'New virtual model'
        ) : (
          <EditTitle name={draft.old.source} admin={request.admin} />
        )
      }
      mistake={wrong(editing, 'form')}
      request={request}
      history={draft.old && { kind: KIND, subject: draft.old.source }}
      submit={<Submit isNew={draft.old === undefined} />}
    >
      {/* Enter in a field presses the first button of a form, which would be one of the targets'. */}
      <button type="submit" hidden tabindex={-1} />
      {draft.old !== undefined && <input type="hidden" name="old_source" value={draft.old.source} />}
      {draft.old !== undefined && <input type="hidden" name="version" value={String(draft.old.version)} />}
      <SourceField editing={editing} />
      {replacing !== undefined && <ReplaceField replacing={replacing} />}
      <Targets editing={editing} path={path} />
      <Making effects={effects} path={path} />
      <Asking draft={draft} mistake={mistake} />
      <Mirroring draft={draft} mistake={mistake} />
      <PathsField editing={editing} />
      <ReachField editing={editing} />
      <DescriptionField editing={editing} />
      <Check id="f-enabled" name="enabled" checked={draft.enabled} label="Enabled" hint={<EnabledHint />} />
      {mistake?.isForcible === true && <ForceField draft={draft} />}
    </DialogForm>
  )
}

const wrong = ({ mistake }: Editing, field: Mistake['field']): string | undefined =>
  mistake?.field === field ? mistake.message : undefined

const Submit = ({ isNew }: { isNew: boolean }) => (
  <button class="primary" type="submit">
    {isNew ? (
      <>
        <span class="only-redirect">Create redirect</span>
        <span class="only-policy">Create access policy</span>
      </>
    ) : (
      'Save'
    )}
  </button>
)

const SourceField = ({ editing }: { editing: Editing }) => (
  <Field id="f-source" label="Source" error={wrong(editing, 'source')} hint={<SourceHint />}>
    <input
      class="mono"
      name="source"
      value={editing.draft.source}
      placeholder="smart"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      {...described('f-source', {
        error: wrong(editing, 'source'),
        focus: editing.mistake === undefined && editing.focus === undefined,
      })}
    />
  </Field>
)

const PathsField = ({ editing }: { editing: Editing }) => (
  <Field id="f-user-paths" label="User paths" error={wrong(editing, 'user_paths')} hint={<PathsHint />}>
    <textarea
      class="mono"
      name="user_paths"
      rows={2}
      spellcheck={false}
      placeholder="/team/alpha"
      {...described('f-user-paths', {
        error: wrong(editing, 'user_paths'),
        focus: editing.focus === 'paths',
      })}
    >
      {editing.draft.userPaths}
    </textarea>
  </Field>
)

const ReachField = ({ editing }: { editing: Editing }) => (
  <Field
    class="only-policy"
    id="f-reach"
    label="How it may be reached"
    error={wrong(editing, 'reach')}
    hint="“Only through a redirect” keeps the real name out of sight: callers use the redirect."
  >
    <select name="reach" {...described('f-reach', { error: wrong(editing, 'reach') })}>
      <option value="any" selected={editing.draft.reach !== 'redirect'}>
        By its own name and through redirects
      </option>
      <option value="redirect" selected={editing.draft.reach === 'redirect'}>
        Only through a redirect
      </option>
    </select>
  </Field>
)

const DescriptionField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-description"
    label="Description"
    error={wrong(editing, 'description')}
    hint="For people. Callers never see it."
  >
    <textarea
      name="description"
      rows={1}
      {...described('f-description', { error: wrong(editing, 'description') })}
    >
      {editing.draft.description}
    </textarea>
  </Field>
)

const ForceField = ({ draft }: { draft: Draft }) => (
  <Check
    id="f-force"
    name="force"
    checked={draft.force}
    label="Save it all the same"
    hint="For a model that does not exist yet."
  />
)

const ReplaceField = ({ replacing: { answer, isMeant } }: { replacing: Replacing }) => (
  <Check
    class="only-redirect"
    id="f-replaces"
    name="replaces"
    value={answer}
    checked={isMeant}
    label="Replace the access policy"
    hint="What it closes is then open or closed as other policies, or the default, say. Its history stays."
  />
)

const SourceHint = () => (
  <>
    <span class="only-redirect">The name that callers ask for. The name of a real model shadows it.</span>
    <span class="only-policy">
      What it covers: <code>/</code> all, <code>provider/</code> one provider, <code>provider/model</code> one
      model, <code>model</code> on any provider.
    </span>
  </>
)

const PathsHint = () => (
  <>
    <span class="only-redirect">One per line. Empty: everybody may use it.</span>
    <span class="only-policy">
      One per line. Only callers inside one of them may use it; <code>/</code> is everybody.
    </span>
  </>
)

const EnabledHint = () => (
  <>
    <span class="only-redirect">Off: the name is read as if the redirect did not exist.</span>
    <span class="only-policy">Off: nobody may use what the policy covers.</span>
  </>
)

/** Says which of the two the form is making, and what saving it would do. */
const Making = ({ effects, path }: { effects: readonly Effect[]; path: string }) => (
  <div class="making" aria-live="polite">
    <p class="only-redirect">
      <strong>This makes a redirect.</strong> Callers who ask for the source get the target.
    </p>
    <p class="only-policy">
      <strong>This makes an access policy.</strong> It says who may use the models that the source selects.
    </p>
    <div
      id="effect"
      hx-post={`${path}/effect`}
      hx-trigger="input delay:250ms from:'closest form', change delay:250ms from:'closest form'"
      hx-sync="this:replace"
    >
      <Effects effects={effects} />
    </div>
  </div>
)

export const Effects = ({ effects }: { effects: readonly Effect[] }) =>
  effects.length === 0 ? null : (
    <ul>
      {effects.map(({ tone, text }) => (
        <li data-tone={tone}>
          <Icon name={tone === 'warn' ? 'alert' : 'arrow'} />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  )
