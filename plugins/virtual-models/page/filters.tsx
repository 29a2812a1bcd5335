import { Icon } from '../../../views/icon.tsx'
import { rowKinds } from './rows.ts'
import type { ModelsData } from './views.tsx'

/** Search and filters; they stand in the address, so that a view can be shared. */
export const Filters = ({
  data: { query, statuses, listing, counts },
  path,
}: {
  data: ModelsData
  path: string
}) => (
  <search>
    <form
      id="filters"
      class="filters"
      method="get"
      action={path}
      hx-get={path}
      hx-trigger="input delay:180ms, submit"
      hx-target="#models"
      hx-select="#models"
      hx-select-oob="#count:outerHTML"
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
    >
      <label class="search">
        <span class="unseen">Search models</span>
        <Icon name="search" />
        <input
          type="search"
          name="q"
          value={query.q}
          placeholder="Search names, targets, user paths"
          maxlength={200}
          autocomplete="off"
          spellcheck={false}
          data-shortcut="/"
        />
      </label>
      <Choice
        name="kind"
        label="Kind"
        value={query.kind}
        options={Object.entries(rowKinds).map(([value, text]) => ({ value, text }))}
      />
      <Choice
        name="provider"
        label="Provider"
        value={query.provider}
        options={[
          { value: '', text: 'All providers' },
          ...statuses.map(({ name }) => ({ value: name, text: name })),
        ]}
      />
      <noscript>
        <button type="submit">Search</button>
      </noscript>
      <Count data={{ listing, counts }} />
    </form>
  </search>
)

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly text: string }[]
}

const Choice = ({ name, label, value, options }: ChoiceProps) => (
  <label>
    <span class="unseen">{label}</span>
    <select name={name}>
      {options.map(option => (
        <option value={option.value} selected={option.value === value}>
          {option.text}
        </option>
      ))}
    </select>
  </label>
)

/** How much of all is shown. */
export const Count = ({ data: { listing, counts } }: { data: Pick<ModelsData, 'listing' | 'counts'> }) => {
  const all = counts.virtual + counts.provider
  return (
    <p id="count" class="count" role="status">
      {listing.total === all
        ? `${number(counts.virtual)} virtual, ${number(counts.provider)} from providers`
        : `${number(listing.total)} of ${number(all)}`}
    </p>
  )
}

const number = (value: number): string => value.toLocaleString('en')
