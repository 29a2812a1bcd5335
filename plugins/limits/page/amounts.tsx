import type { Child } from 'hono/jsx'
import { wrong } from '../../../views/definition-form.tsx'
import { Below, Check, described, Field } from '../../../views/form.tsx'
import { ZoneInput } from '../../../views/zone-input.tsx'
import { windows } from '../model.ts'
import type { Editing } from './editing.ts'
import { Waits } from './waits.tsx'

const spans: Readonly<Record<(typeof windows)[number], string>> = {
  minute: 'Minute',
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
}

/** How much may happen: at least one of four. */
export const Amounts = ({ editing }: { editing: Editing }) => (
  <fieldset
    class="inset amounts-of"
    {...(wrong(editing, 'amounts') !== undefined && {
      'aria-describedby': 'f-amounts-error',
    })}
  >
    <legend>How much is allowed</legend>
    <Amount editing={editing} of="cost" label="Dollars" placeholder="500" />
    <Amount editing={editing} of="tokens" label="Tokens" placeholder="2,000,000" />
    <Amount editing={editing} of="requests" label="Requests" placeholder="10,000" />
    <Field id="f-per" label="In each" error={wrong(editing, 'per')}>
      <select name="per" {...described('f-per', { hint: false, error: wrong(editing, 'per') })}>
        {windows.map(value => (
          <option value={value} selected={value === editing.draft.per}>
            {spans[value]}
          </option>
        ))}
      </select>
    </Field>
    <Field id="f-time-zone" label="Time zone" error={wrong(editing, 'time_zone')} class="wide">
      <ZoneInput
        value={editing.draft.timeZone}
        {...described('f-time-zone', { hint: false, error: wrong(editing, 'time_zone') })}
      />
    </Field>
    <Amount
      editing={editing}
      of="concurrent"
      label="Calls at the same time"
      placeholder="5"
      hint="So many may be under way at any moment."
      class="wide"
    />
    <Waits editing={editing} />
    <div class="whole">
      <Below
        id="f-amounts"
        error={wrong(editing, 'amounts')}
        hint="Fill in one or more; what is empty has no limit. Tokens are input and output. It begins anew with each minute, hour, day, week (on Monday) or month of the time zone."
      />
      <Check
        class="only-cost"
        id="f-unpriced"
        name="unpriced"
        checked={editing.draft.refusesUnpriced}
        label="Refuse what has no known price"
        hint="Otherwise their calls go through, and count as $0."
      />
    </div>
  </fieldset>
)

interface AmountProps {
  readonly editing: Editing
  readonly of: 'requests' | 'tokens' | 'cost' | 'concurrent'
  readonly label: string
  readonly placeholder: string
  readonly hint?: Child
  readonly class?: string
}

const ids = {
  requests: 'requests',
  tokens: 'tokens',
  cost: 'cost_usd',
  concurrent: 'concurrent',
} as const

/** A text: what is no number comes back as it was typed. */
function Amount({ editing, of, label, placeholder, hint, class: more = '' }: AmountProps) {
  const field = ids[of]
  const id = `f-${field.replace('_', '-')}`
  // Where all are empty the keyboard goes to the first.
  const isFirst = of === 'cost' && (wrong(editing, 'amounts') !== undefined || isReopened(editing))
  return (
    <Field id={id} label={label} error={wrong(editing, field)} hint={hint} class={more}>
      <input
        name={field}
        value={editing.draft[of]}
        placeholder={placeholder}
        inputmode={of === 'cost' ? 'decimal' : 'numeric'}
        autocomplete="off"
        {...described(id, {
          hint: hint !== undefined,
          error: wrong(editing, field),
          focus: isFirst,
        })}
      />
    </Field>
  )
}

const isReopened = ({ draft, mistake }: Editing): boolean =>
  draft.version !== undefined && mistake === undefined
