import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Doubt } from '../../../views/doubt.tsx'
import { Check, described, Field, verbatim } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Name } from '../../../views/name.tsx'
import { Options } from '../../../views/options.tsx'
import { Amounts } from './amounts.tsx'
import type { Draft } from './draft.ts'
import { type Editing, wrong } from './editing.ts'

/** The form for a limit: how much, for whom, of which models. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft, effect } = editing
  const isNew = draft.version === undefined
  const path = `${request.base}/dashboard/limits`
  return (
    <DialogForm
      page={path}
      action="save"
      title={isNew ? 'New limit' : <Title name={draft.name} />}
      mistake={wrong(editing, 'form') ?? (isNew ? undefined : wrong(editing, 'name'))}
      request={request}
      submit={
        <button class="primary" type="submit">
          {isNew ? 'Create limit' : 'Save'}
        </button>
      }
    >
      {isNew ? <NameField editing={editing} /> : <Old draft={draft} />}
      <Amounts editing={editing} />
      <div class="pair">
        <PathField editing={editing} />
        <EachField editing={editing} />
      </div>
      <div
        id="effect"
        class="effect"
        aria-live="polite"
        hx-post={`${path}/effect`}
        hx-trigger="input delay:250ms from:'closest form', change delay:250ms from:'closest form'"
        hx-sync="this:replace"
      >
        <Effect text={effect} />
      </div>
      <ModelsField editing={editing} page={path} />
      <DescriptionField editing={editing} />
      <Check
        id="f-enabled"
        name="enabled"
        checked={draft.enabled}
        label="Enabled"
        hint="Off: nothing is counted, and nobody is held back."
      />
    </DialogForm>
  )
}

const Title = ({ name }: { name: string }) => (
  <>
    Edit <Name text={name} />
  </>
)

/** A limit keeps its name: what was counted, and its history, stand under it. */
const Old = ({ draft }: { draft: Draft }) => (
  <>
    <input type="hidden" name="name" value={draft.name} />
    <input type="hidden" name="version" value={String(draft.version)} />
  </>
)

export const Effect = ({ text }: { text: string | undefined }): Child =>
  text === undefined ? null : (
    <p>
      <Icon name="arrow" />
      <span>{text}</span>
    </p>
  )

const NameField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-name"
    label="Name"
    error={wrong(editing, 'name')}
    hint="Callers read it when it is reached. Letters, digits, “.”, “_” and “-”; it stays as it is."
  >
    <input
      class="mono"
      name="name"
      value={editing.draft.name}
      placeholder="alpha-budget"
      {...verbatim}
      {...described('f-name', {
        error: wrong(editing, 'name'),
        focus: editing.mistake === undefined,
      })}
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

const sharings = {
  all: 'All of them together',
  key: 'Each key for itself',
  user_path: 'Each user path for itself',
} as const

const EachField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-each"
    label="Who shares it"
    error={wrong(editing, 'each')}
    hint="One allowance for all of them, or the same for each."
  >
    <select name="each" {...described('f-each', { error: wrong(editing, 'each') })}>
      {Object.entries(sharings).map(([value, words]) => (
        <option value={value} selected={value === editing.draft.each}>
          {words}
        </option>
      ))}
    </select>
  </Field>
)

const ModelsField = ({ editing, page }: { editing: Editing; page: string }) => (
  <Field
    id="f-models"
    label="Models"
    error={wrong(editing, 'models')}
    hint={
      <>
        One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or the name of
        a redirect. Only their calls count. Empty: every model.
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
    <Doubt page={page} />
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
