import type { PageRequest } from '../../../src/page.ts'
import type { ProviderType } from '../../../src/provider.ts'
import { VIA } from '../../../views/dialog-form.tsx'
import { Check, Csrf, described, Field, verbatim } from '../../../views/form.tsx'
import { ago } from '../../../views/format.ts'
import { HistoryLink } from '../../../views/history-link.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { KIND, type Made } from '../model.ts'
import { fieldsOf, type Field as Setting } from '../settings.ts'
import type { Trial } from '../trial.ts'
import { type Draft, inputName, type Mistake, removalName } from './draft.ts'
import { labelOf } from './words.ts'

/** What the form for a provider shows. */
export interface Editing {
  readonly type: ProviderType
  readonly draft: Draft
  readonly mistake?: Mistake
  /** As it is stored; absent for a new one. */
  readonly made?: Made | undefined
  /** What configures one of this name outside of the dashboard. */
  readonly configuredBy?: readonly string[] | undefined
  readonly trial?: Trial
  /** A secret can be kept. */
  readonly canSeal: boolean
  readonly now: number
}

interface Props {
  readonly editing: Editing
  readonly request: PageRequest
}

/** The form of one provider: who it is, where, and what it asks for. */
export function Editor({ editing, request }: Props) {
  const { type, draft, mistake, trial } = editing
  const isNew = draft.version === undefined
  const page = `${request.base}/dashboard/providers/edit`
  return (
    <>
      <header class="top">
        <div>
          <h1>{isNew ? 'New provider' : <Name text={draft.name} />}</h1>
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
        <Banners editing={editing} />
        <NameOf editing={editing} />
        {fieldsOf(type).map(field =>
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
        <div id="tried" aria-live="polite">
          {trial && <Tried trial={trial} isPlain />}
        </div>
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
      </form>
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

interface FieldProps {
  readonly field: Setting
  readonly editing: Editing
}

const errorOf = ({ mistake }: Editing, { name }: Setting): string | undefined =>
  mistake?.field === name ? mistake.message : undefined

function OpenField({ field, editing }: FieldProps) {
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
function SecretField({ field, editing }: FieldProps) {
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
        hint={
          setAt === undefined
            ? `${field.about}. It is kept sealed, and never shown again.${isLost ? AGAIN : ''}`
            : `Typed ${ago(editing.now - setAt)}. Empty: it stays.${isLost ? AGAIN : ''}`
        }
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

const AGAIN = ' Type it again: no page has it.'

const tones = { true: 'good', false: 'bad', null: 'plain' } as const

/** Why nothing was stored; what was typed is still in the form. */
export const Complaint = ({ mistake: { field, message } }: { mistake: Mistake }) => (
  <p class="tested" data-tone="bad" role="alert">
    <Icon name="alert" />
    <span>
      {field !== 'form' && `${labelOf(field)}: `}
      {message}
    </span>
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
