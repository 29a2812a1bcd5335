import type { Child } from 'hono/jsx'
import type { Input, Setting } from '../../../src/contract/inventory.ts'
import type { PageRequest } from '../../../src/contract/page.ts'
import { EffectBox } from '../../../views/definition-form.tsx'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { Check, described, Field, verbatim } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Name } from '../../../views/name.tsx'
import { KIND } from '../model.ts'
import type { Draft } from './draft.ts'
import { sentence } from './line.tsx'
import { textOf } from './value.ts'

/** What the form for a setting shows. */
export interface Editing {
  readonly setting: Setting
  readonly draft: Draft
  readonly effect: Effected
  /** What is wrong with what was sent. */
  readonly mistake?: string
}

/** What a draft would do: the setting as it would be, or why it cannot be so. */
export type Effected = { readonly setting: Setting } | { readonly mistake: string }

/** The form for one setting: the field that fits it, what it means, and what would hold. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { setting, draft, effect, mistake } = editing
  const page = `${request.base}/dashboard/settings`
  const { name, about, preset } = setting
  return (
    <DialogForm
      page={page}
      action="save"
      isSmall
      title={
        <>
          Change <Name class="mono" text={name} />
        </>
      }
      mistake={undefined}
      request={request}
      history={draft.version === undefined ? undefined : { kind: KIND, subject: name }}
      submit={
        <button class="primary" type="submit">
          Save
        </button>
      }
    >
      <input type="hidden" name="name" value={name} />
      {draft.version !== undefined && <input type="hidden" name="version" value={String(draft.version)} />}
      {about !== undefined && <p>{sentence(about)}</p>}
      <ValueField setting={setting} typed={draft.typed} error={mistake} />
      <p class="muted">
        By default: {preset === undefined ? 'not set' : <Name class="mono" text={textOf(preset)} />}
      </p>
      <EffectBox page={page}>{mistake === undefined && <Effect effect={effect} />}</EffectBox>
    </DialogForm>
  )
}

const hints: Readonly<Record<Exclude<Input['kind'], 'switch' | 'choice' | 'number'>, string>> = {
  time: 'With its unit: 500ms, 30s, 10m, 1h, 90d.',
  size: 'In bytes, or with a unit: 512k, 10M, 1G.',
  list: 'One per line. Empty: none.',
  text: 'As the config file would say it.',
}

interface ValueFieldProps {
  readonly setting: Setting
  readonly typed: string
  readonly error: string | undefined
}

const ID = 'f-value'

function ValueField({ setting, typed, error }: ValueFieldProps) {
  const { input } = setting
  const focus = error === undefined
  if (input?.kind === 'switch')
    return <Check id={ID} name="value" label="On" checked={typed === 'on'} focus={focus} />
  return (
    <Field id={ID} label="Value" error={error} hint={hintOf(input)}>
      <Control
        input={input}
        typed={typed}
        more={described(ID, { hint: hintOf(input) !== undefined, error, focus })}
      />
    </Field>
  )
}

function hintOf(input: Input | undefined): string | undefined {
  if (input?.kind === 'number') return limitsIn(input)
  return input === undefined || input.kind === 'choice' || input.kind === 'switch'
    ? undefined
    : hints[input.kind]
}

function limitsIn({ min, max }: Extract<Input, { kind: 'number' }>): string | undefined {
  if (min !== undefined && max !== undefined) return `From ${min} to ${max}.`
  return min === undefined ? undefined : `At least ${min}.`
}

interface ControlProps {
  readonly input: Input | undefined
  readonly typed: string
  readonly more: ReturnType<typeof described>
}

function Control({ input, typed, more }: ControlProps): Child {
  if (input?.kind === 'choice')
    return (
      <select name="value" {...more}>
        {input.options.map(option => (
          <option value={option} selected={option === typed}>
            {option}
          </option>
        ))}
      </select>
    )
  if (input?.kind === 'list')
    return (
      <textarea class="mono" name="value" rows={3} spellcheck={false} {...more}>
        {typed}
      </textarea>
    )
  if (input?.kind === 'number')
    return (
      <input type="number" name="value" value={typed} min={input.min} max={input.max} step="any" {...more} />
    )
  return <input class="mono" name="value" value={typed} {...verbatim} {...more} />
}

/** What holds when it is saved; or why it cannot be. */
export function Effect({ effect }: { effect: Effected }): Child {
  if ('mistake' in effect)
    return (
      <p>
        <Icon name="alert" />
        <span>{effect.mistake}</span>
      </p>
    )
  const { value, isSet } = effect.setting
  return (
    <p>
      <Icon name="arrow" />
      <span>
        {isSet && value !== undefined ? (
          <>
            Saved, <Name class="mono" text={textOf(value)} /> holds at once.
          </>
        ) : (
          'Saved, nothing is set.'
        )}
      </span>
    </p>
  )
}
