import type { Child } from 'hono/jsx'
import { Below, Check, described, Field, verbatim } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { type Affinity, affinities, type Strategy, strategies } from '../model.ts'
import type { Draft, Mistake } from './draft.ts'
import type { Editing } from './editor.tsx'

/** Short enough for the narrowest screen. */
export const strategyNames: Readonly<Record<Strategy, string>> = {
  round_robin: 'Round robin',
  cost: 'Cheapest first',
  failover: 'In this order',
  latency: 'Quickest first',
}

const affinityNames: Readonly<Record<Affinity, string>> = {
  session: 'Each session',
  caller: 'Each caller',
  off: 'Nobody',
}

/** Lines for targets; more than one brings weights and a strategy. The server adds and removes lines. */
export function Targets({ editing, path }: { editing: Editing; path: string }) {
  const { draft, mistake, suggestions } = editing
  const last = draft.targets.length - 1
  return (
    <fieldset id="targets" class="targets">
      <legend>{last > 0 ? 'Target models' : 'Target model'}</legend>
      {draft.targets.map((target, index) => (
        <TargetLine
          target={target}
          index={index}
          path={path}
          mistake={mistake?.index === index ? mistake : undefined}
          focus={editing.focus === 'target' && index === last}
        >
          {last > 0 && (
            <button
              class="icon-button"
              {...changing(path)}
              name="remove"
              value={String(index)}
              aria-label={`Remove target ${index + 1}`}
            >
              <Icon name="close" />
            </button>
          )}
        </TargetLine>
      ))}
      <div class="under">
        <p class="hint" id="f-target-hint">
          <code>provider/model</code>, a model, or another redirect.{' '}
          <strong>Empty makes an access policy.</strong>
        </p>
        <button class="quiet only-redirect" {...changing(path)} name="add" value="1">
          <Icon name="plus" />
          Add target
        </button>
      </div>
      <Strategies draft={draft} mistake={mistake} />
      <datalist id="known-models">
        <Suggestions names={suggestions} />
      </datalist>
    </fieldset>
  )
}

/** A button that sends the form as it is and gets it back with other target lines. */
const changing = (path: string) => ({
  type: 'submit' as const,
  formaction: `${path}/draft`,
  'hx-post': `${path}/draft`,
  'hx-target': '#targets',
  'hx-select': '#targets',
  'hx-select-oob': '#effect:innerHTML',
  'hx-swap': 'outerHTML',
})

interface LineProps {
  readonly target: Draft['targets'][number]
  readonly index: number
  readonly path: string
  readonly mistake: Mistake | undefined
  readonly focus: boolean
  readonly children?: Child
}

function TargetLine({ target, index, path, mistake, focus, children }: LineProps) {
  const wrong = (field: Mistake['field']) => (mistake?.field === field ? mistake.message : undefined)
  const id = `f-target-${index}`
  const weightId = `f-weight-${index}`
  return (
    <div class="target">
      <div class="line">
        <input
          class="mono"
          name="target"
          value={target.model}
          placeholder="openai/gpt-5"
          list="known-models"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-label={`Target model ${index + 1}`}
          hx-post={`${path}/suggest`}
          hx-trigger="input changed delay:150ms"
          hx-vals={JSON.stringify({ index })}
          hx-target="#known-models"
          hx-sync="this:replace"
          {...described(id, { error: wrong('target'), focus })}
          aria-describedby={wrong('target') === undefined ? 'f-target-hint' : `${id}-error f-target-hint`}
        />
        <label class="weight only-many">
          <span>Weight</span>
          <input
            name="weight"
            value={target.weight}
            inputmode="numeric"
            autocomplete="off"
            {...described(weightId, { hint: false, error: wrong('weight') })}
          />
        </label>
        {children}
      </div>
      <Below id={id} error={wrong('target')} />
      <Below id={weightId} error={wrong('weight')} />
      <Callers paths={target.userPaths} index={index} mistake={wrong('target_paths')} />
    </div>
  )
}

interface CallersProps {
  readonly paths: string
  readonly index: number
  readonly mistake: string | undefined
}

/** For whom a target is there: closed until it is used. Of an only target the redirect's own user paths say it. */
function Callers({ paths, index, mistake }: CallersProps) {
  const id = `f-target-paths-${index}`
  const isUsed = paths.trim() !== '' || mistake !== undefined
  return (
    <details class={isUsed ? 'callers' : 'callers only-many'} open={isUsed}>
      <summary>For some callers only</summary>
      <textarea
        class="mono"
        name="target_paths"
        rows={1}
        placeholder="/team/alpha"
        aria-label={`Callers of target ${index + 1}`}
        {...verbatim}
        {...described(id, { error: mistake })}
      >
        {paths}
      </textarea>
      <Below
        id={id}
        error={mistake}
        hint="User paths, one per line. Callers inside one of them get this target first; for others it is not there."
      />
    </details>
  )
}

const Strategies = ({ draft, mistake }: { draft: Draft; mistake: Mistake | undefined }) => (
  <div class="strategy only-many">
    <Field
      id="f-strategy"
      label="Strategy"
      error={mistake?.field === 'strategy' ? mistake.message : undefined}
    >
      <select
        name="strategy"
        {...described('f-strategy', {
          hint: false,
          error: mistake?.field === 'strategy' ? mistake.message : undefined,
        })}
      >
        {strategies.map(name => (
          <option value={name} selected={draft.strategy === name}>
            {strategyNames[name]}
          </option>
        ))}
      </select>
    </Field>
    <Field
      id="f-affinity"
      label="Who keeps a target"
      error={mistake?.field === 'affinity' ? mistake.message : undefined}
      hint="A session is one conversation. A caller is who holds the key, or the user whom the app names."
    >
      <select
        name="affinity"
        {...described('f-affinity', {
          error: mistake?.field === 'affinity' ? mistake.message : undefined,
        })}
      >
        {affinities.map(name => (
          <option value={name} selected={draft.affinity === name}>
            {affinityNames[name]}
          </option>
        ))}
      </select>
    </Field>
    <Check
      id="f-failover"
      name="failover"
      checked={draft.failover}
      label="Fail over"
      hint="Try the other targets when one fails."
    />
  </div>
)

export const Suggestions = ({ names }: { names: readonly string[] }) => (
  <>
    {names.map(name => (
      <option value={name} />
    ))}
  </>
)
