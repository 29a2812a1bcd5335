import type { PageRequest } from '../../../src/page.ts'
import { Check, Csrf, described, Field } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import type { Draft, Mistake } from './draft.ts'
import type { Effect } from './effect.ts'
import { Targets } from './targets.tsx'

export const DIALOG_TITLE = 'dialog-title'

/** Sent along with every form, so that the table that comes back is the one that was there. */
export const STATE = '#filters, #page-now'

/** Tells a form that htmx sends, and whose answer lands in the page, from one that the browser sends. */
export const VIA = JSON.stringify({ via: 'htmx' })

export interface Editing {
  readonly draft: Draft
  readonly mistake?: Mistake
  readonly effects: readonly Effect[]
  readonly suggestions: readonly string[]
  /** Where the keyboard goes: the last target instead of the first field. */
  readonly atTarget?: boolean
}

/** The form for a virtual model. Which of the two kinds it makes is shown by style alone, as it is typed: see `.editor` in app.css. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft, mistake } = editing
  const path = `${request.base}/dashboard/models`
  const wrong = (field: Mistake['field']) => (mistake?.field === field ? mistake.message : undefined)
  return (
    <form
      class="editor"
      method="post"
      action={`${path}/save`}
      novalidate
      hx-post={`${path}/save`}
      hx-target="#dialog-content"
      hx-swap="innerHTML swapEmpty:true"
      hx-include={STATE}
      hx-vals={VIA}
      hx-disable="findAll button"
    >
      <header>
        <h2 id={DIALOG_TITLE}>
          {draft.old === undefined ? (
            'New virtual model'
          ) : (
            <>
              Edit <bdi>{draft.old.source}</bdi>
            </>
          )}
        </h2>
        <CloseButton path={path} />
      </header>
      {/* Enter in a field presses the first button of a form, which would be one of the targets'. */}
      <button type="submit" hidden tabindex={-1} />
      <div class="fields">
        <Csrf admin={request.admin} />
        {draft.old !== undefined && <input type="hidden" name="old_source" value={draft.old.source} />}
        {draft.old !== undefined && <input type="hidden" name="version" value={String(draft.old.version)} />}
        {wrong('form') !== undefined && (
          <p class="mistake banner" tabindex={-1} autofocus role="alert">
            {wrong('form')}
          </p>
        )}
        <Field id="f-source" label="Source" error={wrong('source')} hint={<SourceHint />}>
          <input
            class="mono"
            name="source"
            value={draft.source}
            placeholder="smart"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            {...described('f-source', {
              error: wrong('source'),
              focus: mistake === undefined && !editing.atTarget,
            })}
          />
        </Field>
        <Targets editing={editing} path={path} />
        <Making effects={editing.effects} path={path} />
        <Field id="f-user-paths" label="User paths" error={wrong('user_paths')} hint={<PathsHint />}>
          <textarea
            class="mono"
            name="user_paths"
            rows={2}
            spellcheck={false}
            placeholder="/team/alpha"
            {...described('f-user-paths', { error: wrong('user_paths') })}
          >
            {draft.userPaths}
          </textarea>
        </Field>
        <Field
          class="only-policy"
          id="f-reach"
          label="How it may be reached"
          error={wrong('reach')}
          hint="“Only through a redirect” keeps the real name out of sight: callers use the redirect."
        >
          <select name="reach" {...described('f-reach', { error: wrong('reach') })}>
            <option value="any" selected={draft.reach !== 'redirect'}>
              By its own name and through redirects
            </option>
            <option value="redirect" selected={draft.reach === 'redirect'}>
              Only through a redirect
            </option>
          </select>
        </Field>
        <Field
          id="f-description"
          label="Description"
          error={wrong('description')}
          hint="For people. Callers never see it."
        >
          <input
            name="description"
            value={draft.description}
            autocomplete="off"
            {...described('f-description', { error: wrong('description') })}
          />
        </Field>
        <Check id="f-enabled" name="enabled" checked={draft.enabled} label="Enabled" hint={<EnabledHint />} />
        {mistake?.isForcible === true && (
          <Check
            id="f-force"
            name="force"
            checked={draft.force}
            label="Save it all the same"
            hint="For a model that does not exist yet."
          />
        )}
      </div>
      <footer>
        <Link class="button" href={path} data-close="">
          Cancel
        </Link>
        <button class="primary" type="submit">
          {draft.old !== undefined ? (
            'Save'
          ) : (
            <>
              <span class="only-redirect">Create redirect</span>
              <span class="only-policy">Create access policy</span>
            </>
          )}
        </button>
      </footer>
    </form>
  )
}

export const CloseButton = ({ path }: { path: string }) => (
  <Link class="icon-button" href={path} data-close="" aria-label="Close">
    <Icon name="close" />
  </Link>
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
