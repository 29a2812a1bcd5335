import { toSnake } from '../../../src/config/shape.ts'
import type { PageRequest } from '../../../src/contract/page.ts'
import type { ProviderType } from '../../../src/contract/provider.ts'
import { VIA } from '../../../views/dialog-form.tsx'
import { Check, Csrf, described, Field, ShownOnly, verbatim } from '../../../views/form.tsx'
import { HistoryLink } from '../../../views/history-link.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { KIND } from '../model.ts'
import { fieldsOf, type Field as Setting } from '../settings.ts'
import type { Trial } from '../trial.ts'
import { inFull, type Mistake } from './draft.ts'
import type { Editing } from './editing.ts'
import { OpenField, SecretField } from './fields.tsx'
import { labelOf } from './words.ts'

interface Props {
  readonly editing: Editing
  readonly request: PageRequest
}

/** The form of one provider: who it is, where, and what it asks for. */
export function Editor({ editing, request }: Props) {
  const { type, draft, trial } = editing
  const isNew = draft.version === undefined
  const page = `${request.base}/dashboard/providers/edit`
  return (
    <>
      <header class="top">
        <div>
          <p class="crumb">
            <Link href={`${request.base}/dashboard/providers`}>Providers</Link>
          </p>
          <h1>{isNew ? `New provider: ${type.name}` : <Name text={draft.name} />}</h1>
          <p class="lead">{type.about}</p>
        </div>
      </header>
      <form
        class="provider"
        method="post"
        action={`${page}/save`}
        novalidate
        autocomplete="off"
        hx-post={`${page}/save`}
        hx-target="#tried"
        hx-swap="innerHTML"
        hx-vals={VIA}
        hx-sync="this:drop"
      >
        <Csrf admin={request.admin} />
        <input type="hidden" name="type" value={type.name} />
        {request.admin.mayWrite ? (
          <Fields editing={editing} />
        ) : (
          <ShownOnly>
            <Fields editing={editing} />
          </ShownOnly>
        )}
        <div id="tried" aria-live="polite">
          {trial && <Tried trial={trial} isPlain />}
        </div>
        {request.admin.mayWrite ? (
          <Ways editing={editing} request={request} />
        ) : (
          <footer>
            <Link class="button" href={`${request.base}/dashboard/providers`}>
              Back
            </Link>
          </footer>
        )}
      </form>
    </>
  )
}

/** Who it is, and all that its type can be told. */
function Fields({ editing }: Pick<Props, 'editing'>) {
  const { type, draft } = editing
  return (
    <>
      <Banners editing={editing} />
      {draft.version === undefined && <Needs type={type} />}
      <NameOf editing={editing} />
      {inOrder(fieldsOf(type)).map(field =>
        field.isSecret ? (
          <SecretField field={field} editing={editing} />
        ) : (
          <OpenField field={field} editing={editing} />
        ),
      )}
      <Check
        id="f-enabled"
        name="enabled"
        checked={draft.enabled}
        label="Enabled"
        hint="Off: it is kept, and nobody is sent there."
      />
    </>
  )
}

/** What can be done with what is typed. */
function Ways({ editing: { draft, mistake }, request }: Props) {
  const isNew = draft.version === undefined
  const page = `${request.base}/dashboard/providers/edit`
  return (
    <>
      <footer>
        <button class="primary" type="submit">
          {isNew ? 'Create provider' : 'Save'}
        </button>
        <button
          type="submit"
          formaction={`${page}/test`}
          hx-post={`${page}/test`}
          hx-target="#tried"
          hx-swap="innerHTML"
          hx-vals={VIA}
          hx-sync="this:drop"
        >
          Test
        </button>
        <Link class="button quiet" href={`${request.base}/dashboard/providers`}>
          Cancel
        </Link>
        {!isNew && <Aside name={draft.name} page={page} base={request.base} />}
      </footer>
      {mistake === undefined && (
        <p class="hint">
          A test asks the provider for its list of models. It costs nothing, and stores nothing.
        </p>
      )}
    </>
  )
}

