import { described, Field } from '../../../views/form.tsx'
import { efforts } from '../rows/parameters.ts'
import type { Draft, Mistake } from './draft.ts'
import { isSet, type ParameterName, parameterNames } from './parameters.ts'

interface AskingProps {
  readonly draft: Draft
  readonly mistake: Mistake | undefined
}

/** How a redirect asks its model: rarely needed, so closed until something of it is set, or wrong. */
export function Asking({ draft, mistake }: AskingProps) {
  const isWrong = mistake?.field === 'parameters' || parameterNames.some(name => mistake?.field === name)
  return (
    <details class="asking only-redirect" open={isWrong || isSet(draft.parameters)}>
      <summary>How it is asked</summary>
      <fieldset aria-label="How it is asked">
        <p class="hint">What is set here holds, whatever callers say. Where a field is empty, they decide.</p>
        {mistake?.field === 'parameters' && <p class="mistake">{mistake.message}</p>}
        <Line name="temperature" label="Temperature" placeholder="0 to 2" draft={draft} mistake={mistake} />
        <Line name="top_p" label="Top p" placeholder="0 to 1" draft={draft} mistake={mistake} />
        <Line
          name="max_output_tokens"
          label="Most output tokens"
          placeholder="as many as it likes"
          draft={draft}
          mistake={mistake}
        />
        <Effort draft={draft} mistake={mistake} />
        <Instructions draft={draft} mistake={mistake} />
      </fieldset>
    </details>
  )
}

const idOf = (name: ParameterName): string => `f-${name.replaceAll('_', '-')}`
const wrong = (mistake: Mistake | undefined, name: ParameterName): string | undefined =>
  mistake?.field === name ? mistake.message : undefined

interface LineProps extends AskingProps {
  readonly name: ParameterName
  readonly label: string
  readonly placeholder: string
}

/** A number. */
const Line = ({ name, label, placeholder, draft, mistake }: LineProps) => (
  <Field id={idOf(name)} label={label} error={wrong(mistake, name)}>
    <input
      name={name}
      value={draft.parameters[name]}
      placeholder={placeholder}
      inputmode="decimal"
      autocomplete="off"
      {...described(idOf(name), { hint: false, error: wrong(mistake, name) })}
    />
  </Field>
)

const Effort = ({ draft, mistake }: AskingProps) => (
  <Field id={idOf('reasoning_effort')} label="Reasoning effort" error={wrong(mistake, 'reasoning_effort')}>
    <select
      name="reasoning_effort"
      {...described(idOf('reasoning_effort'), { hint: false, error: wrong(mistake, 'reasoning_effort') })}
    >
      <option value="">as callers say</option>
      {efforts.map(effort => (
        <option value={effort} selected={draft.parameters.reasoning_effort === effort}>
          {effort}
        </option>
      ))}
    </select>
  </Field>
)

const Instructions = ({ draft, mistake }: AskingProps) => (
  <Field
    id={idOf('instructions')}
    label="Instructions"
    error={wrong(mistake, 'instructions')}
    hint="They stand before the callers’ own system prompt. Both are sent."
    class="wide"
  >
    <textarea
      name="instructions"
      rows={3}
      {...described(idOf('instructions'), { error: wrong(mistake, 'instructions') })}
    >
      {draft.parameters.instructions}
    </textarea>
  </Field>
)
