import { described, Field } from '../../../../views/form.tsx'
import { Icon } from '../../../../views/icon.tsx'
import { spell } from '../../../../views/name.tsx'
import type { Names } from '../../report/names.ts'
import type { Asked, FilterName } from '../address.ts'

interface FiltersProps {
  readonly asked: Asked
  readonly names: Names
  readonly path: string
  readonly into: string
  readonly keyName: (id: string) => string | undefined
}

const outcomes = {
  '': 'All outcomes',
  'failed=false': 'Not failed',
  'failed=true': 'Failed',
} as const

/** What is behind “More filters”. */
const more: readonly FilterName[] = [
  'virtual_model',
  'provider',
  'key',
  'session',
  'label',
  'status',
  'code',
  'streamed',
  'cached',
  'mirrored',
  'min_cost_usd',
]
/** Goes along unseen. */
const hidden = ['range', 'from', 'to', 'time_zone', 'operation', 'dialect', 'without'] as const

/** A form whose fields stand in the address. It goes out when a field is left, or without a script by its button. */
export function RequestFilters({ asked, names, path, into, keyName }: FiltersProps) {
  const isOpen = more.some(name => (asked[name] ?? '') !== '')
  const text = (name: FilterName, label: string, placeholder: string, choices: readonly string[] = []) => (
    <Text
      name={name}
      label={label}
      value={asked[name]}
      placeholder={placeholder}
      choices={choices}
      keyName={keyName}
    />
  )
  return (
    <search>
      <form
        id="filters"
        class="filters picks"
        method="get"
        action={path}
        hx-get={path}
        hx-trigger="change, submit"
        hx-target={into}
        hx-select={into}
        hx-swap="outerHTML"
        hx-push-url="true"
        hx-sync="this:replace"
      >
        {hidden.map(
          name => asked[name] !== undefined && <input type="hidden" name={name} value={asked[name]} />,
        )}
        <div class="main">
          <label class="search">
            <span class="unseen">Id of a call</span>
            <Icon name="search" />
            <input
              type="search"
              id="f-id"
              name="id"
              value={asked.id}
              placeholder="Id of a call (x-request-id)"
              maxlength={80}
              autocomplete="off"
              spellcheck={false}
              data-shortcut="/"
            />
          </label>
          <label>
            <span class="unseen">Outcome</span>
            <select id="f-failed" name="failed">
              {Object.entries(outcomes).map(([pair, title]) => {
                const value = pair.slice('failed='.length)
                return (
                  <option value={value} selected={value === (asked.failed ?? '')}>
                    {title}
                  </option>
                )
              })}
            </select>
          </label>
          <Bare name="model" label="Model" value={asked.model} choices={names.model} />
          <Bare name="path" label="User path" value={asked.path} choices={names.path} />
        </div>
        <details class="more" open={isOpen}>
          <summary>More filters</summary>
          <div class="grid">
            {text('virtual_model', 'Virtual model', 'smarter', names.virtual_model)}
            {text('provider', 'Provider', 'openai', names.provider)}
            {text('key', 'Key', 'key_…', names.key)}
            {text('session', 'Session', '')}
            {text(
              'label',
              'Label',
              'team=alpha',
              names.label.map(label => `${label}=`),
            )}
            {text('status', 'Status', '429, or 5xx', ['2xx', '4xx', '5xx', '429', '502'])}
            {text('code', 'Error code', 'rate_limit_exceeded')}
            {text('min_cost_usd', 'Cost in $, at least', '0.25')}
            <Either
              name="streamed"
              label="Answered as"
              value={asked.streamed}
              titles={{ '': 'Anything', true: 'A stream', false: 'A whole' }}
            />
            <Either
              name="cached"
              label="Answered by"
              value={asked.cached}
              titles={{ '': 'Anybody', true: 'The cache', false: 'A provider' }}
            />
            <Either
              name="mirrored"
              label="Asked by"
              value={asked.mirrored}
              titles={{ '': 'Anybody', true: 'A mirror', false: 'Callers' }}
            />
          </div>
        </details>
        <noscript>
          <button type="submit">Search</button>
        </noscript>
      </form>
    </search>
  )
}

interface TextProps {
  readonly name: FilterName
  readonly label: string
  readonly value: string | undefined
  readonly placeholder: string
  readonly choices: readonly string[]
  readonly keyName: (id: string) => string | undefined
}

const input = (name: string, value: string | undefined, hasChoices: boolean) => ({
  name,
  value: value ?? '',
  maxlength: 512,
  autocomplete: 'off',
  spellcheck: false,
  ...(hasChoices && { list: `c-${name}` }),
})

const Text = ({ name, label, value, placeholder, choices, keyName }: TextProps) => (
  <Field id={`f-${name}`} label={label}>
    <input
      {...input(name, value, choices.length > 0)}
      placeholder={placeholder}
      {...described(`f-${name}`, { hint: false })}
    />
    {choices.length > 0 && (
      <datalist id={`c-${name}`}>
        {choices.map(choice => (
          <option value={choice}>{name === 'key' ? spell(keyName(choice) ?? '') : undefined}</option>
        ))}
      </datalist>
    )}
  </Field>
)

interface EitherProps {
  readonly name: FilterName
  readonly label: string
  readonly value: string | undefined
  /** By what is sent; nothing is sent where it does not matter. */
  readonly titles: Readonly<Record<'' | 'true' | 'false', string>>
}

const Either = ({ name, label, value = '', titles }: EitherProps) => (
  <Field id={`f-${name}`} label={label}>
    <select name={name} {...described(`f-${name}`, { hint: false })}>
      {(['', 'true', 'false'] as const).map(each => (
        <option value={each} selected={each === value}>
          {titles[each]}
        </option>
      ))}
    </select>
  </Field>
)

/** A field that says what it is by what stands in it. */
const Bare = ({ name, label, value, choices }: Pick<TextProps, 'name' | 'label' | 'value' | 'choices'>) => (
  <label class="bare">
    <span class="unseen">{label}</span>
    <input id={`f-${name}`} {...input(name, value, true)} placeholder={label} />
    <datalist id={`c-${name}`}>
      {choices.map(choice => (
        <option value={choice} />
      ))}
    </datalist>
  </label>
)