const Aside = ({ name, page, base }: { name: string; page: string; base: string }) => (
  <span class="aside">
    <HistoryLink class="quiet" base={base} kind={KIND} subject={name} />
    <Link class="button quiet" href={`${page}?${new URLSearchParams({ delete: name })}`}>
      <Icon name="trash" />
      Delete
    </Link>
  </span>
)

const Needs = ({ type }: { type: ProviderType }) => {
  const needs = type.missing({}, setting => labelOf(toSnake(setting)))
  return needs === undefined ? null : <p class="hint">It needs {needs}. The rest may stay empty.</p>
}

/** What a type asks for comes before what most leave as it is. */
const usual = ['base_url', 'models']
const inOrder = (fields: readonly Setting[]): readonly Setting[] =>
  fields.toSorted((a, b) => usual.indexOf(a.name) - usual.indexOf(b.name))

/** What is to be known before anything is typed. */
function Banners({ editing: { mistake, made, configuredBy, canSeal } }: { editing: Editing }) {
  return (
    <>
      {mistake?.field === 'form' && (
        <p class="mistake banner" role="alert" tabindex={-1} autofocus>
          {mistake.message}
        </p>
      )}
      {configuredBy !== undefined && (
        <p class="trouble">
          <Icon name="lock" />
          <span>
            A provider of this name is set by {configuredBy.join(', ')}, and serves in the place of this one.
            Change it there; this one can only be deleted.
          </span>
        </p>
      )}
      {made?.trouble !== undefined && (
        <p class="trouble">
          <Icon name="alert" />
          <span>It does not serve. {made.trouble}.</span>
        </p>
      )}
      {!canSeal && (
        <p class="trouble">
          <Icon name="alert" />
          <span>
            No key can be kept here yet: set <code>SECRETS_KEY</code> (<code>openssl rand -base64 32</code>{' '}
            makes one) or <code>MODELWAY_MASTER_KEY</code>, and start again. Providers without a key can be
            added now.
          </span>
        </p>
      )}
    </>
  )
}

/** What has a name keeps it: models, policies and prices speak of it. */
function NameOf({ editing: { draft, mistake, type } }: { editing: Editing }) {
  const error = mistake?.field === 'name' ? mistake.message : undefined
  if (draft.version !== undefined)
    return (
      <>
        <input type="hidden" name="name" value={draft.name} />
        <input type="hidden" name="version" value={String(draft.version)} />
        {error !== undefined && <p class="mistake banner">{error}</p>}
      </>
    )
  return (
    <Field
      id="f-name"
      label="Name"
      error={error}
      hint="Its models are called NAME/model. Small letters, digits and dashes; it stays as it is."
    >
      <input
        class="mono"
        name="name"
        value={draft.name}
        placeholder={`${type.name}-east`}
        maxlength={64}
        {...verbatim}
        {...described('f-name', { error, focus: mistake === undefined })}
      />
    </Field>
  )
}

const tones = { true: 'good', false: 'bad', null: 'plain' } as const

/** Why nothing was stored; what was typed is still in the form. */
export const Complaint = ({ mistake }: { mistake: Mistake }) => (
  <p class="tested" data-tone="bad" role="alert">
    <Icon name="alert" />
    <span>{inFull(mistake)}</span>
  </p>
)

/** What came of a test. */
export const Tried = ({ trial: { ok, text, ms }, isPlain = false }: { trial: Trial; isPlain?: boolean }) => (
  <p class="tested" data-tone={tones[`${ok}`]}>
    <Icon name={ok === false ? 'alert' : 'check'} />
    <span>
      {text}
      {ok !== null && ms > 0 && ` (${ms} ms)`}
      {isPlain && ok === true && '. Save it with its key typed once more'}
    </span>
  </p>
)
