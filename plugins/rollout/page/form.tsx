import type { PageRequest } from '../../../src/contract/page.ts'
import { Csrf, described, Field, verbatim } from '../../../views/form.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { Draft, Mistake } from './draft.ts'
import { placeOf } from './place.ts'

export interface Starting {
  readonly draft: Draft
  readonly mistake?: Mistake
  /** Models that may be meant. */
  readonly models: readonly string[]
}

interface Props {
  readonly starting: Starting
  readonly request: PageRequest
}

/** The form that starts a rollout. */
export function StartForm({ starting, request }: Props) {
  const { draft, models } = starting
  const { base, admin } = request
  return (
    <>
      <header class="top">
        <div>
          <p class="crumb">
            <Link href={placeOf(base, draft.source)}>
              <Name text={draft.source} />
            </Link>
          </p>
          <h1>New rollout</h1>
          <p class="lead">
            Another model takes over step by step. Each step waits for its time and for enough answers; when
            the model does worse than it may, its calls go back to where they went before.
          </p>
        </div>
      </header>
      <form class="rollout-form" method="post" action={`${base}/dashboard/models/rollouts/start`} novalidate>
        <Csrf admin={admin} />
        <input type="hidden" name="source" value={draft.source} />
        <Complaint starting={starting} />
        <Text
          starting={starting}
          of="to"
          label="Model that takes over"
          value={draft.to}
          hint="As provider/id."
          list="c-to"
        />
        <datalist id="c-to">
          {models.map(model => (
            <option value={model} />
          ))}
        </datalist>
        <Text
          {...{ starting, of: 'steps', label: 'Steps, in percent', value: draft.steps }}
          hint="At 100 the other targets stay behind it, for when it fails."
        />
        <div class="pair">
          <Text
            {...{ starting, of: 'every', label: 'Each lasts', value: draft.every }}
            hint="At least: 30m, 2h, 1d."
          />
          <Text
            {...{ starting, of: 'min_calls', label: 'Answers in each', value: draft.calls }}
            hint="So many are waited for."
          />
        </div>
        <fieldset>
          <legend>Roll back when it does worse</legend>
          <p class="hint">
            Than the other targets in the same time, and for certain (95 %). Empty: that does not matter.
          </p>
          <div class="pair">
            <Text {...{ starting, of: 'error_rate_above', label: 'Errors above, %', value: draft.above }} />
            <Text
              {...{
                starting,
                of: 'error_rate_worse_by',
                label: 'More errors than theirs, points',
                value: draft.worse,
              }}
            />
            <Text
              {...{ starting, of: 'slower_by', label: 'So many times slower', value: draft.slower }}
              placeholder="1.5"
            />
            <Text
              {...{ starting, of: 'dearer_by', label: 'So many times dearer', value: draft.dearer }}
              placeholder="2"
            />
          </div>
        </fieldset>
        <footer>
          <Link class="button" href={placeOf(base, draft.source)}>
            Cancel
          </Link>
          {admin.mayWrite && (
            <button class="primary" type="submit">
              Start rollout
            </button>
          )}
        </footer>
      </form>
    </>
  )
}

const fields: ReadonlySet<string> = new Set([
  ...['to', 'steps', 'every', 'min_calls'],
  ...['error_rate_above', 'error_rate_worse_by', 'slower_by', 'dearer_by'],
])

/** What is wrong with no field in particular. */
const Complaint = ({ starting: { mistake } }: Pick<Props, 'starting'>) =>
  mistake === undefined || fields.has(mistake.field) ? null : (
    <p class="mistake banner" tabindex={-1} autofocus role="alert">
      {mistake.message}
    </p>
  )

interface TextProps {
  readonly starting: Starting
  readonly of: string
  readonly label: string
  readonly value: string
  readonly hint?: string
  readonly placeholder?: string
  readonly list?: string
}

function Text({ starting: { mistake }, of, label, value, hint, ...more }: TextProps) {
  const id = `f-${of.replaceAll('_', '-')}`
  const error = mistake?.field === of ? mistake.message : undefined
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        name={of}
        value={value}
        maxlength={512}
        {...more}
        {...verbatim}
        {...described(id, { hint: hint !== undefined, error, focus: of === 'to' && mistake === undefined })}
      />
    </Field>
  )
}
