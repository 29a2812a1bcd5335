import type { PageRequest } from '../../../src/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Check, described, Field, verbatim } from '../../../views/form.tsx'
import { Name } from '../../../views/name.tsx'
import { Options } from '../../../views/options.tsx'
import type { Draft } from './draft.ts'
import { type Editing, wrong } from './editing.ts'
import { EffectOf } from './effect.tsx'
import { Finds } from './finds.tsx'

/** The form for a guardrail: what to look for, where, what becomes of it, and a text to try it on. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft } = editing
  const isNew = draft.version === undefined
  const path = `${request.base}/dashboard/guardrails`
  return (
    <DialogForm
      page={path}
      action="save"
      title={isNew ? 'New guardrail' : <Title name={draft.name} />}
      mistake={wrong(editing, 'form') ?? (isNew ? undefined : wrong(editing, 'name'))}
      request={request}
      submit={
        <button class="primary" type="submit">
          {isNew ? 'Create guardrail' : 'Save'}
        </button>
      }
    >
      {isNew ? <NameField editing={editing} /> : <Old draft={draft} />}
      <Finds editing={editing} />
      <div class="pair">
        <OnField editing={editing} />
        <ActionField editing={editing} />
      </div>
      <TryIt editing={editing} path={path} />
      <MessageField editing={editing} />
      <div class="pair">
        <PathField editing={editing} />
        <ModelsField editing={editing} />
      </div>
      <DescriptionField editing={editing} />
      <Check
        id="f-unreadable"
        name="unreadable"
        checked={draft.allowsUnreadable}
        label="Let through what nobody can look into"
        hint="Otherwise uploads, and bodies and answers that are no JSON, are refused where this refuses or masks."
      />
      <Check
        id="f-enabled"
        name="enabled"
        checked={draft.enabled}
        label="Enabled"
        hint="Off: nothing is looked at."
      />
    </DialogForm>
  )
}

const Title = ({ name }: { name: string }) => (
  <>
    Edit <Name text={name} />
  </>
)

/** A guardrail keeps its name: its history stands under it. */
const Old = ({ draft }: { draft: Draft }) => (
  <>
    <input type="hidden" name="name" value={draft.name} />
    <input type="hidden" name="version" value={String(draft.version)} />
  </>
)

const TryIt = ({ editing: { draft, effect }, path }: { editing: Editing; path: string }) => (
  <div class="try">
    <Field id="f-sample" label="Try it" hint="Nothing of this is sent anywhere, stored or counted.">
      <textarea
        name="sample"
        rows={2}
        maxlength={20_000}
        placeholder="Type what somebody might write"
        {...described('f-sample')}
      >
        {draft.sample}
      </textarea>
    </Field>
    <div
      id="effect"
      class="effect"
      aria-live="polite"
      hx-post={`${path}/effect`}
      hx-trigger="input delay:250ms from:'closest form', change delay:250ms from:'closest form'"
      hx-sync="this:replace"
    >
      <EffectOf effect={effect} />
    </div>
  </div>
)

const NameField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-name"
    label="Name"
    error={wrong(editing, 'name')}
    hint="Callers read it when they are refused. Letters, digits, “.”, “_” and “-”; it stays as it is."
  >
    <input
      class="mono"
      name="name"
      value={editing.draft.name}
      placeholder="no-card-numbers"
      {...verbatim}
      {...described('f-name', { error: wrong(editing, 'name'), focus: editing.mistake === undefined })}
    />
  </Field>
)

const sides = {
  input: 'What models are told',
  output: 'What models say',
  both: 'Both',
} as const

const OnField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-on"
    label="Where to look"
    error={wrong(editing, 'on')}
    hint="Every text of a call: messages, tools, and fields that nobody knows yet."
  >
    <select name="on" {...described('f-on', { error: wrong(editing, 'on') })}>
      {Object.entries(sides).map(([value, words]) => (
        <option value={value} selected={value === editing.draft.on}>
          {words}
        </option>
      ))}
    </select>
  </Field>
)

const actions = {
  block: 'Refuse the call',
  mask: 'Mask what is found',
  report: 'Only count it',
} as const

const ActionField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-action"
    label="What to do"
    error={wrong(editing, 'action')}
    hint="A stream is ended where it would be refused or masked: what has left cannot be taken back."
  >
    <select name="action" {...described('f-action', { error: wrong(editing, 'action') })}>
      {Object.entries(actions).map(([value, words]) => (
        <option value={value} selected={value === editing.draft.action}>
          {words}
        </option>
      ))}
    </select>
  </Field>
)

const MessageField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-message"
    label="Message"
    error={wrong(editing, 'message')}
    hint="What callers that are refused are told beside the name of the guardrail; never what was found."
  >
    <input
      name="message"
      value={editing.draft.message}
      maxlength={500}
      placeholder="Ask security@example.com"
      autocomplete="off"
      {...described('f-message', { error: wrong(editing, 'message') })}
    />
  </Field>
)

const PathField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-user-path"
    label="User path"
    error={wrong(editing, 'user_path')}
    hint="It holds for callers here and below. Empty: everybody."
  >
    <input
      class="mono"
      name="user_path"
      value={editing.draft.userPath}
      placeholder="/team/alpha"
      list="known-paths"
      {...verbatim}
      {...described('f-user-path', { error: wrong(editing, 'user_path') })}
    />
    <datalist id="known-paths">
      <Options values={editing.paths} />
    </datalist>
  </Field>
)

const ModelsField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-models"
    label="Models"
    error={wrong(editing, 'models')}
    hint={
      <>
        One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or a redirect.
        Empty: every model.
      </>
    }
  >
    <textarea
      class="mono"
      name="models"
      rows={1}
      spellcheck={false}
      placeholder="openai/"
      {...described('f-models', { error: wrong(editing, 'models') })}
    >
      {editing.draft.models}
    </textarea>
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
      maxlength={1000}
      {...described('f-description', { error: wrong(editing, 'description') })}
    >
      {editing.draft.description}
    </textarea>
  </Field>
)
